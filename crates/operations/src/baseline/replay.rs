//! Is really there what a baseline claims? The migrations are replayed on a scratch database, and what they make there is looked for
//! in the database itself.
//!
//! More objects than that are nobody's business. Neither is the order of columns, for a table that was built by hand may have
//! another, nor the owner: the replay's is whoever asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crosstrack_catalog::{
    Catalog, Change, Difference, Id, ReadError, Scope, differences, outermost, read_catalog,
};
use crosstrack_database::{
    ConnectError, Database, LockError, LockRequest, LockedSession, QueryError, Reader, ScratchDatabase,
    ScratchError, Snapshot,
};
use crosstrack_engine::{
    BaselinePlan, ExecuteError, Execution, InspectError, Inspection, Origin, PlanError, SessionDefaults,
    Stop, Track, UpSelection, execute, inspect, open_session, plan_up,
};
use crosstrack_model::{Item, Plan, Step};
use crosstrack_settings::PhaseSettings;
use crosstrack_verify::Expectations;

/// What the check works with.
#[derive(Clone, Copy)]
pub struct ClaimCheck<'a> {
    /// The database that is adopted. It is only read.
    pub database: &'a Database,
    /// The tracks on disk.
    pub tracks: &'a [Track],
    /// The phases, whose checks are left out.
    pub phases: &'a [PhaseSettings],
    /// The limits of the sessions on the scratch database.
    pub defaults: SessionDefaults,
    /// Who runs what from where.
    pub origin: &'a Origin,
    /// How the replay is asked to stop.
    pub stop: &'a Stop,
}

/// Why it is not known whether the claims are true.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// There is no scratch database.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// No session could be opened.
    #[error("cannot open a session on the scratch database")]
    Connect(#[source] ConnectError),
    /// The lock of the scratch database was not to be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The scratch database could not be inspected.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// A database does not answer any more.
    #[error("cannot end the look at the catalog")]
    Query(#[source] QueryError),
    /// A catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] ReadError),
    /// The migrations contradict each other.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The migrations could not be replayed.
    #[error(transparent)]
    Replay(Box<ExecuteError>),
}

/// What the claimed migrations make and the database does not have, or has otherwise. In each difference the first is what the
/// migrations make.
///
/// # Errors
/// When there can be no scratch database, when a script fails there, or when a catalog cannot be read. The scratch database is
/// dropped all the same.
pub async fn missing_of_claims(
    check: ClaimCheck<'_>,
    plan: &BaselinePlan,
    snapshot: Snapshot<'_>,
) -> Result<Vec<Difference>, ClaimError> {
    let ledgers = check.tracks.iter().map(|track| track.adapter.ledger_table(&track.settings));
    let scope = Scope { left_out: ledgers.collect() };
    let live = read_catalog(&snapshot, &scope).await?;
    // Nothing is built while somebody holds an old view of the server.
    snapshot.end().await.map_err(ClaimError::Query)?;
    let target = check.database.target();
    let scratch = ScratchDatabase::create(target, check.database.application()).await?;
    let replayed = replay(check, plan, (&scratch, &scope)).await;
    let removed = scratch.remove().await;
    let (made, catalog) = replayed?;
    removed?;
    let expected: Catalog = catalog.facts().filter(|fact| made.contains(&fact.id)).cloned().collect();
    let is_lack = |change: &Change| match change {
        Change::Removed => true,
        Change::Changed { attribute, .. } => attribute != "owner",
        Change::Added | Change::Reordered { .. } => false,
    };
    let mut lacking = differences(&expected, &live);
    lacking.retain(|difference| is_lack(&difference.change));
    Ok(outermost(lacking))
}

/// Runs the migrations on the scratch database. Gives what the claimed ones made or changed, and the catalog as it is at the end.
async fn replay(
    check: ClaimCheck<'_>,
    plan: &BaselinePlan,
    (scratch, scope): (&ScratchDatabase, &Scope),
) -> Result<(BTreeSet<Id>, Catalog), ClaimError> {
    let database = scratch.database();
    let lock =
        LockedSession::take(database, LockRequest { wait: Duration::ZERO, on_wait: &mut |_| {} }).await?;
    for track in check.tracks {
        // The ledgers and their schemas belong to no migration.
        open_session(lock.database(), track, false)
            .await
            .map_err(|error| ClaimError::Replay(Box::new(error)))?;
    }
    let reader = database.reader().await.map_err(ClaimError::Connect)?;
    let mut ground = Ground { check, lock: &lock, reader, scope };
    let result = ground.run(plan).await;
    drop(ground);
    lock.release().await;
    result
}

/// The scratch database under way.
struct Ground<'a> {
    check: ClaimCheck<'a>,
    lock: &'a LockedSession,
    reader: Reader,
    scope: &'a Scope,
}

impl Ground<'_> {
    async fn run(&mut self, plan: &BaselinePlan) -> Result<(BTreeSet<Id>, Catalog), ClaimError> {
        let states = self.inspect().await?.tracks;
        let whole = plan_up(&states, self.check.phases, &UpSelection::default())?;
        let is_replayed = |step: &&Step| {
            plan.replay
                .iter()
                .any(|(track, migration)| *track == step.track && migration.label == step.migration.label)
        };
        let is_claimed = |step: &Step| {
            plan.claims
                .iter()
                .any(|claim| claim.track == step.track && claim.migration.label == step.migration.label)
        };
        let steps: Vec<Step> = whole.steps().filter(is_replayed).cloned().collect();
        let mut made = BTreeSet::new();
        let mut catalog = self.catalog().await?;
        for group in steps.chunk_by(|left, right| is_claimed(left) == is_claimed(right)) {
            self.execute(group).await?;
            let after = self.catalog().await?;
            if group.first().is_some_and(is_claimed) {
                made.extend(differences(&catalog, &after).into_iter().map(|difference| difference.id));
            }
            catalog = after;
        }
        Ok((made, catalog))
    }

    async fn execute(&mut self, steps: &[Step]) -> Result<(), ClaimError> {
        let inspection = self.inspect().await?;
        let items = steps.iter().map(|step| Item::Step(Box::new(step.clone())));
        let plan = Plan {
            direction: crosstrack_model::Direction::Up,
            items: items.collect(),
            restamps: Vec::new(),
            skipped_gates: Vec::new(),
        };
        let execution = Execution {
            lock: self.lock,
            tracks: self.check.tracks,
            inspection: &inspection,
            expectations: &Expectations::default(),
            defaults: self.check.defaults,
            origin: self.check.origin,
            wait_for_lock: Duration::ZERO,
            stop: self.check.stop,
        };
        let silent: crosstrack_engine::Listener = Arc::new(|_| {});
        execute(&execution, &plan, &silent)
            .await
            .map(drop)
            .map_err(|error| ClaimError::Replay(Box::new(error)))
    }

    async fn inspect(&mut self) -> Result<Inspection, ClaimError> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, self.check.tracks).await?;
        snapshot.end().await.map_err(ClaimError::Query)?;
        Ok(inspection)
    }

    async fn catalog(&mut self) -> Result<Catalog, ClaimError> {
        let snapshot = self.reader.snapshot();
        let catalog = read_catalog(&snapshot, self.scope).await?;
        snapshot.end().await.map_err(ClaimError::Query)?;
        Ok(catalog)
    }
}
