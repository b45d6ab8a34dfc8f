//! The rows of a file before the types of their columns are known, and their text in the format of `COPY`.
//!
//! It must not know where the rows come from. No value passes through a number of Rust's: a number keeps its digits.

use serde_json::value::RawValue;

/// Rows with a header.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row and its line in the file, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) values: Vec<Value>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    /// A text that the column's type reads.
    Text(String),
    /// JSON as the file has it, but for a null: `"a"` with its quotes, `1.10` with its digits.
    Json(String),
}

/// The way in which a column takes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string without its quotes, and everything else as it is written.
    Text,
    /// As it is written: the column is `json` or `jsonb`.
    Json,
    /// A list is an array.
    Array {
        /// Stands between the items: a comma, and a semicolon in an array of `box`.
        delimiter: char,
        /// Each item is a value of `json` or `jsonb`.
        of_json: bool,
    },
}

/// The deepest array that PostgreSQL knows.
pub(crate) const DEEPEST: usize = 6;

impl Value {
    /// The text from which the server reads the value; `None` for null.
    pub(crate) fn to_text(&self, form: Form) -> Option<String> {
        let json = match self {
            Self::Null => return None,
            Self::Text(text) => return Some(text.clone()),
            Self::Json(json) => json,
        };
        Some(match form {
            Form::Json => json.clone(),
            Form::Text => string(json).unwrap_or_else(|| json.clone()),
            Form::Array { delimiter, of_json } => {
                let array = Array { delimiter, of_json };
                string(json).or_else(|| array.literal(json, 1)).unwrap_or_else(|| json.clone())
            }
        })
    }
}

/// The text of a string in JSON.
pub(crate) fn string(json: &str) -> Option<String> {
    json.starts_with('"').then(|| serde_json::from_str(json).ok()).flatten()
}

/// The items of a list in JSON.
pub(crate) fn items(json: &str) -> Option<Vec<&RawValue>> {
    json.starts_with('[').then(|| serde_json::from_str(json).ok()).flatten()
}

/// The literal of an array: <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>.
#[derive(Clone, Copy)]
struct Array {
    delimiter: char,
    of_json: bool,
}

impl Array {
    fn literal(self, json: &str, depth: usize) -> Option<String> {
        let items: Vec<String> = items(json)?.iter().map(|item| self.item(item.get(), depth)).collect();
        Some(format!("{{{}}}", items.join(&self.delimiter.to_string())))
    }

    fn item(self, json: &str, depth: usize) -> String {
        if json == "null" {
            return "NULL".to_owned();
        }
        if self.of_json {
            return quoted(json);
        }
        if let Some(text) = string(json) {
            return quoted(&text);
        }
        let nested = if depth < DEEPEST { self.literal(json, depth + 1) } else { None };
        nested.unwrap_or_else(|| quoted(json))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Adds a row in the text format of `COPY`: <https://www.postgresql.org/docs/current/sql-copy.html>.
pub(crate) fn encode(values: impl Iterator<Item = Option<String>>, bytes: &mut Vec<u8>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            bytes.push(b'\t');
        }
        let Some(value) = value else {
            bytes.extend_from_slice(b"\\N");
            continue;
        };
        for byte in value.bytes() {
            match byte {
                b'\\' => bytes.extend_from_slice(b"\\\\"),
                b'\t' => bytes.extend_from_slice(b"\\t"),
                b'\n' => bytes.extend_from_slice(b"\\n"),
                b'\r' => bytes.extend_from_slice(b"\\r"),
                byte => bytes.push(byte),
            }
        }
    }
    bytes.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::{Form, Value, encode};

    const ARRAY: Form = Form::Array { delimiter: ',', of_json: false };

    fn text(json: &str, form: Form) -> String {
        Value::Json(json.to_owned()).to_text(form).unwrap()
    }

    #[test]
    fn a_list_is_an_array_where_the_column_is_one_and_json_elsewhere() {
        let list = r#"["a\"b", 1.10, null, ["c"], "NULL"]"#;
        assert_eq!(text(list, ARRAY), r#"{"a\"b","1.10",NULL,{"c"},"NULL"}"#);
        assert_eq!(text(list, Form::Json), list);
        assert_eq!(text(list, Form::Text), list);
        assert_eq!(text("[]", ARRAY), "{}");
        assert_eq!(
            text(r#"["(1,1),(0,0)"]"#, Form::Array { delimiter: ';', of_json: false }),
            r#"{"(1,1),(0,0)"}"#
        );
    }

    #[test]
    fn the_items_of_an_array_of_json_stay_json() {
        let form = Form::Array { delimiter: ',', of_json: true };
        assert_eq!(text(r#"["a", [1], null, {"b": 2}]"#, form), r#"{"\"a\"","[1]",NULL,"{\"b\": 2}"}"#);
    }

    #[test]
    fn a_number_keeps_its_digits_and_a_string_is_json_where_the_column_is() {
        for number in
            ["123456789012345678901234567890", "1.10", "-0", "1e400", "0.1000000000000000055511151231257827"]
        {
            for form in [Form::Text, Form::Json] {
                assert_eq!(text(number, form), number);
            }
        }
        assert_eq!(text(r#""4\u0032""#, Form::Text), "42");
        assert_eq!(text(r#""42""#, Form::Json), r#""42""#);
        assert_eq!(text(r#""{1,2}""#, ARRAY), "{1,2}", "the literal of an array is taken as it is");
        assert_eq!(Value::Null.to_text(Form::Json), None);
    }

    #[test]
    fn a_list_that_is_too_deep_for_an_array_overflows_nothing() {
        let deep = "[".repeat(50_000) + &"]".repeat(50_000);
        assert!(text(&deep, ARRAY).starts_with("{{{{{{\"["));
    }

    #[test]
    fn what_copy_reads_as_its_own_is_escaped() {
        let mut bytes = Vec::new();
        encode([Some("a\tb\\N\n".to_owned()), None, Some(String::new())].into_iter(), &mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), "a\\tb\\\\N\\n\t\\N\t\n");
    }
}
