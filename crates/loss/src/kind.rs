//! What PostgreSQL's texts say of types: which holds all that another one holds, and which values an enum type has.
//!
//! Must not call a type wider that is not: what it does not know is counted.

/// Whether every value of a type is one of another type, too.
pub fn is_wider(from: &str, to: &str) -> bool {
    let is_day_made_time = from == "date" && to == "timestamp without time zone";
    if from == to || to == "text" || is_day_made_time || is_finer_time(from, to) {
        return true;
    }
    let ((from, from_limit), (to, to_limit)) = (parted(from), parted(to));
    let wider: &[&str] = match from {
        "smallint" => &["integer", "bigint"],
        "integer" => &["bigint"],
        "real" => &["double precision"],
        "character" => &["character varying"],
        _ => &[],
    };
    let is_whole_number = matches!(from, "smallint" | "integer" | "bigint");
    if wider.contains(&to) && from != "character" || is_whole_number && to == "numeric" && to_limit.is_none()
    {
        return true;
    }
    // Only a single limit grows in one direction: a scale takes digits from before the point.
    if let (("numeric", Some(former)), ("numeric", Some(latter))) = ((from, from_limit), (to, to_limit)) {
        let ((digits, scale), (more, same)) = (precision(former), precision(latter));
        return scale.is_some() && scale == same && digits.is_some() && digits <= more;
    }
    let is_limited_text = matches!(
        (from, to),
        ("character varying" | "character", "character varying")
            | ("numeric", "numeric")
            | ("bit varying", "bit varying")
    );
    is_limited_text
        && match (limit(from_limit), limit(to_limit)) {
            (_, None) => to_limit.is_none(),
            (Some(from), Some(to)) => from <= to && !matches!(from_limit, Some(text) if text.contains(',')),
            (None, Some(_)) => false,
        }
}

/// Whether two types of time differ in their precision only, and the latter's is not smaller. Without one, it is six digits.
fn is_finer_time(from: &str, to: &str) -> bool {
    let digits = |text: &str| match text
        .split_once('(')
        .and_then(|(name, rest)| Some((name, rest.split_once(')')?)))
    {
        Some((name, (digits, rest))) => (format!("{name}{rest}"), digits.parse().ok()),
        None => (text.to_owned(), Some(6_u32)),
    };
    let ((from, former), (to, latter)) = (digits(from), digits(to));
    let is_time = ["timestamp", "time", "interval"].iter().any(|name| from.starts_with(name));
    is_time && from == to && former <= latter
}

/// A type and what stands in its parentheses.
fn parted(text: &str) -> (&str, Option<&str>) {
    // What stands behind them, as the brackets of an array do, makes it another type.
    let limited = text.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
    limited.map_or((text, None), |(name, limit)| (name, Some(limit)))
}

/// The digits of a number, and how many of them stand behind the point.
fn precision(text: &str) -> (Option<i32>, Option<i32>) {
    let (digits, scale) = text.split_once(',').unwrap_or((text, "0"));
    (digits.trim().parse().ok(), scale.trim().parse().ok())
}

fn limit(text: Option<&str>) -> Option<u32> {
    text?.parse().ok()
}

/// The values of an enum type, from the list in which the catalog has them: SQL constants with commas between.
pub fn enum_values(list: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = String::new();
    let mut is_quoted = false;
    for character in list.chars() {
        match character {
            ',' if !is_quoted => values.push(std::mem::take(&mut value)),
            ' ' if !is_quoted => {}
            _ => {
                is_quoted ^= character == '\'';
                value.push(character);
            }
        }
    }
    values.push(value);
    values.retain(|value| !value.is_empty());
    values
}

#[cfg(test)]
mod tests {
    use super::{enum_values, is_wider};

    #[test]
    fn a_type_is_wider_when_it_holds_all_that_the_other_holds() {
        for (from, to) in [
            ("integer", "bigint"),
            ("smallint", "numeric"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "character varying"),
            ("character varying", "text"),
            ("numeric(10,2)", "numeric"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(5,-2)", "numeric(6,-2)"),
            ("bit varying(3)", "bit varying(4)"),
            ("date", "timestamp without time zone"),
            ("timestamp(3) with time zone", "timestamp with time zone"),
            ("time(0) without time zone", "time(3) without time zone"),
            ("interval(2)", "interval"),
            ("jsonb", "text"),
        ] {
            assert!(is_wider(from, to), "{from} -> {to}");
        }
        for (from, to) in [
            ("bigint", "integer"),
            ("character varying(20)", "character varying(10)"),
            ("character varying", "character varying(10)"),
            ("text", "character varying(10)"),
            ("numeric(10,2)", "numeric(11,4)"),
            ("numeric(10,2)", "numeric(9,2)"),
            ("numeric(5,-2)", "numeric(5,-3)"),
            ("numeric(10,4)[]", "numeric(10,2)[]"),
            ("character varying(20)[]", "character varying(10)[]"),
            ("numeric(10,2)[]", "numeric"),
            ("numeric", "numeric(10,2)"),
            ("integer", "numeric(4,0)"),
            ("timestamp with time zone", "date"),
            ("timestamp with time zone", "timestamp(3) with time zone"),
            ("timestamp(3) without time zone", "timestamp(3) with time zone"),
            ("interval day to second(2)", "interval day"),
            ("public.size", "public.other"),
        ] {
            assert!(!is_wider(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn values_are_told_apart_whatever_they_hold() {
        assert_eq!(enum_values("'a', 'b, c', 'd''e'"), ["'a'", "'b, c'", "'d''e'"]);
        assert_eq!(enum_values(""), [""; 0]);
    }
}
