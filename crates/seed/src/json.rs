//! Rows from a list of objects in JSON. All of them have the same keys, so that a column either is in the file or keeps its default.
//!
//! It must not know what a column means.

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use crate::mistake::{FileMistake, RowProblem, Source};
use crate::rows::{Row, Rows, Value};

type Read<T> = Result<T, Box<FileMistake>>;

/// Reads a file.
pub(crate) fn read(source: Source<'_>) -> Read<Rows> {
    let objects: Vec<&RawValue> =
        serde_json::from_str(source.text).map_err(|error| not_json(source, 1, &error))?;
    let mut rows = Rows::default();
    for raw in objects {
        // A raw value is a part of the text.
        let start = (raw.get().as_ptr() as usize).saturating_sub(source.text.as_ptr() as usize);
        let line = source.line_of(start);
        let object: Map<String, Json> =
            serde_json::from_str(raw.get()).map_err(|error| not_json(source, line, &error))?;
        if rows.rows.is_empty() {
            rows.columns = object.keys().cloned().collect();
        }
        if !object.keys().eq(&rows.columns) {
            return Err(source.at_line(line, other_keys(&object, &rows.columns)));
        }
        rows.rows.push(Row { line, values: object.into_iter().map(|(_, value)| plain(value)).collect() });
    }
    Ok(rows)
}

/// `from` is the line at which the text that was read begins.
fn not_json(source: Source<'_>, from: usize, error: &serde_json::Error) -> Box<FileMistake> {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default().to_owned();
    let mut mistake = source.at_line(from + error.line().saturating_sub(1), RowProblem::Json { message });
    mistake.length = 1;
    if error.line() > 1 || from == 1 {
        mistake.column = error.column().clamp(1, mistake.text.chars().count().max(1));
    }
    mistake
}

fn other_keys(object: &Map<String, Json>, columns: &[String]) -> RowProblem {
    let lacking = columns.iter().filter(|column| !object.contains_key(*column));
    let more = object.keys().filter(|key| !columns.contains(key));
    RowProblem::OtherKeys { columns: lacking.chain(more).cloned().collect() }
}

fn plain(value: Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => Value::Text(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::mistake::{RowProblem, Source};
    use crate::rows::{Rows, Value};
    use std::path::Path;

    fn rows(text: &str) -> Result<Rows, (usize, RowProblem)> {
        let source = Source { shown: Path::new("010_users.json"), text, hidden_from: None };
        read(source).map_err(|mistake| (mistake.line, mistake.problem))
    }

    #[test]
    fn an_object_is_a_row_and_knows_its_line() {
        let read = rows("[\n  {\"a\": 1, \"b\": null},\n\n  {\"b\": {\"c\": []}, \"a\": \"x\"}\n]").unwrap();
        assert_eq!(read.columns, ["a", "b"]);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!((read.rows[0].line, &read.rows[0].values), (2, &vec![text("1"), Value::Null]));
        assert_eq!((read.rows[1].line, &read.rows[1].values), (4, &vec![text("x"), text("{\"c\":[]}")]));
    }

    #[test]
    fn an_object_with_other_keys_and_what_is_no_object_are_named() {
        let other = RowProblem::OtherKeys { columns: vec!["a".into(), "b".into()] };
        assert_eq!(rows("[{\"a\": 1},\n{\"b\": 1}]"), Err((2, other)));
        assert!(matches!(rows("[{\"a\": 1},\n7]"), Err((2, RowProblem::Json { .. }))));
        assert!(matches!(rows("{\"a\": 1}"), Err((1, RowProblem::Json { .. }))));
        assert!(matches!(rows("[\n{\"a\": }]"), Err((2, RowProblem::Json { .. }))));
    }
}
