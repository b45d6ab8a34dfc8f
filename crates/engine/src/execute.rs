//! Execute: the plan, under the lock, with the journal. The only stage that writes.

mod attempts;
mod blockers;
mod by_statement;
mod concurrent;
mod error;
mod frame;
mod index;
mod ledger;
mod long_transactions;
mod lost;
mod own_lock;
mod pooler;
mod reindex;
mod repeated;
mod restamp;
mod search_path;
mod session;
mod statements;
mod step;
mod stop;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosstrack_database::LockedSession;
use crosstrack_fault::{Point, reach};
use crosstrack_model::{Direction, Event, Gate, GateOutcome, Item, Plan, Step, TrackName};
use crosstrack_track::TrackSession;
use crosstrack_verify::{Expectations, verify};

use crate::discover::Track;
use crate::inspect::Inspection;
use crate::journal::{FORMAT, Journal, Origin, RunOutcome};

use blockers::Watcher;
pub use error::{ExecuteError, Leftover, StepFailure};
pub use lost::{end_lost_sessions, settle_lost_runs};
use own_lock::OwnLock;
pub use session::{SessionDefaults, open_session, settings_sql};
use step::Conclusion;
pub use stop::{CancelGuard, Stop, StopSignal};

/// Who is told what happens during a run, as it happens, also from beside the run.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// What a run works with.
pub struct Execution<'a> {
    /// The lock of this run, and the database.
    pub lock: &'a LockedSession,
    /// The tracks on disk.
    pub tracks: &'a [Track],
    /// What the database was like when the plan was made, under the lock.
    pub inspection: &'a Inspection,
    /// What the checks hold the database against.
    pub expectations: &'a Expectations,
    /// The limits of the sessions.
    pub defaults: SessionDefaults,
    /// Who runs what from where.
    pub origin: &'a Origin,
    /// How long to wait for a track's own tool that migrates at this moment.
    pub wait_for_lock: Duration,
    /// How the run is asked to stop.
    pub stop: &'a Stop,
}

/// What a run has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// The run's number in the journal.
    pub run: i64,
    /// The steps that were done: `track/label` and the time each took.
    pub steps: Vec<(String, Duration)>,
    /// The ledger rows that got the checksum of today: `track/label`.
    pub restamped: Vec<String>,
    /// What the gates found.
    pub gates: Vec<GateOutcome>,
    /// How long it all took.
    pub elapsed: Duration,
}

/// The open sessions of the tracks.
#[derive(Default)]
pub struct TrackSessions(HashMap<TrackName, Box<dyn TrackSession>>);

/// Runs a plan.
///
/// # Errors
/// When a step or a gate fails, when the run is asked to stop, or when the server or the lock is lost. What was done before
/// stays done, is in the ledgers and in the journal, and is named in the error.
pub async fn execute(
    execution: &Execution<'_>,
    plan: &Plan,
    events: &Listener,
) -> Result<RunSummary, ExecuteError> {
    execute_on(execution, plan, events, &mut TrackSessions::default()).await
}

/// The same on sessions that stay open for the next run. A run that fails closes them.
///
/// # Errors
/// As [`execute`].
pub async fn execute_on(
    execution: &Execution<'_>,
    plan: &Plan,
    events: &Listener,
    sessions: &mut TrackSessions,
) -> Result<RunSummary, ExecuteError> {
    statements::check(plan)?;
    repeated::check(plan)?;
    check_journal(execution.inspection)?;
    let database = execution.lock.database();
    if database.is_behind_pooler() {
        pooler::check(plan, execution.tracks)?;
    }
    let began = Instant::now();
    let journal = Journal::begin_run(
        execution.lock,
        &execution.inspection.journal,
        execution.origin,
        Some(&plan.fingerprint()),
    )
    .await
    .map_err(ExecuteError::Journal)?;
    reach(Point::AfterRunBegan);
    let guard = execution.stop.cancel_on_request(database, "track=");
    let mut run = Run {
        execution,
        events,
        watcher: Watcher::new(database, events),
        direction: plan.direction,
        journal: &journal,
        sessions: &mut sessions.0,
        own_lock: OwnLock::default(),
        previous: None,
        summary: RunSummary { run: journal.run(), ..RunSummary::default() },
    };
    let result = run.items(plan).await;
    if result.is_err() {
        run.sessions.clear();
    }
    drop(guard);
    let outcome = match &result {
        Ok(()) => RunOutcome::Done,
        Err(ExecuteError::Stopped { .. } | ExecuteError::Moved { .. }) => RunOutcome::Stopped,
        Err(_) => RunOutcome::Failed,
    };
    let finished = run.finish(outcome).await;
    result?;
    finished?;
    run.summary.elapsed = began.elapsed();
    Ok(run.summary)
}

