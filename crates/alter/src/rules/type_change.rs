//! The conversion of a column's values when its type changes: by <https://www.postgresql.org/docs/current/catalog-pg-cast.html>.
//!
//! `USING` is an explicit cast, which cuts a text or a bit string that is too long without a word. An assignment, which is what
//! `ALTER COLUMN TYPE` does by itself, refuses it. Must not ask for an explicit cast where an assignment would do.

use crosstrack_loss::is_wider;

/// The conversion from one type to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// As they are: the server needs no word, and nothing is lost.
    Widening,
    /// By an implicit or an assignment cast, for which the server needs no word.
    Assignment,
    /// By a cast that has to be asked for.
    Explicit,
    /// By their text, which may fail.
    ThroughText,
}

const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const STRINGS: [&str; 6] = ["text", "character varying", "character", "name", "citext", "public.citext"];
const BITS: [&str; 2] = ["bit", "bit varying"];

/// Types of which each has an implicit or an assignment cast to each other one.
const FAMILIES: [&[&str]; 7] = [
    &NUMBERS,
    &STRINGS,
    &["date", "timestamp without time zone", "timestamp with time zone"],
    &["json", "jsonb"],
    &BITS,
    &["inet", "cidr"],
    &["macaddr", "macaddr8"],
];

/// Pairs of different families that have an implicit or an assignment cast.
const ASSIGNABLE: [(&str, &str); 19] = [
    ("smallint", "oid"),
    ("integer", "oid"),
    ("bigint", "oid"),
    ("oid", "integer"),
    ("oid", "bigint"),
    ("time without time zone", "interval"),
    ("interval", "time without time zone"),
    ("time without time zone", "time with time zone"),
    ("time with time zone", "time without time zone"),
    ("timestamp without time zone", "time without time zone"),
    ("timestamp with time zone", "time without time zone"),
    ("timestamp with time zone", "time with time zone"),
    ("integer", "money"),
    ("bigint", "money"),
    ("numeric", "money"),
    ("money", "numeric"),
    ("text", "\"char\""),
    ("character varying", "\"char\""),
    ("character", "\"char\""),
];

/// Pairs that have an explicit cast only.
const EXPLICIT: [(&str, &str); 2] = [("integer", "boolean"), ("boolean", "integer")];

/// Chooses the conversion of a value from one type to another. Domains are to be given as the types that they are based on.
pub(crate) fn cast(from: &str, to: &str) -> Cast {
    let (former, latter) = (base(from), base(to));
    if from == to || ((former == latter || in_one_family(&former, &latter)) && is_wider(from, to)) {
        return Cast::Widening;
    }
    if is_assignable(from, to) {
        return Cast::Assignment;
    }
    let (from, to) = elements(from, to).unwrap_or((from, to));
    let is_pair = EXPLICIT.contains(&(base(from).as_str(), base(to).as_str()));
    // From a string there is always a cast by input.
    if is_pair || is_string(from) || from == "\"char\"" || gets_zeros(from, to) {
        Cast::Explicit
    } else {
        Cast::ThroughText
    }
}

/// True when the server converts values without being told: `castcontext` is `i` or `a`, or the target is a string.
fn is_assignable(from: &str, to: &str) -> bool {
    if let Some((from, to)) = elements(from, to) {
        return from == to || is_assignable(from, to);
    }
    let (former, latter) = (base(from), base(to));
    let is_known = former == latter
        || is_string(to)
        || in_one_family(&former, &latter)
        || ASSIGNABLE.contains(&(former.as_str(), latter.as_str()));
    is_known && !gets_zeros(from, to)
}

/// True when a bit string of a fixed length gets a greater one, for which an assignment refuses every value.
fn gets_zeros(from: &str, to: &str) -> bool {
    base(from) == "bit" && base(to) == "bit" && limit(from) < limit(to)
}

