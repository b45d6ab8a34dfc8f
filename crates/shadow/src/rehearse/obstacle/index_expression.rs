//! Indexes on expressions and partial indexes: an expression that fails for a row.
//!
//! Must not ask about a unique index, whose own question computes the same.

use super::conversion::readable;
use super::question::{Form, Question};
use super::unique::keyed_rows;
use super::{Change, Tables};
use crate::rehearse::observe::Demand;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let rules = change.rules_with(|demand| match demand {
        Demand::Computable { keys, predicate } => Some((keys, predicate)),
        _ => None,
    });
    let asked = rules.into_iter().filter_map(|(rule, (keys, predicate))| {
        let table = tables.table(change, rule.table)?;
        let subject = format!("index {} on {}", rule.name, table.name);
        let keyed = keyed_rows(keys, predicate.as_deref(), &tables.own_rows(change, &table));
        let counts: Vec<String> = (1..=keys.len()).map(|number| format!("count(key_{number})")).collect();
        let unreadable = keys.iter().chain(predicate).find_map(|text| readable(change, text).err());
        let form = match unreadable {
            None => Form::Values {
                query: format!("SELECT {} FROM {keyed} keyed", counts.join(", ")),
                message: format!("{subject} cannot be built"),
            },
            Some(reason) => Form::Impossible { reason },
        };
        Some(table.question(format!("index {}", keys.join(", ")), subject, form))
    });
    asked.collect()
}
