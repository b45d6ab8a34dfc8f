//! The ledger during a run: whether somebody else writes it, and whether what we wrote is there.
//!
//! Must not write it: that is the adapter's alone.

use crosstrack_database::{QueryError, quote_literal};
use crosstrack_model::{Direction, Step};

use super::{ExecuteError, Run};
use crate::discover::Track;
use crate::journal::rows_query;

impl Run<'_> {
    /// Sees to it that the ledger is as it was when the plan was made, but for this run's own steps.
    ///
    /// Asked when the lock of the track's own tool was taken: who held it before may have applied what is planned here.
    pub(super) async fn check_ledger(&self, track: &Track) -> Result<(), ExecuteError> {
        let state = self.execution.inspection.track(track.name());
        let before = state.map_or(0, |state| state.ledger.entries.len());
        let prefix = format!("{}/", track.name());
        let own = self.summary.steps.iter().filter(|(reference, _)| reference.starts_with(&prefix)).count();
        let expected = match self.direction {
            Direction::Up => before + own,
            Direction::Down => before.saturating_sub(own),
        };
        let found = self.count_rows(track).await.map_err(ExecuteError::Journal)?;
        if found == expected { Ok(()) } else { Err(self.moved(track)) }
    }

    /// Whether a step failed because another program did it first.
    pub(super) async fn is_done_by_another(&self, track: &Track, step: &Step) -> bool {
        if step.direction == Direction::Down {
            return false;
        }
        let sql =
            format!("SELECT {} AS rows", rows_query(track, &quote_literal(step.migration.version.as_str())));
        let rows = self.execution.lock.session().rows("look into the ledger", &sql).await;
        // Where the ledger cannot be asked, the step's own error says what happened.
        rows.is_ok_and(|rows| {
            rows.first().is_some_and(|row| row.text("rows").is_ok_and(|count| count != "0"))
        })
    }

    pub(super) fn moved(&self, track: &Track) -> ExecuteError {
        ExecuteError::Moved { track: track.name().clone(), summary: Box::new(self.summary.clone()) }
    }

    /// Refuses to go on when a script ended well and its row is nowhere.
    pub(super) fn refuse_missing(&self, missing: Option<String>) -> Result<(), ExecuteError> {
        match missing {
            Some(reference) => {
                Err(ExecuteError::NotInLedger { reference, summary: Box::new(self.summary.clone()) })
            }
            None => Ok(()),
        }
    }

    async fn count_rows(&self, track: &Track) -> Result<usize, QueryError> {
        let session = self.execution.lock.session();
        let purpose = format!("count the ledger of `{}`", track.name());
        let table = track.adapter.ledger_table(&track.settings);
        let exists = format!("SELECT to_regclass({}) IS NOT NULL AS found", quote_literal(&table));
        let found = session.rows(&purpose, &exists).await?;
        if !found.first().is_some_and(|row| row.truth("found").unwrap_or(false)) {
            return Ok(0);
        }
        let rows = session.rows(&purpose, &format!("SELECT count(*) AS rows FROM {table}")).await?;
        rows.first().map_or(Ok(0), |row| row.number("rows"))
    }
}