/// True when a cast between two types may be refused for some value.
pub(crate) fn may_stop(from: &str, to: &str) -> bool {
    if is_wider(from, to) {
        return false;
    }
    if let Some((from, to)) = elements(from, to) {
        return may_stop(from, to);
    }
    let (former, latter) = (base(from), base(to));
    let is_number = |name: &str| NUMBERS.contains(&name) || name == "oid" || name == "money";
    // It loses digits there, and stops nowhere.
    let is_whole_in_floating = is_whole(from) && matches!(to, "real" | "double precision");
    let is_limited = matches!(latter.as_str(), "character varying" | "character") && limit(to).is_some();
    let are_bits = BITS.contains(&former.as_str()) && BITS.contains(&latter.as_str());
    let has_place = gets_zeros(from, to) || (latter == "bit varying" && is_within_limit(from, to));
    (is_string(from) && !is_string(to) && to != "\"char\"")
        || (is_number(&former) && is_number(&latter) && !is_whole_in_floating)
        || (former.as_str(), latter.as_str()) == ("json", "jsonb")
        || (former.as_str(), latter.as_str()) == ("macaddr8", "macaddr")
        || (is_limited && !(former == "character" && is_within_limit(from, to)))
        || (are_bits && !has_place)
}

/// True when a value is the same in the new type wherever the cast is not refused. Unknown types may change their values.
pub(crate) fn keeps_values(from: &str, to: &str) -> bool {
    if is_wider(from, to) {
        return true;
    }
    if let Some((from, to)) = elements(from, to) {
        return keeps_values(from, to);
    }
    let (former, latter) = (base(from), base(to));
    match (former.as_str(), latter.as_str()) {
        // Spaces at the end do not count in a text of a fixed length.
        ("text" | "character varying" | "citext" | "public.citext", "character") => false,
        (_, "character varying" | "character" | "citext" | "public.citext")
        | ("smallint" | "integer", "double precision")
        | ("smallint", "real")
        | ("bigint", "oid" | "money")
        | ("integer", "money")
        | ("money", "numeric")
        | ("jsonb", "json")
        | ("cidr", "inet")
        | ("macaddr", "macaddr8")
        | ("macaddr8", "macaddr") => true,
        ("numeric", "numeric") => scale(from).zip(scale(to)).is_some_and(|(former, latter)| former <= latter),
        ("numeric", latter) if is_whole(latter) => scale(from).is_some_and(|scale| scale <= 0),
        (former, "numeric") if is_whole(former) => scale(to).is_some_and(|scale| scale >= 0),
        (former, latter) if is_whole(former) && is_whole(latter) => true,
        ("bit" | "bit varying", "bit" | "bit varying") => !gets_zeros(from, to),
        _ => false,
    }
}

/// True when the server has a cast by output to this type for every other.
pub(crate) fn is_string(name: &str) -> bool {
    STRINGS.contains(&base(name).as_str())
}

fn is_whole(name: &str) -> bool {
    matches!(name, "smallint" | "integer" | "bigint")
}

fn in_one_family(former: &str, latter: &str) -> bool {
    FAMILIES.iter().any(|family| family.contains(&former) && family.contains(&latter))
}

/// The types of the elements, when both are arrays.
fn elements<'a>(from: &'a str, to: &'a str) -> Option<(&'a str, &'a str)> {
    from.strip_suffix("[]").zip(to.strip_suffix("[]"))
}

/// The number in the parentheses of a type; one that has none has no limit.
fn limit(name: &str) -> Option<u32> {
    name.split_once('(')?.1.split_once(')')?.0.parse().ok()
}

fn is_within_limit(from: &str, to: &str) -> bool {
    limit(to).is_none_or(|latter| limit(from).is_some_and(|former| former <= latter))
}

/// The digits behind the point that a number with a limit has.
fn scale(name: &str) -> Option<i32> {
    let (_, scale) = name.split_once('(')?.1.split_once(')')?.0.split_once(',')?;
    scale.trim().parse().ok()
}

/// The name of a type without its modifiers: `timestamp with time zone` of `timestamp(3) with time zone`.
fn base(name: &str) -> String {
    if let Some(element) = name.strip_suffix("[]") {
        return base(element) + "[]";
    }
    if name.starts_with("interval") {
        return "interval".to_owned();
    }
    let Some((start, rest)) = name.split_once('(') else { return name.to_owned() };
    let end = rest.split_once(')').map_or("", |(_, end)| end);
    format!("{start}{end}")
}

