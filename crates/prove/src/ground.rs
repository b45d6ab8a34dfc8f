//! The ground that a proof stands on: a scratch database with empty ledgers, its lock, and a reader.
//!
//! It does not judge: it runs steps with the engine and reads the catalog.

use std::sync::Arc;
use std::time::Duration;

use crosstrack_catalog::{Catalog, Scope, read_catalog};
use crosstrack_database::{LockRequest, LockedSession, Reader, ScratchDatabase};
use crosstrack_engine::{ExecuteError, Execution, Inspection, Listener, execute, inspect, open_session};
use crosstrack_model::{Direction, Item, Plan, Step};
use crosstrack_track::StepError;
use crosstrack_verify::Expectations;

use crate::prove::{ProveError, Proving};

/// A scratch database that is worked on.
pub(crate) struct Ground {
    scratch: ScratchDatabase,
    lock: LockedSession,
    reader: Reader,
}

impl Ground {
    /// A new one. The ledgers are made at once, with the schemas that the settings give them: they belong to no migration.
    pub(crate) async fn fresh(proving: &Proving<'_>) -> Result<Self, ProveError> {
        let scratch = ScratchDatabase::create(proving.target, proving.application).await?;
        match prepare(proving, &scratch).await {
            Ok((lock, reader)) => Ok(Self { scratch, lock, reader }),
            Err(error) => {
                // What went wrong first is what is said.
                drop(scratch.remove().await);
                Err(error)
            }
        }
    }

    /// Drops it.
    pub(crate) async fn remove(self) -> Result<(), ProveError> {
        self.lock.release().await;
        drop(self.reader);
        Ok(self.scratch.remove().await?)
    }

    /// What the engine knows before it runs something.
    pub(crate) async fn inspect(&mut self, proving: &Proving<'_>) -> Result<Inspection, ProveError> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, proving.tracks).await?;
        snapshot.end().await.map_err(ProveError::Query)?;
        Ok(inspection)
    }

    /// The catalog as it is now, without the ledgers.
    pub(crate) async fn catalog(&mut self, proving: &Proving<'_>) -> Result<Catalog, ProveError> {
        let ledger = proving.tracks.iter().map(|track| track.adapter.ledger_table(&track.settings));
        let scope = Scope { left_out: ledger.collect() };
        let snapshot = self.reader.snapshot();
        let catalog = read_catalog(&snapshot, &scope).await?;
        snapshot.end().await.map_err(ProveError::Query)?;
        Ok(catalog)
    }

    /// Runs steps as `up` and `down` would.
    ///
    /// # Errors
    /// The outer error ends the proof; the inner one is what a script has done wrong.
    pub(crate) async fn run(
        &mut self,
        proving: &Proving<'_>,
        direction: Direction,
        steps: &[Step],
    ) -> Result<Result<(), Box<ExecuteError>>, ProveError> {
        let inspection = self.inspect(proving).await?;
        let items = steps.iter().map(|step| Item::Step(Box::new(step.clone())));
        let plan =
            Plan { direction, items: items.collect(), restamps: Vec::new(), skipped_gates: Vec::new() };
        let execution = Execution {
            lock: &self.lock,
            tracks: proving.tracks,
            inspection: &inspection,
            expectations: &Expectations::default(),
            defaults: proving.defaults,
            origin: proving.origin,
            wait_for_lock: Duration::ZERO,
            stop: proving.stop,
        };
        // The proof itself says what becomes of each step.
        let nobody: Listener = Arc::new(|_| {});
        match execute(&execution, &plan, &nobody).await {
            Ok(_) => Ok(Ok(())),
            Err(error) if is_of_a_script(&error) => Ok(Err(Box::new(error))),
            Err(error) => Err(ProveError::Execute(Box::new(error))),
        }
    }
}

async fn prepare(
    proving: &Proving<'_>,
    scratch: &ScratchDatabase,
) -> Result<(LockedSession, Reader), ProveError> {
    let database = scratch.database();
    let request = LockRequest { wait: Duration::ZERO, on_wait: &mut |_| {} };
    let lock = LockedSession::take(database, request).await?;
    for track in proving.tracks {
        open_session(lock.database(), track, false)
            .await
            .map_err(|error| ProveError::Execute(Box::new(error)))?;
    }
    let reader = database.reader().await.map_err(ProveError::Connect)?;
    Ok((lock, reader))
}

/// Whether an error says something about a script, and not about the server or the proof.
fn is_of_a_script(error: &ExecuteError) -> bool {
    match error {
        ExecuteError::Step(failure) => !matches!(failure.source, StepError::Broken { .. }),
        ExecuteError::Split { .. } | ExecuteError::NotInLedger { .. } => true,
        _ => false,
    }
}
