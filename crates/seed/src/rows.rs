//! The rows of a file, before anybody knows what their columns are, and how `COPY` takes them.
//!
//! It must not know where the rows come from.

use serde_json::Value as Json;

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
    Text(String),
    /// A list in JSON: an array of PostgreSQL's where the column is one, and otherwise JSON.
    List(Vec<Json>),
}

impl Value {
    /// The value as the server reads it; `None` for null.
    pub(crate) fn to_text(&self, is_array: bool) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.clone()),
            Self::List(items) if is_array => Some(array(items)),
            Self::List(items) => Some(Json::Array(items.clone()).to_string()),
        }
    }
}

/// The literal of an array: <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>.
fn array(items: &[Json]) -> String {
    let item = |item: &Json| match item {
        Json::Null => "NULL".to_owned(),
        Json::Array(items) => array(items),
        Json::String(text) => quoted(text),
        Json::Bool(_) | Json::Number(_) => item.to_string(),
        Json::Object(_) => quoted(&item.to_string()),
    };
    format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(","))
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
    use super::{Value, encode};
    use serde_json::json;

    #[test]
    fn a_list_is_an_array_where_the_column_is_one_and_json_elsewhere() {
        let list = Value::List(vec![json!("a\"b"), json!(1), json!(null), json!(["c"])]);
        assert_eq!(list.to_text(true).unwrap(), r#"{"a\"b",1,NULL,{"c"}}"#);
        assert_eq!(list.to_text(false).unwrap(), r#"["a\"b",1,null,["c"]]"#);
    }

    #[test]
    fn what_copy_reads_as_its_own_is_escaped() {
        let mut bytes = Vec::new();
        encode([Some("a\tb\\N\n".to_owned()), None, Some(String::new())].into_iter(), &mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), "a\\tb\\\\N\\n\t\\N\t\n");
    }
}
