//! Rows in a proof: a migration that restores an empty schema can still destroy data.
//!
//! It must not judge what a script announces: one that writes rows itself, or allows the loss of data, is not watched.

use crosstrack_catalog::{Catalog, Change, Kind, Scope, differences};
use crosstrack_database::Session;
use crosstrack_engine::ExecuteError;
use crosstrack_loss::{Loss, losses};
use crosstrack_model::{Direction, Script, Step};

use crate::error::ShadowError;
use crate::replay::Replay;
use crate::rows::{Witness, empty, fill, refuses_rows, renew};

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

/// The rows of the shadow database, watched through one session.
pub(crate) struct Watch {
    session: Session,
    scope: Scope,
    /// Whether migrations had inserted rows before.
    had_rows: bool,
}

impl Watch {
    /// Puts rows into the tables that have none.
    pub(crate) async fn begin(replay: &Replay<'_>) -> Result<Self, ShadowError> {
        let (session, scope) = (replay.session("rows").await?, replay.scope());
        let filled = fill(&session, &scope).await?;
        Ok(Self { session, scope, had_rows: filled.had_rows > 0 })
    }

    /// Takes the rows away again: a later migration that is not watched meets the tables as the migrations leave them. Says whether it
    /// can: rows that migrations inserted would go with them.
    pub(crate) async fn end(self) -> Result<bool, ShadowError> {
        if !self.had_rows {
            empty(&self.session, &self.scope).await?;
        }
        Ok(!self.had_rows)
    }

    /// The rows as they are now.
    pub(crate) async fn read(&self) -> Result<Witness, ShadowError> {
        Ok(Witness::read(&self.session, &self.scope).await?)
    }

    /// The harm that a down migration does to rows of the new schema; the up migration runs again afterwards. Where the server refuses the
    /// rows they are unharmed.
    pub(crate) async fn harm_of_down(
        &self,
        replay: &mut Replay<'_>,
        (step, down): (&Step, &Step),
        losses: &[Loss],
    ) -> Result<Harm, ShadowError> {
        renew(&self.session, &self.scope).await?;
        let before = self.read().await?;
        if let Err(error) = replay.run(Direction::Down, std::slice::from_ref(down)).await? {
            return Ok(Harm { sentences: Vec::new(), is_undone: is_rolled_back(&error) });
        }
        let sentences = before.harm(&self.read().await?, losses);
        let again = replay.run(Direction::Up, std::slice::from_ref(step)).await?;
        Ok(Harm { sentences, is_undone: again.is_ok() })
    }
}

/// The harm that a down migration did to rows.
pub(crate) struct Harm {
    /// A sentence each.
    pub(crate) sentences: Vec<String>,
    /// Whether the schema is the new one again.
    pub(crate) is_undone: bool,
}

impl Harm {
    /// None.
    pub(crate) fn none() -> Self {
        Self { sentences: Vec::new(), is_undone: true }
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
