//! Questions about the rows that are there: what a statement did on the copy that rows could contradict, asked where the data is.
//!
//! Must not call something an obstacle that the plan itself may clear away before: then it says so. A question that is not answered is
//! named.

mod added_value;
mod ask;
mod changed_rows;
mod check;
mod conversion;
mod domain;
mod exclusion;
mod foreign_key;
mod index_expression;
mod not_null;
mod partition;
mod question;
mod tables;
#[cfg(test)]
mod tests;
mod type_change;
mod unique;

use crate::rehearse::measured::Before;
use crate::rehearse::observe::{Demand, Relation, Rule, Seen};
use crate::rehearse::words::{depends_on_rows, filled_with_constants, unquoted};

pub(crate) use ask::ask;
pub(crate) use question::Question;
pub(crate) use tables::Tables;

/// A statement, and the state before the plan, before the statement and after it.
#[derive(Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) before: &'a Seen,
    pub(crate) first: &'a Seen,
    pub(crate) second: &'a Seen,
    pub(crate) statement: &'a str,
}

/// A kind of question: those that a statement raises about the tables as the statement leaves them.
type Kind = fn(Change<'_>, &Tables) -> Vec<Question>;

/// The kinds in the order in which their answers are shown.
const KINDS: [Kind; 9] = [
    not_null::questions,
    added_value::questions,
    domain::questions,
    check::questions,
    foreign_key::questions,
    unique::questions,
    exclusion::questions,
    index_expression::questions,
    partition::questions,
];

/// The questions that a statement raises. Afterwards `tables` has the tables as the statement leaves them.
pub(crate) fn questions(change: Change<'_>, tables: &mut Tables) -> Vec<Question> {
    let mut found = type_change::questions(change, tables);
    found.extend(changed_rows::questions(change, tables));
    tables.apply(change);
    found.extend(KINDS.iter().flat_map(|kind| kind(change, tables)));
    // A question about a table is one about its partitions and about what inherits from it.
    let is_asked_above = |question: &Question| {
        let mut lineage = change.second.lineage(question.table);
        lineage.remove(&question.table);
        found.iter().any(|other| lineage.contains(&other.table) && other.topic == question.topic)
    };
    let kept: Vec<bool> = found.iter().map(|question| !is_asked_above(question)).collect();
    let kept = found.into_iter().zip(kept).filter(|(_, is_kept)| *is_kept);
    kept.map(|(question, _)| Question { settings: change.second.settings.clone(), ..question }).collect()
}

impl<'a> Change<'a> {
    /// The rules that begin to hold with the statement for the rows that are there, and those that are checked again.
    fn new_rules(self) -> impl Iterator<Item = &'a Rule> {
        let found = self.second.rules.iter().filter(move |(key, rule)| {
            let was_valid = self.first.rules.get(key).is_some_and(|former| former.is_valid);
            // Where a column's type changes the server makes its indexes anew.
            let is_made_anew = self
                .first
                .rules
                .values()
                .any(|former| former.is_valid && former.name == rule.name && former.table == rule.table);
            rule.is_valid && (!(was_valid || is_made_anew) || self.converts(rule.table))
        });
        found.map(|(_, rule)| rule)
    }

    /// Whether the statement gives values of a table another type.
    fn converts(self, table: Relation) -> bool {
        let columns = self.second.columns.range((table, 0)..=(table, i16::MAX));
        let mut converted = columns.filter(|(key, column)| {
            let former = self.first.columns.get(key);
            former.is_some_and(|former| conversion::differs(former, column))
        });
        converted.any(|(key, column)| {
            self.first.columns.get(key).is_some_and(|former| !conversion::is_free(self, former, column))
        })
    }

    /// Whether the statement changes or reads rows that were there before the plan, so that its success depends on them.
    pub(crate) fn depends_on_rows(self) -> bool {
        let is_old = |relation: &Relation| Before(self.before).table(*relation).is_some();
        let writes = |(relation, mode): &&(Relation, String)| mode == "RowExclusiveLock" && is_old(relation);
        let writes_newly = self.second.locks.difference(&self.first.locks).any(|lock| writes(&lock));
        let is_known = |table: &String| {
            let mut known = self.before.relations.values();
            known.any(|stored| unquoted(&stored.bare_name) == *table)
        };
        let is_apart = filled_with_constants(self.statement).is_some_and(|table| !is_known(&table));
        writes_newly || depends_on_rows(self.statement) && !is_apart
    }

    fn rules_with<T>(self, demand: impl Fn(&'a Demand) -> Option<T>) -> Vec<(&'a Rule, T)> {
        self.new_rules().filter_map(|rule| Some((rule, demand(&rule.demand)?))).collect()
    }
}
