//! What a column's values go through when its type changes.

use crosstrack_loss::is_wider;

/// How the values of one type become values of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// As they are: the server needs no word, and nothing is lost.
    Widening,
    /// By the cast between the types, which may lose something or fail.
    Direct,
    /// By their text, which may fail.
    ThroughText,
}

/// Types by what they can be cast to: those of one family to each other.
const FAMILIES: [&[&str]; 5] = [
    &["smallint", "integer", "bigint", "numeric", "real", "double precision"],
    &["text", "character varying", "character", "name", "citext", "public.citext", "\"char\""],
    &["date", "timestamp without time zone", "timestamp with time zone"],
    &["json", "jsonb"],
    &["bit", "bit varying"],
];

/// Pairs of different families that have a cast.
const PAIRS: [(&str, &str); 8] = [
    ("integer", "boolean"),
    ("boolean", "integer"),
    ("integer", "oid"),
    ("bigint", "oid"),
    ("time without time zone", "interval"),
    ("interval", "time without time zone"),
    ("inet", "cidr"),
    ("cidr", "inet"),
];

/// How a value comes from one type to another.
pub(crate) fn cast(from: &str, to: &str) -> Cast {
    let (former, latter) = (base(from), base(to));
    let in_one_family = former == latter
        || FAMILIES.iter().any(|family| family.contains(&former) && family.contains(&latter));
    if from == to || (in_one_family && is_wider(from, to)) {
        return Cast::Widening;
    }
    // To and from a string there is always a cast by input and output.
    let is_of_string = is_string(from) || is_string(to);
    if in_one_family || is_of_string || PAIRS.contains(&(former, latter)) {
        Cast::Direct
    } else {
        Cast::ThroughText
    }
}

/// Whether some value of one type is none of another, so that a cast between them stops.
pub(crate) fn may_stop(from: &str, to: &str) -> bool {
    let is_number = |name| FAMILIES[0].contains(&base(name)) || base(name) == "oid";
    // It loses digits there, and stops nowhere.
    let is_whole_in_floating =
        matches!(from, "smallint" | "integer" | "bigint") && matches!(to, "real" | "double precision");
    (is_string(from) && !is_string(to))
        || (is_number(from) && is_number(to) && !is_whole_in_floating)
        || (base(from), base(to)) == ("json", "jsonb")
}

pub(crate) fn is_string(name: &str) -> bool {
    FAMILIES[1].contains(&base(name))
}

/// The name of a type without its modifiers: `timestamp with time zone` of `timestamp(3) with time zone`.
fn base(name: &str) -> &str {
    match (name.starts_with("timestamp("), name.ends_with("with time zone"), name.split_once('(')) {
        (true, true, _) => "timestamp with time zone",
        (true, false, _) => "timestamp without time zone",
        (_, _, Some((base, _))) => base,
        (_, _, None) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cast, cast, may_stop};

    #[test]
    fn a_wider_type_needs_no_word() {
        let widening = [
            ("integer", "bigint"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("text", "text"),
        ];
        for (from, to) in widening {
            assert_eq!(cast(from, to), Cast::Widening, "{from} -> {to}");
        }
    }

    #[test]
    fn a_cast_stops_where_a_value_has_no_place() {
        for (from, to) in [("text", "uuid"), ("bigint", "integer"), ("numeric(12,2)", "numeric(5,2)")] {
            assert!(may_stop(from, to), "{from} -> {to}");
        }
        for (from, to) in
            [("text", "character varying(5)"), ("integer", "boolean"), ("bigint", "double precision")]
        {
            assert!(!may_stop(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn a_narrower_or_another_type_is_cast() {
        let direct = [
            ("bigint", "integer"),
            ("text", "character varying(5)"),
            ("numeric(10,2)", "numeric(12,4)"),
            ("text", "uuid"),
            ("timestamp(3) with time zone", "date"),
            ("integer", "boolean"),
            ("integer[]", "text"),
        ];
        for (from, to) in direct {
            assert_eq!(cast(from, to), Cast::Direct, "{from} -> {to}");
        }
        assert_eq!(cast("integer", "uuid"), Cast::ThroughText);
        assert_eq!(cast("public.mood", "public.temper"), Cast::ThroughText);
    }
}
