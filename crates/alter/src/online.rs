//! What lets others write to a table that has many rows: an index that is built concurrently, a constraint that holds for new rows
//! first and is checked for the others afterwards, a key upon an index that is there:
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, "Notes".
//!
//! Partitioned tables have no such forms.

use std::iter::successors;

use crosstrack_catalog::{Fact, Id, Kind};

use crate::side::{Side, said};
use crate::statement::{Hazard, Statement, Transaction};

/// A statement in steps of which each commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Online {
    /// The table that is worked on.
    table: String,
    steps: Vec<Vec<Statement>>,
}

/// A table that is new has no rows, and nobody waits for it: nothing is to be known of what is done to it, and nothing done otherwise.
/// A new materialized view is filled.
pub(crate) fn for_those_there(
    mut statements: Vec<Statement>,
    (is_there, is_filled): (impl Fn(&str) -> bool, impl Fn(&str) -> bool),
) -> Vec<Statement> {
    for statement in &mut statements {
        if let Some(online) = statement.online.take_if(|online| !is_there(&online.table)) {
            let is_filled = is_filled(&online.table);
            statement.hazards.retain(|hazard| is_filled && *hazard == Hazard::FailsOnRows);
        }
    }
    statements
}

/// Takes the steps instead of the statement wherever there are some and the table is large. Neighbours take theirs together, so that no
/// more is committed by itself than has to be.
pub fn online(statements: Vec<Statement>, is_large: impl Fn(&str) -> bool) -> Vec<Statement> {
    let mut result = Vec::new();
    let mut neighbours: Vec<Online> = Vec::new();
    for mut statement in statements {
        let Some(mut online) = statement.online.take_if(|online| is_large(&online.table)) else {
            let mut steps = together(std::mem::take(&mut neighbours));
            // The locks of the last step are not held while something else takes long.
            if !steps.is_empty() && takes_long(&statement) && !statement.is_outside() {
                statement.transaction = Transaction::AfterCommit;
            }
            result.append(&mut steps);
            result.push(statement);
            continue;
        };
        let first = online.steps.iter_mut().flatten().next();
        if let Some(first) = first.filter(|first| !first.is_outside()) {
            first.transaction = statement.transaction;
        }
        neighbours.push(online);
    }
    result.append(&mut together(neighbours));
    result
}

fn takes_long(statement: &Statement) -> bool {
    let long = [Hazard::Rewrite, Hazard::Scan, Hazard::BlocksWrites];
    statement.sql.starts_with("CREATE MATERIALIZED VIEW")
        || long.iter().any(|hazard| statement.hazards.contains(hazard))
}

/// The first steps of all, then the second ones.
fn together(neighbours: Vec<Online>) -> Vec<Statement> {
    let mut result = Vec::new();
    let mut rest: Vec<_> = neighbours.into_iter().map(|online| online.steps.into_iter()).collect();
    loop {
        let steps = rest.iter_mut().filter_map(Iterator::next).flatten();
        // What takes long comes before what takes locks that keep others out.
        let (long, short): (Vec<_>, Vec<_>) = steps.partition(|statement| statement.sql.contains(VALIDATE));
        let mut step: Vec<Statement> = long.into_iter().chain(short).collect();
        let Some(first) = step.first_mut() else { return result };
        if !result.is_empty() && !first.is_outside() {
            first.transaction = Transaction::AfterCommit;
        }
        result.append(&mut step);
    }
}

const VALIDATE: &str = " VALIDATE CONSTRAINT ";

/// Builds an index; the text is that of the catalog.
pub(crate) fn index(table: &str, definition: &str, sql: &str) -> Option<Online> {
    let steps = vec![vec![concurrently(sql)]];
    (!is_of_partitions(definition)).then(|| Online { table: table.to_owned(), steps })
}

/// Makes an index go.
pub(crate) fn index_gone(table: &str, definition: &str, name: &str) -> Option<Online> {
    let gone = Statement::new(format!("DROP INDEX CONCURRENTLY {name}")).within(Transaction::Outside);
    (!is_of_partitions(definition)).then(|| Online { table: table.to_owned(), steps: vec![vec![gone]] })
}

