//! Check constraints of tables that begin to hold for the rows that are there.
//!
//! Must not ask about one that is NOT VALID.

use super::conversion::readable;
use super::question::{Form, Question};
use super::{Change, Tables};
use crate::rehearse::observe::Demand;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let rules = change.rules_with(|demand| match demand {
        Demand::Check { expression, is_inherited } => Some((expression, *is_inherited)),
        _ => None,
    });
    let asked = rules.into_iter().filter_map(|(rule, (expression, is_inherited))| {
        let table = tables.table(change, rule.table)?;
        let subject = format!("constraint {} on {}", rule.name, table.name);
        let rows = if is_inherited { tables.rows(change, &table) } else { tables.own_rows(change, &table) };
        let form = match readable(change, expression) {
            Ok(()) => Form::rows(
                format!("SELECT FROM {rows} WHERE NOT ({expression})"),
                format!("{subject} does not hold for"),
            ),
            Err(reason) => Form::Impossible { reason },
        };
        Some(table.question(format!("check {}", rule.name), subject, form))
    });
    asked.collect()
}
