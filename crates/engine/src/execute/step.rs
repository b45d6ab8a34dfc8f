//! One step: announced in the journal, run by the track's own tool, concluded in the journal.

use std::time::{Duration, Instant};

use crosstrack_database::{POOLER_PATIENCE, QueryError};
use crosstrack_fault::{Point, reach};
use crosstrack_model::{Blocker, Direction, Outcome, Step, TrackName};
use crosstrack_script::{
    Position, Statement, own_transaction_control, position_of_byte, position_of_character,
};
use crosstrack_track::StepError;
use futures_util::FutureExt as _;
use futures_util::future::try_join3;

use super::attempts::Attempts;
use super::by_statement::{ByStatement, count};
use super::error::{ExecuteError, Leftover, StepFailure};
use super::own_lock::Waiting;
use super::{Execution, Run, long_transactions, session, statements};
use crate::discover::Track;
use crate::journal::{Count, Ending, Intent, Journal, VERSION, rows_query, stamp_query};

pub(super) use super::frame::Frame;

/// How a step ended, to be written into the journal.
pub(super) struct Conclusion {
    id: i64,
    outcome: Outcome,
    in_doubt: bool,
    duration: Duration,
    error: Option<String>,
    stamp: Option<String>,
    version: String,
    /// The migration, and the query that counts its rows, when its row must be in the ledger.
    must_be_there: Option<(String, String)>,
}

impl Conclusion {
    /// Writes it; gives the migration whose row should be in the ledger and is not.
    pub(super) async fn write(&self, journal: &Journal<'_>) -> Result<Option<String>, QueryError> {
        reach(Point::BeforeOutcome);
        let ending = Ending {
            outcome: self.outcome,
            in_doubt: self.in_doubt,
            duration: self.duration,
            error: self.error.as_deref(),
            stamp: self.stamp.as_deref(),
            rows: self.must_be_there.as_ref().map(|(_, query)| query.as_str()),
            version: &self.version,
        };
        let rows = journal.conclude(self.id, &ending).await?;
        reach(Point::AfterOutcome);
        Ok(self.must_be_there.as_ref().filter(|_| rows == Some(0)).map(|(reference, _)| reference.clone()))
    }
}

/// How far a step came, and where in its script something went wrong.
#[derive(Default)]
pub(super) struct Progress {
    /// Characters of the script before the statement that was being run.
    characters_before: usize,
    /// Where that statement starts, in bytes; the server does not always say where it failed.
    statement_start: Option<usize>,
    pub(super) statements_done: usize,
    pub(super) statements: usize,
    /// The invalid indexes that the failed statement left.
    pub(super) leftovers: Vec<Leftover>,
    /// How often the step, or its statement, was tried.
    pub(super) attempts: usize,
    /// Who stood in the way the last time.
    pub(super) blockers: Vec<Blocker>,
    /// Whether the statement that was being run commits by itself, so that a part of it may stay.
    pub(super) commits_itself: bool,
}

impl Progress {
    /// A statement is next.
    pub(super) fn stand_at(&mut self, statement: &Statement<'_>) {
        self.characters_before = statement.characters_before;
        self.statement_start = Some(statement.start);
    }
}