fn is_of_partitions(definition: &str) -> bool {
    definition.contains(" ON ONLY ")
}

fn concurrently(sql: &str) -> Statement {
    let built =
        Statement::new(sql.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1)).within(Transaction::Outside);
    if sql.starts_with("CREATE UNIQUE") { built.with(Hazard::FailsOnRows) } else { built }
}

/// Adds a constraint, whose definition is as it stands in a statement.
pub(crate) fn constraint(fact: &Fact, definition: &str, to: &Side<'_>) -> Option<Online> {
    let table = to.parent(fact).filter(|table| is_plain(table))?;
    // A key to a partitioned table has a part for each partition, and no statement validates those.
    let mut needed = to.needs(&fact.id).flat_map(|id| successors(to.get(id), |part| to.parent(part)));
    if needed.any(|needed| needed.id.kind == Kind::Table && !is_plain(needed)) {
        return None;
    }
    let (subject, name) = (format!("ALTER TABLE {}", table.id.name), fact.id.own_name());
    let steps = if let Some(word) =
        ["PRIMARY KEY", "UNIQUE"].iter().find(|word| definition.starts_with(**word))
    {
        let index = to.children(&fact.id).find(|part| part.id.kind == Kind::Index)?;
        let manners = [" DEFERRABLE", " INITIALLY"].iter().filter_map(|word| definition.rfind(word)).min();
        let manners = &definition[manners.unwrap_or(definition.len())..];
        let mut sql = said(index, "definition")?.to_owned();
        if let Some(tablespace) = said(index, "tablespace") {
            sql += &format!(" TABLESPACE {tablespace}");
        }
        let added = format!("{subject} ADD CONSTRAINT {name} {word} USING INDEX {name}{manners}");
        vec![vec![concurrently(&sql)], vec![Statement::new(added)]]
    } else if definition.starts_with("EXCLUDE") || definition.ends_with(" NOT VALID") {
        return None;
    } else {
        added_and_validated(&subject, name, definition)
    };
    Some(Online { table: table.id.name.clone(), steps })
}

/// Says that a column has a value in every row, which the server believes where a constraint that was checked says it.
///
/// A row is only not null for a check where all of its fields are, and so nothing can be said of columns that hold rows.
pub(crate) fn not_null(column: &Fact, sql: &str, to: &Side<'_>) -> Option<Online> {
    let table = to.parent(column).filter(|table| is_plain(table))?;
    let may_hold_rows = |id: &Id| {
        !matches!(
            id.kind,
            Kind::EnumType | Kind::RangeType | Kind::Schema | Kind::Collation | Kind::Extension
        )
    };
    if to.needs(&column.id).filter(|id| **id != table.id).any(may_hold_rows) {
        return None;
    }
    let (subject, name) = (format!("ALTER TABLE {}", table.id.name), column.id.own_name());
    let helper = format!("crosstrack_not_null_{}", column.rank.unwrap_or_default());
    let mut steps = added_and_validated(&subject, &helper, &format!("CHECK ({name} IS NOT NULL)"));
    steps.push(vec![Statement::new(sql), Statement::new(format!("{subject} DROP CONSTRAINT {helper}"))]);
    Some(Online { table: table.id.name.clone(), steps })
}

fn added_and_validated(subject: &str, name: &str, definition: &str) -> Vec<Vec<Statement>> {
    let added = Statement::new(format!("{subject} ADD CONSTRAINT {name} {definition} NOT VALID"));
    let validated = Statement::new(format!("{subject}{VALIDATE}{name}"));
    vec![vec![added], vec![validated.with(Hazard::FailsOnRows)]]
}

/// Whether it is a table that holds its rows itself, and has no part in partitions.
fn is_plain(table: &Fact) -> bool {
    table.id.kind == Kind::Table && said(table, "partition_key").is_none()
}