/// Refuses a journal that this version would spoil, and a user whose unqualified names would land in its schema.
///
/// # Errors
/// When its format is newer, or the user's search path leads there.
pub fn check_journal(inspection: &Inspection) -> Result<(), ExecuteError> {
    let server = &inspection.server;
    if server.finds_journal_by_search_path {
        return Err(ExecuteError::SearchPath { user: server.user.clone() });
    }
    match inspection.journal.format {
        Some(format) if format > FORMAT => Err(ExecuteError::JournalFormat { format, known: FORMAT }),
        _ => Ok(()),
    }
}

/// A run under way.
struct Run<'a> {
    execution: &'a Execution<'a>,
    events: &'a Listener,
    watcher: Watcher,
    direction: Direction,
    journal: &'a Journal<'a>,
    sessions: &'a mut HashMap<TrackName, Box<dyn TrackSession>>,
    own_lock: OwnLock,
    /// How the step before ended; written together with the announcement of the next.
    previous: Option<Conclusion>,
    summary: RunSummary,
}

impl Run<'_> {
    async fn items(&mut self, plan: &Plan) -> Result<(), ExecuteError> {
        self.restamp(plan).await?;
        let total = plan.step_count();
        let mut phase = None;
        let mut number = 0;
        for item in &plan.items {
            if self.execution.stop.requested().is_some() {
                return Err(self.stopped(None));
            }
            let next = match item {
                Item::Step(step) => &step.phase,
                Item::Gate(gate) => &gate.phase,
            };
            if phase.replace(next) != Some(next) {
                (self.events)(Event::PhaseStarted { phase: next.clone() });
            }
            match item {
                Item::Step(step) => {
                    number += 1;
                    self.step(step, (number, total)).await?;
                }
                Item::Gate(gate) => self.gate(gate).await?,
            }
        }
        Ok(())
    }

    /// Makes the checks of a phase on a fresh view of the database.
    async fn gate(&mut self, Gate { phase, checks }: &Gate) -> Result<(), ExecuteError> {
        let mut reader = self.execution.lock.database().reader().await.map_err(ExecuteError::Connect)?;
        let snapshot = reader.snapshot();
        let checks: Vec<&str> = checks.iter().map(String::as_str).collect();
        let reports =
            verify(&snapshot, self.execution.expectations, &checks).await.map_err(ExecuteError::Verify)?;
        let outcome = GateOutcome { phase: phase.clone(), reports };
        (self.events)(Event::GateFinished(outcome.clone()));
        let passed = outcome.passed();
        self.summary.gates.push(outcome);
        if passed {
            Ok(())
        } else {
            Err(ExecuteError::Gate { phase: phase.clone(), summary: Box::new(self.summary.clone()) })
        }
    }

    async fn step(&mut self, step: &Step, (number, total): (usize, usize)) -> Result<(), ExecuteError> {
        let events = self.events;
        let (track, label, direction) = (step.track.clone(), step.migration.label.clone(), step.direction);
        events(Event::StepStarted { number, total, track: track.clone(), label: label.clone(), direction });
        let began = Instant::now();
        let result = self.run_step(step).await;
        let duration = began.elapsed();
        match result {
            Ok(()) => {
                self.summary.steps.push((format!("{track}/{label}"), duration));
                events(Event::StepFinished { track, label, direction, duration });
                Ok(())
            }
            Err(error) => {
                events(Event::StepFailed { track, label, direction, duration });
                Err(error)
            }
        }
    }

    fn stopped(&self, during: Option<Box<StepFailure>>) -> ExecuteError {
        ExecuteError::Stopped {
            signal: self.execution.stop.requested().unwrap_or(StopSignal::Interrupt),
            direction: self.direction,
            during,
            summary: Box::new(self.summary.clone()),
        }
    }

    /// Writes what is still to be written. Everything is on disk when it returns.
    async fn finish(&mut self, outcome: RunOutcome) -> Result<(), ExecuteError> {
        reach(Point::BeforeRunEnds);
        let missing = match self.previous.take() {
            Some(conclusion) => conclusion.write(self.journal).await.map_err(ExecuteError::Journal)?,
            None => None,
        };
        self.journal.finish_run(outcome).await.map_err(ExecuteError::Journal)?;
        reach(Point::AfterRunEnded);
        self.refuse_missing(missing)
    }
}
