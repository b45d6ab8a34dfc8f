//! Rows from a list of objects in JSON. All of them have the same keys, so that a column either is in the file or keeps its default.
//!
//! It must not know what a column means.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::mistake::{FileMistake, RowProblem, Source};
use crate::rows::{DEEPEST, Row, Rows, Value, items};

type Read<T> = Result<T, Box<FileMistake>>;

/// Reads a file.
pub(crate) fn read(source: Source<'_>) -> Read<Rows> {
    let objects: Vec<&RawValue> =
        serde_json::from_str(source.text).map_err(|error| not_json(source, 1, &error))?;
    let mut rows = Rows::default();
    let mut seen = Seen { byte: 0, line: 1 };
    for raw in objects {
        // A raw value is a part of the text.
        let start = (raw.get().as_ptr() as usize).saturating_sub(source.text.as_ptr() as usize);
        let line = seen.line_of(source.text, start);
        let Object(pairs) =
            serde_json::from_str(raw.get()).map_err(|error| not_json(source, line, &error))?;
        if rows.rows.is_empty() {
            rows.columns = pairs.iter().map(|(key, _)| key.clone()).collect();
        }
        if !pairs.iter().map(|(key, _)| key).eq(&rows.columns) {
            return Err(source.at_line(line, other_keys(&pairs, &rows.columns)));
        }
        let values = pairs.into_iter().map(|(_, value)| plain(value.get()));
        let values = values.collect::<Result<_, _>>().map_err(|error| not_json(source, line, &error))?;
        rows.rows.push(Row { line, values });
    }
    Ok(rows)
}

/// The last place that was looked up: a line is counted once.
struct Seen {
    byte: usize,
    line: usize,
}

impl Seen {
    fn line_of(&mut self, text: &str, byte: usize) -> usize {
        let lines = text.get(self.byte..byte).map_or(0, |between| between.matches('\n').count());
        *self = Self { byte, line: self.line + lines };
        self.line
    }
}

/// An object: its keys, sorted, each with its value as it is written.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(String, &RawValue)> = Vec::new();
        while let Some(pair) = map.next_entry::<String, &RawValue>()? {
            pairs.push(pair);
        }
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        match pairs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(A::Error::custom(format!("the key `{}` is repeated", pair[0].0))),
            None => Ok(Object(pairs)),
        }
    }
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

fn other_keys(pairs: &[(String, &RawValue)], columns: &[String]) -> RowProblem {
    let keys = || pairs.iter().map(|(key, _)| key);
    let lacking = columns.iter().filter(|column| !keys().any(|key| key == *column));
    let more = keys().filter(|key| !columns.contains(key));
    RowProblem::OtherKeys { columns: lacking.chain(more).cloned().collect() }
}

/// A value as it is written, once its strings are known to be texts.
fn plain(json: &str) -> serde_json::Result<Value> {
    if json == "null" {
        return Ok(Value::Null);
    }
    check_strings(json, 0)?;
    Ok(Value::Json(json.to_owned()))
}

fn check_strings(json: &str, depth: usize) -> serde_json::Result<()> {
    if json.starts_with('"') {
        return serde_json::from_str::<String>(json).map(|_| ());
    }
    let nested = if depth < DEEPEST { items(json) } else { None };
    nested.unwrap_or_default().iter().try_for_each(|item| check_strings(item.get(), depth + 1))
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
        let json = |text: &str| Value::Json(text.to_owned());
        assert_eq!((read.rows[0].line, &read.rows[0].values), (2, &vec![json("1"), Value::Null]));
        assert_eq!((read.rows[1].line, &read.rows[1].values), (4, &vec![json("\"x\""), json("{\"c\": []}")]));
    }

    #[test]
    fn an_object_with_other_keys_and_what_is_no_object_are_named() {
        let other = RowProblem::OtherKeys { columns: vec!["a".into(), "b".into()] };
        assert_eq!(rows("[{\"a\": 1},\n{\"b\": 1}]"), Err((2, other)));
        assert!(matches!(rows("[{\"a\": 1},\n7]"), Err((2, RowProblem::Json { .. }))));
        assert!(matches!(rows("{\"a\": 1}"), Err((1, RowProblem::Json { .. }))));
        assert!(matches!(rows("[\n{\"a\": }]"), Err((2, RowProblem::Json { .. }))));
        let repeated = RowProblem::Json { message: "the key `a` is repeated".into() };
        assert_eq!(rows("[{\"a\": 1},\n{\"a\": 1, \"b\": 2, \"a\": 3}]"), Err((2, repeated)));
        assert!(matches!(rows("[{\"a\": 1},\n{\"a\": [\"\\ud800\"]}]"), Err((2, RowProblem::Json { .. }))));
    }
}
