//! The ground that a replay stands on: a scratch database with empty ledgers, its lock, and a reader.
//!
//! It does not judge: it runs steps with the engine and reads the catalog.

use std::sync::Arc;
use std::time::Duration;

use crosstrack_catalog::Catalog;
use crosstrack_database::{
    Database, LockRequest, LockedSession, POOLER_PATIENCE, Reader, ScratchDatabase, Session,
};
use crosstrack_engine::{
    ExecuteError, Execution, Inspection, Listener, UpSelection, execute, inspect, open_session, plan_up,
};
use crosstrack_loss::Identities;
use crosstrack_model::{Direction, Item, Plan, Step, TrackState};
use crosstrack_track::StepError;
use crosstrack_verify::Expectations;

use crate::look::{catalog_with_dependencies, catalog_without_ledgers};
use crate::objects::{OBJECTS, Object, read_object};
use crate::replaying::{ReplayError, Replaying};

/// A scratch database that is worked on.
#[must_use = "a scratch database stays until its ground is removed"]
pub struct Ground<'a> {
    replaying: Replaying<'a>,
    scratch: ScratchDatabase,
    lock: LockedSession,
    reader: Reader,
}

impl<'a> Ground<'a> {
    /// A new one. The ledgers are made at once, with the schemas that the settings give them: they belong to no migration.
    ///
    /// # Errors
    /// When the server does not let a scratch database be made, or does not let it be worked in; then it is dropped again.
    pub async fn fresh(replaying: Replaying<'a>) -> Result<Self, ReplayError> {
        let scratch = ScratchDatabase::create(replaying.target, replaying.application).await?;
        match prepare(replaying, &scratch).await {
            Ok((lock, reader)) => Ok(Self { replaying, scratch, lock, reader }),
            Err(error) => {
                // What went wrong first is what is said.
                drop(scratch.remove().await);
                Err(error)
            }
        }
    }

    /// Drops it.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn remove(self) -> Result<(), ReplayError> {
        self.lock.release().await;
        drop(self.reader);
        Ok(self.scratch.remove().await?)
    }

    /// A session of its own, for statements that are no migration's.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn session(&self, purpose: &str) -> Result<Session, ReplayError> {
        self.lock.database().session(purpose).await.map_err(ReplayError::Connect)
    }

    /// The scratch database.
    pub fn database(&self) -> &Database {
        self.scratch.database()
    }

    /// What the engine knows before it runs something.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn inspect(&mut self) -> Result<Inspection, ReplayError> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, self.replaying.tracks).await?;
        snapshot.end().await.map_err(ReplayError::Query)?;
        Ok(inspection)
    }

    /// The catalog as it is now, without the ledgers.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn catalog(&mut self) -> Result<Catalog, ReplayError> {
        catalog_without_ledgers(self.reader.snapshot(), self.replaying.tracks).await
    }

    /// The catalog as it is now, without the ledgers, and with what stands on what.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn catalog_with_dependencies(&mut self) -> Result<Catalog, ReplayError> {
        catalog_with_dependencies(self.reader.snapshot(), self.replaying.tracks).await
    }

    /// Which tables and columns are there as it is now, whatever they are called.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn identities(&mut self) -> Result<Identities, ReplayError> {
        let snapshot = self.reader.snapshot();
        let identities = Identities::read(&snapshot).await.map_err(ReplayError::Query)?;
        snapshot.end().await.map_err(ReplayError::Query)?;
        Ok(identities)
    }

    /// The objects that stand there, the ledgers among them.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn objects(&mut self) -> Result<Vec<Object>, ReplayError> {
        let snapshot = self.reader.snapshot();
        let rows = snapshot.rows("list the objects", OBJECTS).await.map_err(ReplayError::Query)?;
        snapshot.end().await.map_err(ReplayError::Query)?;
        rows.iter().map(read_object).collect::<Result<_, _>>().map_err(ReplayError::Query)
    }

    /// Every migration that is pending in these states, forward and in the order of the plan.
    ///
    /// # Errors
    /// When the migrations contradict each other.
    pub fn steps(&self, states: &[TrackState]) -> Result<Vec<Step>, ReplayError> {
        let plan = plan_up(states, self.replaying.phases, &UpSelection::default())?;
        Ok(plan.steps().cloned().collect())
    }

    /// Runs steps as `up` and `down` would.
    ///
    /// # Errors
    /// The outer error ends the replay; the inner one is what a script has done wrong.
    pub async fn run(
        &mut self,
        direction: Direction,
        steps: &[Step],
    ) -> Result<Result<(), Box<ExecuteError>>, ReplayError> {
        let inspection = self.inspect().await?;
        let items = steps.iter().map(|step| Item::Step(Box::new(step.clone())));
        let plan =
            Plan { direction, items: items.collect(), restamps: Vec::new(), skipped_gates: Vec::new() };
        let execution = Execution {
            lock: &self.lock,
            tracks: self.replaying.tracks,
            inspection: &inspection,
            expectations: &Expectations::default(),
            defaults: self.replaying.defaults,
            origin: self.replaying.origin,
            wait_for_lock: PATIENCE,
            stop: self.replaying.stop,
        };
        // What becomes of each step is said by whoever asked for it.
        let nobody: Listener = Arc::new(|_| {});
        match execute(&execution, &plan, &nobody).await {
            Ok(_) => Ok(Ok(())),
            Err(error) if is_of_a_script(&error) => Ok(Err(Box::new(error))),
            Err(error) => Err(ReplayError::Execute(Box::new(error))),
        }
    }
}

/// Nobody else wants the lock of a scratch database; a pooler in front of it may take its time.
const PATIENCE: Duration = POOLER_PATIENCE;

async fn prepare(
    replaying: Replaying<'_>,
    scratch: &ScratchDatabase,
) -> Result<(LockedSession, Reader), ReplayError> {
    let database = scratch.database();
    let request = LockRequest { wait: PATIENCE, on_wait: &mut |_| {} };
    let lock = LockedSession::take(database, request).await?;
    for track in replaying.tracks {
        open_session(lock.database(), track, false)
            .await
            .map_err(|error| ReplayError::Execute(Box::new(error)))?;
    }
    let reader = database.reader().await.map_err(ReplayError::Connect)?;
    Ok((lock, reader))
}

/// Whether an error says something about a script, and not about the server or the replay.
fn is_of_a_script(error: &ExecuteError) -> bool {
    match error {
        ExecuteError::Step(failure) => !matches!(failure.source, StepError::Broken { .. }),
        ExecuteError::Split { .. } | ExecuteError::NotInLedger { .. } => true,
        _ => false,
    }
}
