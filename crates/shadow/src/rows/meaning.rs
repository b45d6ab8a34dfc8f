//! Values of two types, written so that equal texts mean the same.
//!
//! Must not make a truncated value equal to the whole one. Values of one type stay as the server writes them.

/// A value of one of two types, as it is compared with one of the other.
pub(crate) fn canonical(types: [&str; 2], value: &str) -> String {
    if types[0] == types[1] {
        return value.to_owned();
    }
    if let [Some(first), Some(second)] = types.map(|kind| kind.strip_suffix("[]")) {
        return by_element([first, second], value);
    }
    let names = types.map(name);
    let either = |wanted: &[&str]| names.iter().any(|name| wanted.contains(name));
    if either(&["boolean"]) {
        return truth(value).to_owned();
    }
    if either(&["json", "jsonb"]) {
        return json(value);
    }
    if either(&["real"]) && names.iter().all(|name| ["real", "double precision"].contains(name)) {
        return value.parse::<f32>().map_or_else(|_| value.to_owned(), |number| number.to_string());
    }
    if either(&["money"]) {
        return decimal(&value.replace(['$', ','], ""));
    }
    if names.iter().any(|name| is_number(name)) {
        return decimal(value);
    }
    if either(&["character"]) {
        return value.trim_end_matches(' ').to_owned();
    }
    if either(&["uuid"]) {
        return value.trim_matches(['{', '}']).to_lowercase();
    }
    if either(&["inet", "cidr"]) {
        return value.trim_end_matches("/32").trim_end_matches("/128").to_owned();
    }
    if either(&["date", "timestamp", "time"]) {
        let value = value.strip_suffix("+00").unwrap_or(value);
        return value.strip_suffix(" 00:00:00").unwrap_or(value).to_owned();
    }
    value.to_owned()
}

/// One composite value has the attributes of the other and more.
pub(crate) fn is_part(first: &str, second: &str) -> bool {
    let attributes = |text: &'_ str| -> Vec<String> {
        text.trim_start_matches('(').trim_end_matches(')').split(',').map(str::to_owned).collect()
    };
    let (mut fewer, mut more) = (attributes(first), attributes(second));
    if fewer.len() > more.len() {
        std::mem::swap(&mut fewer, &mut more);
    }
    let mut rest = more.iter();
    fewer.len() < more.len() && fewer.iter().all(|attribute| rest.any(|other| other == attribute))
}

/// A type without its length.
fn name(kind: &str) -> &str {
    let name = kind.split('(').next().unwrap_or_default().trim();
    match name {
        "timestamp without time zone" | "timestamp with time zone" => "timestamp",
        "time without time zone" | "time with time zone" => "time",
        _ => name,
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
}

fn by_element(types: [&str; 2], array: &str) -> String {
    let mut text = String::new();
    for part in array.split_inclusive([',', '{', '}']) {
        let end = part.trim_end_matches([',', '{', '}']);
        text += &canonical(types, end.trim_matches('"'));
        text += &part[end.len()..];
    }
    text
}

fn truth(value: &str) -> &str {
    match value {
        "t" | "true" | "1" | "y" | "yes" | "on" | "Y" => "true",
        "f" | "false" | "0" | "n" | "no" | "off" | "N" => "false",
        other => other,
    }
}

/// A number without an exponent, and without zeros at the end of its fraction.
fn decimal(value: &str) -> String {
    let Some((digits, exponent)) = value.split_once(['e', 'E']) else { return without_zeros(value) };
    let (Ok(exponent), Ok(_)) = (exponent.parse::<i32>(), digits.parse::<f64>()) else {
        return value.to_owned();
    };
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).unwrap_or_default() + exponent;
    let length = i32::try_from(all.len()).unwrap_or_default();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default().min(400));
    let text = if point <= 0 {
        format!("0.{}{all}", zeros(-point))
    } else if point >= length {
        format!("{all}{}", zeros(point - length))
    } else {
        let (whole, fraction) = all.split_at(usize::try_from(point).unwrap_or_default());
        format!("{whole}.{fraction}")
    };
    without_zeros(&format!("{sign}{text}"))
}

fn without_zeros(number: &str) -> String {
    if !number.contains('.') || number.parse::<f64>().is_err() {
        return number.to_owned();
    }
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The characters without spaces between values, in an order that does not depend on that of the keys.
fn json(value: &str) -> String {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let mut letters: Vec<char> = Vec::new();
    for letter in value.chars() {
        if is_quoted || !letter.is_whitespace() {
            letters.push(letter);
        }
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
    }
    letters.sort_unstable();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{canonical, is_part};

    fn is_same(types: [&str; 2], values: [&str; 2]) -> bool {
        canonical(types, values[0]) == canonical(types, values[1])
    }

    #[test]
    fn a_value_in_a_wider_type_means_the_same() {
        for (types, values) in [
            (["integer", "bigint"], ["7", "7"]),
            (["integer", "numeric(10,2)"], ["7", "7.00"]),
            (["numeric(4,1)", "numeric(10,4)"], ["7.5", "7.5000"]),
            (["real", "double precision"], ["0.1", "0.10000000149011612"]),
            (["double precision", "numeric"], ["3.25e+10", "32500000000"]),
            (["double precision", "numeric"], ["-1.5e-05", "-0.000015"]),
            (["character(8)", "text"], ["ab", "ab"]),
            (["text", "character(8)"], ["ab ", "ab"]),
            (["date", "timestamp without time zone"], ["2025-01-02", "2025-01-02 00:00:00"]),
            (
                ["timestamp without time zone", "timestamp(6) with time zone"],
                ["2025-01-02 03:04:05.123456", "2025-01-02 03:04:05.123456+00"],
            ),
            (["boolean", "integer"], ["true", "1"]),
            (["json", "jsonb"], [r#"{"b":1,  "a b": "\" x"}"#, r#"{"a b": "\" x", "b": 1}"#]),
            (["text", "uuid"], ["{AB}", "ab"]),
            (["inet", "text"], ["10.0.0.1/32", "10.0.0.1"]),
            (["numeric(4,1)[]", "numeric[]"], ["{1.50,NULL}", "{1.5,NULL}"]),
        ] {
            assert!(is_same(types, values), "{types:?} {values:?}");
        }
    }

    #[test]
    fn a_value_that_was_cut_does_not() {
        for (types, values) in [
            (["text", "character varying(4)"], ["fragile", "frag"]),
            (["character(8)", "character(4)"], ["fragile", "frag"]),
            (["numeric", "numeric(10,1)"], ["7.25", "7.3"]),
            (["numeric", "integer"], ["7.5", "8"]),
            (["text", "integer"], ["007", "7"]),
            (["bigint", "double precision"], ["9223372036854775797", "9.223372036854776e+18"]),
            (["timestamp without time zone", "date"], ["2025-01-02 03:04:05", "2025-01-02"]),
            (["timestamp without time zone", "timestamp(0) without time zone"], ["10:00:01.5", "10:00:02"]),
            (["integer", "boolean"], ["5", "true"]),
            (["bit(8)", "bit(4)"], ["10101010", "1010"]),
            (["character varying(9)[]", "character varying(4)[]"], ["{fragile}", "{frag}"]),
        ] {
            assert!(!is_same(types, values), "{types:?} {values:?}");
        }
    }

    #[test]
    fn a_composite_value_may_get_an_attribute() {
        assert!(is_part("(1,2)", "(1,2,)"));
        assert!(is_part("(1,2,3)", "(1,3)"));
        assert!(!is_part("(1,2)", "(2,1,)"));
    }
}
