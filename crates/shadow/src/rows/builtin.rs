//! Texts of the server's types that have no length, and of some extensions' types.
//!
//! Must not know a column: the seed makes the values of two columns differ.

/// The values of each type.
const VALUES: usize = 6;

/// The texts of a type; nothing for one that is not known.
pub(crate) fn texts(kind: &str, seed: usize) -> Option<Vec<String>> {
    let name = kind.split('(').next().unwrap_or_default().trim();
    let name = name.rsplit('.').next().unwrap_or_default().trim_matches('"');
    let first = name.split(' ').next().unwrap_or_default();
    let text = |row: usize| {
        plain(name, seed, row)
            .or_else(|| moment(first, seed, row))
            .or_else(|| figure(name, seed, row))
            .or_else(|| reference(name, row))
            .or_else(|| matches!(name, "geometry" | "geography").then(|| geography(kind, seed + row)))
    };
    (0..VALUES).map(text).collect()
}

fn plain(name: &str, seed: usize, row: usize) -> Option<String> {
    Some(match name {
        "boolean" => (seed >> (row % 2) & 1 == 1).to_string(),
        "real" => {
            ["1.5", "3.25e+10", "-0.125", "0", "2", "100"][row].replace('5', &(1 + seed % 9).to_string())
        }
        "double precision" => {
            ["1.5", "1.2345678901234567", "-0.125", "0", "2", "100"][row].replacen('1', &seed.to_string(), 1)
        }
        "money" => format!("{seed}{row}.{:02}", seed % 90 + row),
        "uuid" => format!("00000000-0000-4000-8000-{seed:06x}{row:06x}"),
        "json" | "jsonb" => format!("{{\"a\": {seed}, \"b\": [true, null, \"it's {row}\"]}}"),
        "jsonpath" => format!("$.a{seed}[{row}]"),
        "bytea" => format!("\\x00ff27{seed:04x}{row:02x}"),
        "inet" => format!("10.{}.{row}.1", seed % 250),
        "cidr" => format!("10.{}.{row}.0/24", seed % 250),
        "macaddr" => format!("08:00:2b:01:{:02x}:{row:02x}", seed % 250),
        "macaddr8" => format!("08:00:2b:01:02:03:{:02x}:{row:02x}", seed % 250),
        "tsvector" => format!("'a{seed}':1 'b{row}':2"),
        "tsquery" => format!("'a{seed}' & 'b{row}'"),
        "xml" => format!("<a b=\"{seed}\">{row}</a>"),
        "oid" | "xid" | "cid" | "xid8" => (seed * 10 + row + 1).to_string(),
        "tid" => format!("({seed},{})", row + 1),
        "pg_lsn" => format!("0/{seed:X}{row:X}"),
        "char" => char::from(b'a' + u8::try_from((seed + row) % 26).unwrap_or_default()).to_string(),
        "int2vector" | "oidvector" => format!("{seed} {row}"),
        "int4multirange" | "int8multirange" | "nummultirange" => {
            format!("{{[{row},{}),[10000,20000)}}", row + seed)
        }
        "hstore" => format!("a=>{seed}, b=>{row}"),
        "ltree" => format!("top.a{seed}.b{row}"),
        name if name.ends_with("multirange") => "{}".to_owned(),
        _ => return None,
    })
}

/// Points in time, with microseconds where the type has them.
fn moment(name: &str, seed: usize, row: usize) -> Option<String> {
    let (year, month, day, second) = (2025, seed % 12 + 1, seed % 17 + row + 1, (seed * 7 + row) % 60);
    Some(match name {
        "date" => format!("{year}-{month:02}-{day:02}"),
        "timestamp" => format!("{year}-{month:02}-{day:02} 10:{second:02}:59.123456"),
        "time" => format!("{:02}:{second:02}:59.123456", row + 3),
        "interval" => format!("{} days {row}:{second:02}:01.123456", seed + row),
        _ => return None,
    })
}

fn figure(name: &str, seed: usize, row: usize) -> Option<String> {
    Some(match name {
        "point" => format!("({seed},{row})"),
        "line" => format!("{{1,{seed},{row}}}"),
        "lseg" => format!("[(0,0),({seed},{row})]"),
        "box" => format!("({seed},{}),(0,0)", row + 1),
        "path" => format!("[(0,0),({seed},{row}),(1,1)]"),
        "polygon" => format!("((0,0),({seed},{row}),(1,0))"),
        "circle" => format!("<({seed},{row}),1>"),
        _ => return None,
    })
}

/// Things that are in every database.
fn reference(name: &str, row: usize) -> Option<String> {
    let names = match name {
        "regclass" => ["pg_class", "pg_type", "pg_proc", "pg_index", "pg_am", "pg_cast"],
        "regtype" => ["integer", "text", "boolean", "date", "uuid", "point"],
        "regproc" => ["now", "pi", "version", "timeofday", "lastval", "pg_postmaster_start_time"],
        "regprocedure" => ["now()", "pi()", "version()", "timeofday()", "lastval()", "txid_current()"],
        "regconfig" => ["simple", "english", "german", "french", "dutch", "danish"],
        "regnamespace" => ["pg_catalog"; VALUES],
        "regrole" => ["pg_monitor"; VALUES],
        _ => return None,
    };
    Some(names[row].to_owned())
}

/// A value that fits the form and the reference system that `PostGIS` keeps with a column.
fn geography(text: &str, number: usize) -> String {
    let lower = text.to_lowercase();
    let shape = match () {
        () if lower.contains("multipolygon") => format!("MULTIPOLYGON(((0 0,{number} 0,{number} 1,0 0)))"),
        () if lower.contains("polygon") => format!("POLYGON((0 0,{number} 0,{number} 1,0 0))"),
        () if lower.contains("linestring") => format!("LINESTRING(0 0,{number} 1)"),
        () => format!("POINT({number} 1)"),
    };
    let system =
        lower.rsplit_once(',').and_then(|(_, system)| system.trim_end_matches(')').parse::<u32>().ok());
    system.map_or(shape.clone(), |system| format!("SRID={system};{shape}"))
}