impl<'a> Run<'a> {
    /// Runs a step. Whatever happens, the journal learns of it with the next thing that is written there.
    pub(super) async fn run_step(&mut self, step: &Step) -> Result<(), ExecuteError> {
        let track = self.track(&step.track)?;
        let database = self.execution.inspection.server.database.as_str();
        let Execution { lock, wait_for_lock: wait, .. } = *self.execution;
        let waiting = Waiting { lock, wait, events: self.events };
        let taken = tokio::select! {
            taken = self.own_lock.settle(waiting, (track, database)) => taken,
            () = self.execution.stop.wait() => return Err(self.stopped(None)),
        };
        let is_news = taken.map_err(|error| self.with_summary(error))?;
        let let_through = self.own_lock.leave_to_concurrent_build(waiting, track, step).await;
        if let_through.map_err(|error| self.with_summary(error))? || is_news {
            self.check_ledger(track).await?;
        }
        self.open(track).await?;
        let (id, settled) = self.begin(step, track).await?;
        let began = Instant::now();
        let mut progress = Progress::default();
        let result = match settled {
            Ok(()) => self.run_script((step, track), (id, &mut progress)).await,
            Err(error) => Err(error),
        };
        let is_applied = result.is_ok() && step.direction == Direction::Up;
        let is_broken = matches!(result, Err(StepError::Broken { .. }));
        let has_left = progress.leftovers.iter().any(|left| !left.is_dropped);
        let is_as_doubtful = step.start.in_doubt && progress.statements_done == step.start.statements_done;
        self.previous = Some(Conclusion {
            id,
            outcome: if result.is_ok() { Outcome::Done } else { Outcome::Failed },
            in_doubt: result.is_err()
                && !step.script.transactional
                && (is_broken || has_left || is_as_doubtful),
            duration: began.elapsed(),
            error: result.as_ref().err().map(describe),
            version: step.migration.version.to_string(),
            stamp: is_applied.then(|| stamp_query(track, VERSION)).flatten(),
            must_be_there: is_applied.then(|| (name(step), rows_query(track, VERSION))),
        });
        match result {
            Ok(()) => Ok(()),
            Err(StepError::BuiltMeanwhile { .. }) => Err(self.moved(track)),
            Err(_) if self.is_done_by_another(track, step).await => Err(self.moved(track)),
            Err(source) => Err(self.failure(step, progress, source)),
        }
    }

    /// An error that does not know what was done before it learns it.
    fn with_summary(&self, error: ExecuteError) -> ExecuteError {
        match error {
            ExecuteError::Lock { track, source, .. } => {
                ExecuteError::Lock { track, summary: Box::new(self.summary.clone()), source }
            }
            other => other,
        }
    }

