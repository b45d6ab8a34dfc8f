//! Exclusion constraints: two rows between which all operators hold.
//!
//! Must not take a row for another one: rows are told apart by a number.

use super::conversion::readable;
use super::question::{Form, Question};
use super::unique::keyed_rows;
use super::{Change, Tables};
use crate::rehearse::observe::Demand;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let rules = change.rules_with(|demand| match demand {
        Demand::Exclusion { keys, operators, predicate } => Some((keys, operators, predicate)),
        _ => None,
    });
    let asked = rules.into_iter().filter_map(|(rule, (keys, operators, predicate))| {
        let table = tables.table(change, rule.table)?;
        let subject = format!("exclusion constraint {} on {}", rule.name, table.name);
        let keyed = keyed_rows(keys, predicate.as_deref(), &tables.own_rows(change, &table));
        let conflicts: Vec<String> = operators
            .iter()
            .enumerate()
            .map(|(place, operator)| format!("one.key_{n} {operator} other.key_{n}", n = place + 1))
            .collect();
        // The operators are symmetric, so that each pair is met once.
        let query = format!(
            "SELECT FROM (WITH keyed AS MATERIALIZED (SELECT * FROM {keyed} numbered) \
             SELECT FROM keyed one WHERE EXISTS (SELECT FROM keyed other WHERE other.number < one.number AND {})) pairs",
            conflicts.join(" AND ")
        );
        let message = format!("{subject} cannot be built: an earlier row excludes");
        let unreadable = keys.iter().chain(predicate).find_map(|text| readable(change, text).err());
        let form = match unreadable {
            None => Form::rows(query, message),
            Some(reason) => Form::Impossible { reason },
        };
        Some(table.question(format!("exclusion {}", keys.join(", ")), subject, form))
    });
    asked.collect()
}