#[cfg(test)]
mod tests {
    use super::{Cast, cast, keeps_values, may_stop};

    #[test]
    fn a_wider_type_needs_no_word() {
        let widening = [
            ("integer", "bigint"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("time(0) without time zone", "time without time zone"),
            ("text", "text"),
        ];
        for (from, to) in widening {
            assert_eq!(cast(from, to), Cast::Widening, "{from} -> {to}");
        }
    }

    #[test]
    fn an_assignment_needs_no_using() {
        let assignments = [
            ("bigint", "integer"),
            ("text", "character varying(5)"),
            ("text", "character(5)"),
            ("character varying(40)[]", "character varying(8)[]"),
            ("integer[]", "text[]"),
            ("bit(8)", "bit(4)"),
            ("bit varying(8)", "bit(4)"),
            ("numeric(10,2)", "numeric(12,4)"),
            ("timestamp(3) with time zone", "date"),
            ("interval", "interval day to second(2)"),
            ("time without time zone", "time(0) with time zone"),
            ("json", "jsonb"),
            ("public.mood", "text"),
            ("integer[]", "text"),
        ];
        for (from, to) in assignments {
            assert_eq!(cast(from, to), Cast::Assignment, "{from} -> {to}");
        }
    }

    #[test]
    fn what_has_no_assignment_cast_is_cast_in_words() {
        let explicit = [
            ("text", "uuid"),
            ("integer", "boolean"),
            ("boolean", "integer"),
            ("text", "integer"),
            ("bit(4)", "bit(8)"),
            ("bit(4)[]", "bit(8)[]"),
        ];
        for (from, to) in explicit {
            assert_eq!(cast(from, to), Cast::Explicit, "{from} -> {to}");
        }
        for (from, to) in [("integer", "uuid"), ("public.mood", "public.temper"), ("uuid", "integer")] {
            assert_eq!(cast(from, to), Cast::ThroughText, "{from} -> {to}");
        }
    }

    #[test]
    fn a_cast_stops_where_a_value_has_no_place() {
        let stopping = [
            ("text", "uuid"),
            ("bigint", "integer"),
            ("numeric(12,2)", "numeric(5,2)"),
            ("text", "character varying(5)"),
            ("character(8)", "character(5)"),
            ("character varying(8)[]", "character varying(5)[]"),
            ("bit(8)", "bit(4)"),
            ("bit varying", "bit varying(4)"),
            ("bit varying(3)", "bit(3)"),
        ];
        for (from, to) in stopping {
            assert!(may_stop(from, to), "{from} -> {to}");
        }
        let passing = [
            ("integer", "boolean"),
            ("bigint", "double precision"),
            ("character(3)", "character(5)"),
            ("bit(3)", "bit varying(5)"),
            ("bit(4)", "bit(8)"),
            ("timestamp with time zone", "date"),
        ];
        for (from, to) in passing {
            assert!(!may_stop(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn numbers_and_times_are_rounded_and_texts_are_not_cut() {
        let rounding = [
            ("numeric(12,4)", "numeric(12,2)"),
            ("numeric", "numeric(10,2)"),
            ("numeric(10,2)", "integer"),
            ("double precision", "real"),
            ("double precision", "integer"),
            ("bigint", "double precision"),
            ("timestamp with time zone", "timestamp(0) with time zone"),
            ("inet", "cidr"),
            ("text", "name"),
            ("text", "character(5)"),
            ("json", "jsonb"),
        ];
        for (from, to) in rounding {
            assert!(!keeps_values(from, to), "{from} -> {to}");
        }
        let kept = [
            ("text", "character varying(5)"),
            ("character(8)", "character(5)"),
            ("bit(8)", "bit(4)"),
            ("character varying[]", "character varying(5)[]"),
            ("bigint", "integer"),
            ("bigint", "smallint"),
            ("numeric(12,2)", "numeric(5,2)"),
            ("numeric(12,2)", "numeric(12,4)"),
            ("integer", "numeric(4,0)"),
            ("numeric(5,0)", "integer"),
            ("integer", "double precision"),
        ];
        for (from, to) in kept {
            assert!(keeps_values(from, to), "{from} -> {to}");
        }
    }
}