    pub(super) fn track(&self, name: &TrackName) -> Result<&'a Track, ExecuteError> {
        let tracks: &'a [Track] = self.execution.tracks;
        tracks
            .iter()
            .find(|track| track.name() == name)
            .ok_or_else(|| ExecuteError::NoTrack { track: name.clone() })
    }

    pub(super) async fn open(&mut self, track: &Track) -> Result<(), ExecuteError> {
        if !self.sessions.contains_key(track.name()) {
            let ledger_exists =
                self.execution.inspection.track(track.name()).is_some_and(|state| state.ledger.exists);
            let Execution { lock, stop, wait_for_lock, .. } = self.execution;
            let opening = session::open_session(lock.database(), track, ledger_exists);
            // A pooler whose connections are all held gives none, and says so after minutes or never.
            let is_pooled = lock.database().is_behind_pooler();
            let patience = if is_pooled { POOLER_PATIENCE.min(*wait_for_lock) } else { Duration::MAX };
            let session = tokio::select! {
                opened = tokio::time::timeout(patience, opening) => opened.map_err(|_| ExecuteError::PoolerFull {
                    track: track.name().clone(),
                    waited: patience,
                    summary: Box::new(self.summary.clone()),
                })??,
                () = stop.wait() => return Err(self.stopped(None)),
            };
            self.sessions.insert(track.name().clone(), session);
        }
        Ok(())
    }

    /// Announces a step, concludes the one before and looks for long transactions on one session, and puts the track's session
    /// back on the other: one wait for all of it.
    async fn begin(
        &mut self,
        step: &Step,
        track: &Track,
    ) -> Result<(i64, Result<(), StepError>), ExecuteError> {
        reach(Point::BeforeIntent);
        let migration = &step.migration;
        let (statements, done) = counts(step)?;
        let intent = Intent {
            track: step.track.as_str(),
            version: migration.version.as_str(),
            label: &migration.label,
            direction: step.direction,
            checksum: &migration.forward.checksum,
            transactional: step.script.transactional,
            statements,
            done: &done,
            backward: migration.backward.as_ref(),
        };
        let (previous, journal, lock) = (self.previous.take(), self.journal, self.execution.lock);
        let conclude = async {
            match &previous {
                Some(conclusion) => conclusion.write(journal).await,
                None => Ok(None),
            }
        };
        let long = long_transactions::look(lock, step, track.settings.schema.as_deref());
        let mut writing = Box::pin(try_join3(conclude, journal.announce(&intent), long));
        // Asked once, it is on its way. Diesel's code blocks this thread, so nobody asks again until the session is put back.
        let written_already = writing.as_mut().now_or_never();
        let settled = match self.sessions.get_mut(&step.track) {
            Some(session) if !lock.database().is_behind_pooler() => {
                session.settle(&session::settings_sql(self.execution.defaults, &track.settings, step)).await
            }
            _ => Ok(()),
        };
        let written = match written_already {
            Some(written) => written,
            None => writing.await,
        };
        let (missing, id, long) = written.map_err(ExecuteError::Journal)?;
        long_transactions::tell(self.events, step, long);
        self.refuse_missing(missing)?;
        reach(Point::AfterIntent);
        Ok((id, settled))
    }

    async fn run_script(
        &mut self,
        (step, track): (&Step, &Track),
        (id, progress): (i64, &mut Progress),
    ) -> Result<(), StepError> {
        let frame = Frame::new(self.execution, (&self.watcher, self.events), (step, track));
        let Some(session) = self.sessions.get_mut(&step.track) else { return Ok(()) };
        if !step.script.transactional {
            let script = ByStatement { frame: &frame, journal: self.journal, step, id };
            return script.run(session.as_mut(), progress).await;
        }
        // What a script has committed itself cannot be repeated.
        let may_repeat = own_transaction_control(&step.script.sql).is_none();
        let mut attempts = Attempts::new(if may_repeat { frame.lock_attempts } else { 1 });
        loop {
            frame.check_stop()?;
            let look = frame.look();
            let transaction = frame.transaction();
            let result = match step.direction {
                Direction::Up => transaction.apply(session.as_mut(), &step.migration).await,
                Direction::Down => transaction.revert(session.as_mut(), &step.migration, &step.script).await,
            };
            progress.blockers = look.blockers();
            drop(look);
            progress.attempts = attempts.failed + 1;
            let Err(error) = result else { return Ok(()) };
            match attempts.pause_after(&error) {
                Some(pause) if frame.pause(&attempts, pause).await => frame.settle(session.as_mut()).await?,
                _ => return Err(error),
            }
        }
    }

    fn failure(&self, step: &Step, progress: Progress, source: StepError) -> ExecuteError {
        let is_script = matches!(source, StepError::Refused { part: crosstrack_track::Part::Script, .. });
        let position = source.server_error().and_then(|error| error.position);
        let failure = Box::new(StepFailure {
            reference: name(step),
            direction: step.direction,
            path: step.script.path.clone(),
            place: place(&step.script.sql, position, &progress).filter(|_| is_script),
            own_transaction: own_transaction_control(&step.script.sql),
            transactional: step.script.transactional,
            statements_done: progress.statements_done,
            statements: progress.statements,
            commits_itself: progress.commits_itself,
            leftovers: progress.leftovers,
            attempts: progress.attempts,
            blockers: progress.blockers,
            summary: self.summary.clone(),
            source,
        });
        match self.execution.stop.requested() {
            Some(_) => self.stopped(Some(failure)),
            None => ExecuteError::Step(failure),
        }
    }
}

/// How many statements are counted, zero for a script that runs whole, and how many of them an earlier run has done.
fn counts(step: &Step) -> Result<(usize, Count), ExecuteError> {
    if step.script.transactional {
        return Ok((0, Count::default()));
    }
    let statements = statements::split(step)?;
    let done = statements.get(..step.start.statements_done).unwrap_or_default();
    Ok((statements.len(), count(done)))
}

fn name(step: &Step) -> String {
    format!("{}/{}", step.track, step.migration.label)
}

/// Where in the script, as the server says, or else where the statement begins that it must be.
fn place(sql: &str, position: Option<usize>, progress: &Progress) -> Option<Position> {
    if let Some(position) = position {
        return Some(position_of_character(sql, progress.characters_before + position));
    }
    let start = progress.statement_start.or_else(|| statements::only_start(sql));
    start.map(|start| position_of_byte(sql, start))
}

/// What the journal keeps of an error: one line, in the server's words.
fn describe(error: &StepError) -> String {
    match error.server_error() {
        Some(server) => server.to_string(),
        None => error.to_string(),
    }
}
