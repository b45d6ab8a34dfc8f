//! Columns whose type changes: values that do not convert, that are too long, or that a new enum type does not have.
//!
//! Must not ask where every value of the former type is one of the latter.

use super::conversion::{Target, differs, is_free, operand, readable, target, value};
use super::question::{Conversion, Form, Question};
use super::{Change, Tables};
use crate::rehearse::observe::Column;
use crate::rehearse::words::{conversions, unquoted};

/// The questions, asked of the tables as they are before the statement.
pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let columns = change.second.columns.iter().filter_map(|(key, column)| {
        let former = change.first.columns.get(key)?;
        let is_asked = differs(former, column) && !column.is_generated && !is_free(change, former, column);
        is_asked.then_some((key, former, column))
    });
    let mut found = Vec::new();
    for (key, former, column) in columns {
        let Some(table) = tables.table(change, key.0) else { continue };
        let expressions = conversions(change.statement);
        let has_expression = expressions.is_none_or(|found| found.contains_key(&unquoted(&former.name)));
        let conversion = change
            .before
            .columns
            .get(key)
            .map(|column| Conversion { column: column.name.clone(), has_expression });
        let name = format!("{}.{}", table.name, former.name);
        let rows = tables.rows(change, &table);
        let converted = Converted { change, former, column, name: &name, rows: &rows };
        for (topic, form) in converted.forms() {
            let subject = format!("conversion of column {name} to {}", column.type_text);
            let question = table.question(format!("{topic} {}", former.name), subject, form);
            found.push(Question { conversion: conversion.clone(), ..question });
        }
    }
    found
}

/// A column whose type changes.
struct Converted<'a> {
    change: Change<'a>,
    former: &'a Column,
    column: &'a Column,
    name: &'a str,
    rows: &'a str,
}

/// A form of a question with its topic.
type Topic = (&'static str, Form);

impl Converted<'_> {
    fn forms(&self) -> Vec<Topic> {
        self.known_forms().unwrap_or_else(|reason| vec![("type", Form::Impossible { reason })])
    }

    /// The forms, or why nothing can be asked.
    fn known_forms(&self) -> Result<Vec<Topic>, String> {
        let Self { change, former, column, name, rows } = *self;
        let value = value(former, conversions(change.statement).as_ref())?;
        match target(change, column.type_number, &column.type_text) {
            Target::Unknown => Err(format!("the plan makes or changes the type {}", column.type_text)),
            Target::Labels { name: enum_type, labels, is_array } => {
                let operand = operand(change, &value)?;
                let query = without_label(rows, &operand, &labels, is_array);
                let message =
                    format!("column {name} has values that the new type {enum_type} does not have, in");
                Ok(vec![("type", Form::rows(query, message))])
            }
            Target::Named(text) => {
                readable(change, &value)?;
                let converts = Form::Values {
                    query: format!("SELECT count(({value})::{text}) FROM {rows}"),
                    message: format!("column {name} does not convert to {text}"),
                };
                let too_long = too_long(&value, &text).map(|condition| {
                    let query = format!("SELECT FROM {rows} WHERE {condition}");
                    ("length", Form::rows(query, format!("column {name} does not fit into {text} in")))
                });
                Ok(std::iter::once(("type", converts)).chain(too_long).collect())
            }
        }
    }
}

fn without_label(rows: &str, operand: &str, labels: &str, is_array: bool) -> String {
    if is_array {
        format!("SELECT FROM {rows} WHERE NOT ({operand})::text[] <@ ARRAY[{labels}]::text[]")
    } else {
        format!("SELECT FROM {rows} WHERE NOT ({operand})::text = ANY (ARRAY[{labels}]::text[])")
    }
}

/// The condition under which an assignment refuses a value that a cast cuts:
/// <https://www.postgresql.org/docs/current/datatype-character.html>.
fn too_long(value: &str, text: &str) -> Option<String> {
    let (text, is_array) = match text.find('[') {
        Some(place) => (&text[..place], true),
        None => (text, false),
    };
    let (name, limit) = text.strip_suffix(')')?.split_once('(')?;
    let limit: u32 = limit.parse().ok()?;
    let element = if is_array { "element".to_owned() } else { format!("({value})") };
    let condition = match name {
        "character varying" | "character" => {
            format!("rtrim(substr({element}::text, {}), ' ') <> ''", u64::from(limit) + 1)
        }
        "bit" => format!("length({element}::text) <> {limit}"),
        "bit varying" => format!("length({element}::text) > {limit}"),
        _ => return None,
    };
    Some(if is_array {
        format!("EXISTS (SELECT FROM unnest({value}) AS element WHERE {condition})")
    } else {
        condition
    })
}

#[cfg(test)]
mod tests {
    use super::too_long;

    #[test]
    fn only_a_type_that_a_cast_cuts_has_a_question_about_length() {
        assert_eq!(too_long("w", "character varying(3)").unwrap(), "rtrim(substr((w)::text, 4), ' ') <> ''");
        assert_eq!(too_long("b", "bit(3)").unwrap(), "length((b)::text) <> 3");
        assert_eq!(
            too_long("w", "character varying(3)[]").unwrap(),
            "EXISTS (SELECT FROM unnest(w) AS element WHERE rtrim(substr(element::text, 4), ' ') <> '')"
        );
        for text in ["numeric(10,2)", "integer", "text", "timestamp(3) without time zone"] {
            assert_eq!(too_long("w", text), None, "{text}");
        }
    }
}
