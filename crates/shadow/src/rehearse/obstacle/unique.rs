//! Unique indexes that are built over rows, with those of primary keys and of partitions.
//!
//! Must not count a row that the index leaves out.

use super::conversion::readable;
use super::question::{Form, Question};
use super::{Change, Tables};
use crate::rehearse::observe::Demand;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let rules = change.rules_with(|demand| match demand {
        Demand::Unique { keys, predicate, nulls_are_equal } => Some((keys, predicate, *nulls_are_equal)),
        _ => None,
    });
    let asked = rules.into_iter().filter_map(|(rule, (keys, predicate, nulls_are_equal))| {
        let table = tables.table(change, rule.table)?;
        let subject = format!("unique index {} on {}", rule.name, table.name);
        let keyed = keyed_rows(keys, predicate.as_deref(), &tables.own_rows(change, &table));
        let names: Vec<String> = (1..=keys.len()).map(|number| format!("key_{number}")).collect();
        let set: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
        let condition = if nulls_are_equal { String::new() } else { format!(" WHERE {}", set.join(" AND ")) };
        let query =
            format!("SELECT FROM {keyed} keyed{condition} GROUP BY {} HAVING count(*) > 1", names.join(", "));
        let message = format!("{subject} cannot be built: more than one row has each of");
        let unreadable = keys.iter().chain(predicate).find_map(|text| readable(change, text).err());
        let form = match unreadable {
            None => Form::Rows { query, message, noun: "key" },
            Some(reason) => Form::Impossible { reason },
        };
        Some(table.question(format!("unique {}", keys.join(", ")), subject, form))
    });
    asked.collect()
}

/// The keys of an index, `key_1` and so on, of the rows that it holds. Those that it leaves out are not computed.
pub(super) fn keyed_rows(keys: &[String], predicate: Option<&str>, rows: &str) -> String {
    let items: Vec<String> =
        keys.iter().enumerate().map(|(place, key)| format!("({key}) AS key_{}", place + 1)).collect();
    let rows = match predicate {
        Some(predicate) => format!("(SELECT * FROM {rows} WHERE {predicate} OFFSET 0) held"),
        None => rows.to_owned(),
    };
    format!("(SELECT row_number() OVER () AS number, {} FROM {rows})", items.join(", "))
}
