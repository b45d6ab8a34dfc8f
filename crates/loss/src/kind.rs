//! What PostgreSQL's texts say of types: which holds all that another one holds, and which values an enum type has.
//!
//! Must not call a type wider that is not: what it does not know is counted.

/// Whether every value of a type is one of another type, too.
pub(crate) fn is_wider(from: &str, to: &str) -> bool {
    if from == to || to == "text" {
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
    let is_limited_text = matches!(
        (from, to),
        ("character varying" | "character", "character varying") | ("numeric", "numeric")
    );
    is_limited_text
        && match (limit(from_limit), limit(to_limit)) {
            (_, None) => to_limit.is_none(),
            (Some(from), Some(to)) => from <= to && !matches!(from_limit, Some(text) if text.contains(',')),
            (None, Some(_)) => false,
        }
}

/// A type and what stands in its parentheses.
fn parted(text: &str) -> (&str, Option<&str>) {
    match text.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')')),
        None => (text, None),
    }
}

fn limit(text: Option<&str>) -> Option<u32> {
    text?.parse().ok()
}

/// The values of an enum type, from the list in which the catalog has them: SQL constants with commas between.
pub(crate) fn enum_values(list: &str) -> Vec<String> {
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
            ("numeric", "numeric(10,2)"),
            ("integer", "numeric(4,0)"),
            ("timestamp with time zone", "date"),
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
