//! What a session can see of itself between two statements: its locks, where tables are stored, what was read as a whole, which
//! columns and constraints there are.
//!
//! It must be asked on the session that is rehearsed: nobody else sees what is not committed.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Row, Session};

/// A relation by the server's number of it.
pub(crate) type Relation = u32;

/// A table, an index or a materialized view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// The server's letter for its kind.
    pub(crate) kind: String,
    /// The file in which it is; nothing for a partitioned one.
    pub(crate) file: String,
    /// The table that it is an index of.
    pub(crate) table: Option<Relation>,
    /// How often it was read from its beginning to its end.
    pub(crate) scans: i64,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// Whether it takes no null.
    pub(crate) not_null: bool,
    /// Whether the server has a value for it where nobody gives one.
    pub(crate) has_default: bool,
}

/// A constraint of a table or a unique index, which rows can contradict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its name.
    pub(crate) name: String,
    /// The table.
    pub(crate) table: Relation,
    /// What it demands.
    pub(crate) demand: Demand,
    /// Whether it holds for the rows that are there, too.
    pub(crate) is_valid: bool,
}

/// What a rule demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// An expression is not false.
    Check(String),
    /// Columns, by their numbers, point to a row of another table.
    Reference { columns: Vec<i16>, table: Relation, referenced: Vec<i16> },
    /// Expressions are not equal in two rows, among those for which the predicate holds.
    Unique { keys: Vec<String>, predicate: Option<String>, nulls_are_equal: bool },
}

/// What the session sees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) relations: BTreeMap<Relation, Stored>,
    pub(crate) columns: BTreeMap<(Relation, i16), Column>,
    pub(crate) rules: BTreeMap<(String, u32), Rule>,
    /// The locks that the session holds, by relation and mode.
    pub(crate) locks: BTreeSet<(Relation, String)>,
}

/// Everything in one answer: `what` it is, and texts whose meaning depends on that.
const OBSERVE: &str = "
WITH relation AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'crosstrack')
SELECT 'relation' AS what, c.oid::text AS a, c.relkind::text AS b, coalesce(pg_relation_filenode(c.oid)::text, '') AS c,
    coalesce(i.indrelid::text, '') AS d, c.name AS e,
    (coalesce(pg_stat_get_xact_numscans(c.oid), 0) + coalesce(pg_stat_get_numscans(c.oid), 0))::text AS f
FROM relation c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relkind IN ('r', 'p', 'm', 'i', 'I')
UNION ALL SELECT 'lock', l.relation::text, l.mode, '', '', '', '' FROM pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384
UNION ALL SELECT 'column', a.attrelid::text, a.attnum::text, quote_ident(a.attname), a.attnotnull::text,
    (a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '')::text, ''
FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'constraint', k.oid::text, k.conrelid::text, k.contype::text, k.convalidated::text, quote_ident(k.conname),
    CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid)
    ELSE k.confrelid::text || ';' || array_to_string(k.conkey, ',') || ';' || array_to_string(k.confkey, ',') END
FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid WHERE k.contype IN ('c', 'f')
UNION ALL SELECT 'unique', i.indexrelid::text, i.indrelid::text, coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
    coalesce(to_jsonb(i)->>'indnullsnotdistinct', 'false'), quote_ident(x.relname),
    array_to_string(ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n), chr(31))
FROM relation c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indisunique";

/// Looks.
pub(crate) async fn observe(session: &Session) -> Result<Seen, QueryError> {
    let mut seen = Seen::default();
    for row in session.rows("see what a statement did", OBSERVE).await? {
        let number: u32 = row.number("a")?;
        match row.text("what")? {
            "relation" => {
                seen.relations.insert(number, stored(&row)?);
            }
            "lock" => {
                seen.locks.insert((number, row.text("b")?.to_owned()));
            }
            "column" => {
                seen.columns.insert((number, row.number("b")?), column(&row)?);
            }
            word => {
                if let Some(rule) = rule(word, &row)? {
                    seen.rules.insert((word.to_owned(), number), rule);
                }
            }
        }
    }
    Ok(seen)
}

fn stored(row: &Row) -> Result<Stored, QueryError> {
    let table = row.text("d")?;
    Ok(Stored {
        name: row.text("e")?.to_owned(),
        kind: row.text("b")?.to_owned(),
        file: row.text("c")?.to_owned(),
        table: table.parse().ok(),
        scans: row.number("f")?,
    })
}

fn column(row: &Row) -> Result<Column, QueryError> {
    Ok(Column {
        name: row.text("c")?.to_owned(),
        not_null: row.text("d")? == "true",
        has_default: row.text("e")? == "true",
    })
}

fn rule(word: &str, row: &Row) -> Result<Option<Rule>, QueryError> {
    let (table, name, text) = (row.number("b")?, row.text("e")?.to_owned(), row.text("f")?);
    let (is_valid, demand) = match (word, row.text("c")?) {
        ("unique", predicate) => {
            let demand = Demand::Unique {
                keys: text.split('\u{1f}').map(str::to_owned).collect(),
                predicate: Some(predicate.to_owned()).filter(|predicate| !predicate.is_empty()),
                nulls_are_equal: row.text("d")? == "true",
            };
            (true, Some(demand))
        }
        (_, "c") => (row.text("d")? == "true", Some(Demand::Check(text.to_owned()))),
        _ => (row.text("d")? == "true", reference(text)),
    };
    Ok(demand.map(|demand| Rule { name, table, demand, is_valid }))
}

/// `table;columns;columns`, all of them numbers.
fn reference(text: &str) -> Option<Demand> {
    let mut parts = text.split(';');
    let table = parts.next()?.parse().ok()?;
    let numbers =
        |list: &str| list.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<i16>>>();
    Some(Demand::Reference { table, columns: numbers(parts.next()?)?, referenced: numbers(parts.next()?)? })
}
