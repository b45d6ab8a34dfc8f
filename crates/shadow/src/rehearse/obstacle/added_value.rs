//! Expressions that give a new column its values: a default or a generated column that fails for a row.
//!
//! Must not advance a sequence.

use super::conversion::{added_expression, differs, readable};
use super::question::{Form, Question};
use super::tables::{Table, takes_numbers};
use super::{Change, Tables};
use crate::rehearse::observe::Column;
use crate::rehearse::words::constant;

/// The rows for which a default is computed.
const SAMPLE: u64 = 1001;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let columns = change.second.columns.iter().filter(|(key, column)| {
        let former = change.first.columns.get(key);
        let is_same = former.is_some_and(|former| {
            !column.is_generated || former.expression == column.expression && !differs(former, column)
        });
        !is_same && !takes_numbers(column)
    });
    let asked = columns.filter_map(|(key, column)| {
        // The copy has computed a constant already.
        let expression = added_expression(change, column).filter(|text| constant(text).is_none())?;
        let table = tables.table(change, key.0)?;
        let subject = format!("value of the new column {}.{}", table.name, column.name);
        let form = match readable(change, &expression) {
            Ok(()) => Form::Values {
                query: format!(
                    "SELECT count({}) FROM {}",
                    column.name,
                    new_rows(change, tables, &table, column)
                ),
                message: format!("{subject} cannot be computed"),
            },
            Err(reason) => Form::Impossible { reason },
        };
        Some(table.question(format!("value {}", column.name), subject, form))
    });
    asked.collect()
}

/// The rows of a table with a new column. A default knows no other column, so that a part of the rows tells as much as all of them.
pub(super) fn new_rows(change: Change<'_>, tables: &Tables, table: &Table<'_>, column: &Column) -> String {
    let rows = tables.rows(change, table);
    if column.is_generated {
        rows
    } else {
        format!("(SELECT {} FROM {rows} LIMIT {SAMPLE}) AS some_rows", column.name)
    }
}
