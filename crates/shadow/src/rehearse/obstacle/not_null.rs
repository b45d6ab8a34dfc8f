//! Columns that become NOT NULL, those of a primary key among them.
//!
//! Must not ask about a domain: its own constraint says that it is NOT NULL.

use super::added_value::new_rows;
use super::conversion::added_expression;
use super::question::{Form, Question};
use super::tables::takes_numbers;
use super::{Change, Tables};

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let columns = change.second.columns.iter().filter(|(key, column)| {
        column.not_null && change.first.columns.get(key).is_none_or(|former| !former.not_null)
    });
    let asked = columns.filter_map(|(key, column)| {
        let table = tables.table(change, key.0)?;
        let name = change.before.columns.get(key).map_or(&column.name, |former| &former.name);
        let subject = format!("column {}.{name}", table.name);
        let rows = tables.rows(change, &table);
        let is_added_here = !change.first.columns.contains_key(key);
        let is_empty = is_added_here && !takes_numbers(column) && added_expression(change, column).is_none();
        let form = if is_empty {
            let message =
                format!("{subject} is added without a value and takes no null, and {} has", table.name);
            Form::rows(format!("SELECT FROM {rows}"), message)
        } else {
            let message = format!("{subject} is to take no null, and is null in");
            let rows = if is_added_here { new_rows(change, tables, &table, column) } else { rows };
            Form::rows(format!("SELECT FROM {rows} WHERE {} IS NULL", column.name), message)
        };
        Some(table.question(format!("not null {}", column.name), subject, form))
    });
    asked.collect()
}
