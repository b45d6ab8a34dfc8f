//! Plain `UPDATE` statements: an expression that fails for a row.
//!
//! Must not follow what a trigger, a rule or a foreign key does with the rows: then the tables count as written.

use std::collections::BTreeSet;

use super::conversion::{Target, readable, target};
use super::question::{Form, Question};
use super::{Change, Tables};
use crate::rehearse::measured::Before;
use crate::rehearse::observe::{Demand, Relation};
use crate::rehearse::words::{RowChange, first_word, row_change, unquoted};

/// The questions, asked of the tables as they are before the statement.
pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let Some((number, changed)) = change.changed_rows() else { return Vec::new() };
    let Some(table) = tables.table(change, number) else { return Vec::new() };
    let values = changed.values.iter().filter_map(|(name, expression)| {
        let mut columns = change.second.columns.range((number, 0)..=(number, i16::MAX));
        let (_, column) = columns.find(|(_, column)| unquoted(&column.name) == *name)?;
        let Target::Named(text) = target(change, column.type_number, &column.type_text) else { return None };
        Some(format!("count(({expression})::{text})"))
    });
    let values: Vec<String> = values.collect();
    if values.is_empty() {
        return Vec::new();
    }
    let condition = changed.condition.map_or(String::new(), |text| format!(" WHERE {text}"));
    let rows = tables.rows_as(&table, &changed.alias, false);
    let subject = format!("update of {}", table.name);
    let form = Form::Values {
        query: format!("SELECT {} FROM {rows}{condition}", values.join(", ")),
        message: format!("the new values in {} cannot be computed", table.name),
    };
    vec![table.question("update".to_owned(), subject, form)]
}

impl Change<'_> {
    /// The table whose rows the statement changes, each by itself, and how; nothing for any other statement.
    pub(super) fn changed_rows(self) -> Option<(Relation, RowChange)> {
        let changed = row_change(self.statement)?;
        let name = changed.schema.as_ref().map(|schema| format!("{schema}.{}", changed.table));
        let mut named = self.second.relations.iter().filter(|(_, stored)| {
            let is_named = name.as_ref().is_none_or(|name| *name == stored.name.replace('"', ""));
            is_named && unquoted(&stored.bare_name) == changed.table
        });
        let (number, stored) = named.next().filter(|_| named.next().is_none())?;
        let is_alone = self.second.parents.iter().all(|(child, parent)| child != number && parent != number);
        let is_computed = self
            .second
            .columns
            .range((*number, 0)..=(*number, i16::MAX))
            .any(|(_, column)| column.is_generated);
        let is_old = Before(self.before).table(*number).is_some();
        if stored.kind != "r" || stored.has_triggers || !is_alone || is_computed || !is_old {
            return None;
        }
        let expressions = changed.values.iter().map(|(_, expression)| expression).chain(&changed.condition);
        let is_readable = expressions.into_iter().all(|expression| readable(self, expression).is_ok());
        is_readable.then_some((*number, changed))
    }

    /// The tables whose rows the statement may write, with those that a foreign key may change along.
    pub(super) fn written(self) -> BTreeSet<Relation> {
        let taken = self.second.locks.difference(&self.first.locks);
        let taken: BTreeSet<Relation> =
            taken.filter(|(_, mode)| mode == "RowExclusiveLock").map(|(number, _)| *number).collect();
        if first_word(self.statement) == "insert" { taken } else { self.referencing(&taken) }
    }

    /// Tables and those whose foreign keys lead to them.
    pub(super) fn referencing(self, tables: &BTreeSet<Relation>) -> BTreeSet<Relation> {
        let mut found = tables.clone();
        loop {
            let rules = self.second.rules.values().filter(|rule| match &rule.demand {
                Demand::Reference { table, .. } => found.contains(table) && !found.contains(&rule.table),
                _ => false,
            });
            let next: Vec<Relation> = rules.map(|rule| rule.table).collect();
            if next.is_empty() {
                return found;
            }
            found.extend(next);
        }
    }
}
