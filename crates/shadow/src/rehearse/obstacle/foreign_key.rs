//! Foreign keys that begin to hold for the rows that are there.
//!
//! Must not take a table that the plan makes and fills for an empty one.

use super::question::{Form, Question};
use super::{Change, Tables};
use crate::rehearse::observe::{Demand, Relation, Rule};

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let rules = change.rules_with(|demand| match demand {
        Demand::Reference { columns, table, referenced, matches_full } => {
            Some(Reference { columns, table: *table, referenced, matches_full: *matches_full })
        }
        _ => None,
    });
    rules.into_iter().filter_map(|(rule, reference)| question(change, tables, rule, &reference)).collect()
}

struct Reference<'a> {
    columns: &'a [i16],
    table: Relation,
    referenced: &'a [i16],
    matches_full: bool,
}

fn question(change: Change<'_>, tables: &Tables, rule: &Rule, reference: &Reference<'_>) -> Option<Question> {
    let table = tables.table(change, rule.table)?;
    let names = |relation: Relation, numbers: &[i16]| -> Option<Vec<String>> {
        let name = |number: &i16| Some(change.second.columns.get(&(relation, *number))?.name.clone());
        numbers.iter().map(name).collect()
    };
    let (own, theirs) =
        (names(rule.table, reference.columns)?, names(reference.table, reference.referenced)?);
    let subject = format!("foreign key {} on {}", rule.name, table.name);
    let topic = format!("foreign key {}", own.join(", "));
    let set: Vec<String> = own.iter().map(|name| format!("one.{name} IS NOT NULL")).collect();
    let equal: Vec<String> =
        own.iter().zip(&theirs).map(|(own, theirs)| format!("one.{own} = other.{theirs}")).collect();
    let target = tables.table(change, reference.table);
    let other_name = change.second.relations.get(&reference.table)?.name.clone();
    let missing = match &target {
        Some(other) => {
            let rows = tables.rows_as(other, "other", true);
            format!("NOT EXISTS (SELECT FROM {rows} WHERE {})", equal.join(" AND "))
        }
        None if tables.is_written(reference.table) => {
            let reason = format!("the plan fills {other_name}");
            return Some(table.question(topic, subject, Form::Impossible { reason }));
        }
        None => "true".to_owned(),
    };
    let is_set = set.join(if reference.matches_full { " OR " } else { " AND " });
    let rows = tables.rows_as(&table, "one", true);
    let other_name = target.as_ref().map_or(other_name, |other| other.name.to_owned());
    let form = Form::rows(
        format!("SELECT FROM {rows} WHERE ({is_set}) AND {missing}"),
        format!("{subject} finds nothing in {other_name} for"),
    );
    let mut question = table.question(topic, subject, form);
    question.is_certain &= target.is_none_or(|other| other.is_certain());
    Some(question)
}
