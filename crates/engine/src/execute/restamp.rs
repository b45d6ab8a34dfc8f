//! Rows of the ledgers that are about a script as it is, and that the track's own tool would take for another one.
//!
//! No script runs here. Must not touch a row that the plan does not name.

use crosstrack_database::SessionLimits;
use crosstrack_model::{Event, Plan, Restamp};
use crosstrack_track::{StepError, Transaction};

use super::{ExecuteError, Run, session};
use crate::discover::Track;

impl Run<'_> {
    /// Restamps the rows that the plan names, each with its line in the journal.
    pub(super) async fn restamp(&mut self, plan: &Plan) -> Result<(), ExecuteError> {
        for restamp in &plan.restamps {
            if self.execution.stop.requested().is_some() {
                return Err(self.stopped(None));
            }
            let Restamp { track: name, migration } = restamp;
            let reference = format!("{name}/{}", migration.label);
            let track = self.track(name)?;
            self.open(track).await?;
            self.write(track, restamp).await.map_err(|source| ExecuteError::Restamp {
                reference: reference.clone(),
                summary: Box::new(self.summary.clone()),
                source,
            })?;
            self.journal.record_acceptance(track, migration).await.map_err(ExecuteError::Journal)?;
            self.summary.restamped.push(reference);
            (self.events)(Event::LedgerRestamped { track: name.clone(), label: migration.label.clone() });
        }
        Ok(())
    }

    async fn write(&mut self, track: &Track, restamp: &Restamp) -> Result<(), StepError> {
        let Some(connection) = self.sessions.get_mut(track.name()) else { return Ok(()) };
        let limits = SessionLimits {
            lock_timeout: track.settings.lock_timeout.unwrap_or(self.execution.defaults.lock_timeout),
            statement_timeout: self.execution.defaults.statement_timeout,
            schema: track.settings.schema.clone(),
            waits_for_disk: true,
        };
        if self.execution.lock.database().is_behind_pooler() {
            let opening = session::transaction_sql(&limits, &track.settings);
            let transaction = Transaction { opening: &opening, closing: SessionLimits::CLOSING };
            return transaction.restamp(connection.as_mut(), &restamp.migration).await;
        }
        connection.settle(&session::with_declared(limits.as_sql(), &track.settings)).await?;
        Transaction::default().restamp(connection.as_mut(), &restamp.migration).await
    }
}
