//! Rows in a proof: a migration that restores an empty schema can still destroy data.
//!
//! It must not judge what a script announces: one that writes rows itself, or allows the loss of data, is not watched.

use std::collections::BTreeSet;

use crosstrack_catalog::{Catalog, Change, Kind, differences};
use crosstrack_database::Session;
use crosstrack_engine::ExecuteError;
use crosstrack_loss::{Loss, losses};
use crosstrack_model::{Script, Step};

use crate::error::ShadowError;
use crate::rows::{Filled, Tables, Witness, empty, fill, refuses_rows, related, renew};

/// The first words of statements that write rows, or may.
const WRITING: [&str; 10] =
    ["insert", "update", "delete", "truncate", "merge", "copy", "do", "call", "select", "with"];

/// Whether a migration is tried with rows: it alters something, in both directions without writing rows itself.
pub(crate) fn is_watched(step: &Step, down: &Step) -> bool {
    let allows_loss = step.migration.directives.allow.iter().any(|word| word == "data-loss");
    let scripts = [&step.script, &down.script];
    !allows_loss
        && scripts.iter().any(|script| has_word(script, &["alter"]))
        && !scripts.iter().any(|script| has_word(script, &WRITING))
}

fn has_word(script: &Script, words: &[&str]) -> bool {
    // A script that cannot be split fails where it runs.
    let statements = crosstrack_script::statements(&script.sql).unwrap_or_default();
    statements.iter().any(|statement| {
        let first = statement.text.split(|character: char| !character.is_alphanumeric()).next();
        first.is_some_and(|first| words.iter().any(|word| first.eq_ignore_ascii_case(word)))
    })
}

/// Whether a script failed because rows do not fit it.
pub(crate) fn is_about_rows(error: &ExecuteError) -> bool {
    let ExecuteError::Step(failure) = error else { return false };
    failure.source.server_error().is_some_and(|server| refuses_rows(&server.code))
}

/// The tables that the scripts of a migration can reach.
async fn reached_tables(
    session: &Session,
    all: &Tables,
    scripts: [&Script; 2],
) -> Result<Tables, ShadowError> {
    if scripts.into_iter().any(alters_more_than_tables) {
        return Ok(all.clone());
    }
    let text = scripts.map(|script| script.sql.to_lowercase()).join("\n");
    let is_name = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let words: BTreeSet<&str> = text.split(|character| !is_name(character)).collect();
    let is_named = |name: &str| {
        let name = name.to_lowercase();
        if name.chars().all(is_name) { words.contains(name.as_str()) } else { text.contains(&name) }
    };
    Ok(all.clone().only(related(session, all, is_named).await?))
}

/// Whether a script alters a type or a sequence, for example, which tables use that it does not name.
fn alters_more_than_tables(script: &Script) -> bool {
    let statements = crosstrack_script::statements(&script.sql).unwrap_or_default();
    statements.iter().any(|statement| {
        let mut words = statement.text.split_whitespace();
        let is_alter = words.next().is_some_and(|word| word.eq_ignore_ascii_case("alter"));
        let is_of_table = words.next().is_some_and(|word| {
            ["table", "index"].into_iter().any(|of_table| word.eq_ignore_ascii_case(of_table))
        });
        is_alter && !is_of_table
    })
}

/// The rows of the tables that a migration can reach, watched while it is tried.
pub(crate) struct Watch<'a> {
    session: &'a Session,
    tables: Tables,
    filled: Filled,
}

impl<'a> Watch<'a> {
    /// Puts rows into those of the tables that have none.
    pub(crate) async fn begin(
        session: &'a Session,
        all: &Tables,
        scripts: [&Script; 2],
    ) -> Result<Self, ShadowError> {
        let tables = reached_tables(session, all, scripts).await?;
        let filled = fill(session, &tables).await?;
        Ok(Self { session, tables, filled })
    }

    /// Removes the rows again: a later migration meets the tables as the migrations leave them. False where rows that migrations inserted
    /// are more or fewer than before.
    pub(crate) async fn end(self) -> Result<bool, ShadowError> {
        Ok(empty(self.session, &self.tables, &self.filled).await?)
    }

    /// The rows as they are now.
    pub(crate) async fn read(&self) -> Result<Witness, ShadowError> {
        Ok(Witness::read(self.session, &self.tables).await?)
    }

    /// Puts rows of the new schema in the place of the others.
    pub(crate) async fn renew(&self) -> Result<(), ShadowError> {
        Ok(renew(self.session, &self.tables, &self.filled).await.map(drop)?)
    }
}

/// Whether a failed step has left the database as it was.
pub(crate) fn is_rolled_back(error: &ExecuteError) -> bool {
    matches!(error, ExecuteError::Step(failure) if failure.transactional && failure.own_transaction.is_none())
}

/// The losses between two catalogs that a script announces by dropping something. A type that becomes narrower announces nothing.
pub(crate) fn announced(from: &Catalog, to: &Catalog) -> Vec<Loss> {
    let mut losses = losses(&differences(from, to));
    losses.retain(|loss| !matches!(loss, Loss::Narrowing { .. }));
    losses
}

/// Whether a migration changes what a column can hold.
pub(crate) fn changes_values(from: &Catalog, to: &Catalog) -> bool {
    differences(from, to).iter().any(|difference| match (&difference.change, difference.id.kind) {
        (Change::Changed { attribute, .. }, Kind::Column) => attribute == "type",
        (Change::Changed { .. }, Kind::Sequence | Kind::EnumType | Kind::Domain) => true,
        _ => false,
    })
}
