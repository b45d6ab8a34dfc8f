//! One step: announced in the journal, run by the track's own tool, concluded in the journal.

use std::time::{Duration, Instant};

use crosstrack_database::QueryError;
use crosstrack_model::{Direction, Event, Outcome, Step, TrackName};
use crosstrack_script::{Position, own_transaction_control, position_of_byte, position_of_character};
use crosstrack_track::{StepError, TrackSession};
use futures_util::FutureExt as _;
use futures_util::future::try_join;

use super::error::{ExecuteError, StepFailure};
use super::{Run, index, session, statements};
use crate::discover::Track;
use crate::journal::{Ending, Intent, Journal, VERSION, rows_query, stamp_query};

/// How a step ended, to be written into the journal.
pub(super) struct Conclusion {
    id: i64,
    outcome: Outcome,
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
        let ending = Ending {
            outcome: self.outcome,
            duration: self.duration,
            error: self.error.as_deref(),
            stamp: self.stamp.as_deref(),
            rows: self.must_be_there.as_ref().map(|(_, query)| query.as_str()),
            version: &self.version,
        };
        let rows = journal.conclude(self.id, &ending).await?;
        Ok(self.must_be_there.as_ref().filter(|_| rows == Some(0)).map(|(reference, _)| reference.clone()))
    }
}

/// Where in a script something went wrong.
#[derive(Default)]
struct Progress {
    /// Characters of the script before the statement that was being run.
    characters_before: usize,
    /// Where that statement starts, in bytes; the server does not always say where it failed.
    statement_start: Option<usize>,
    statements_done: usize,
    statements: usize,
    /// An invalid index that the failed statement left and that was dropped.
    dropped_index: Option<String>,
}

impl<'a> Run<'a> {
    /// Runs a step. Whatever happens, the journal learns of it with the next thing that is written there.
    pub(super) async fn run_step(
        &mut self,
        step: &Step,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), ExecuteError> {
        let track = self.track(&step.track)?;
        let database = self.execution.inspection.server.database.as_str();
        let lock = (self.execution.lock, self.execution.wait_for_lock);
        let taken = self.own_lock.settle(lock, (track, database), step, events).await;
        if taken.map_err(|error| self.with_summary(error))? {
            self.check_ledger(track).await?;
            self.own_lock.leave_to_concurrent_build(self.execution.lock, step).await?;
        }
        self.open(track).await?;
        let (id, settled) = self.begin(step, track).await?;
        let began = Instant::now();
        let mut progress = Progress::default();
        let result = match settled {
            Ok(()) => self.run_script(step, (id, &mut progress)).await,
            Err(error) => Err(error),
        };
        let is_applied = result.is_ok() && step.direction == Direction::Up;
        self.previous = Some(Conclusion {
            id,
            outcome: if result.is_ok() { Outcome::Done } else { Outcome::Failed },
            duration: began.elapsed(),
            error: result.as_ref().err().map(describe),
            version: step.migration.version.to_string(),
            stamp: is_applied.then(|| stamp_query(track, VERSION)).flatten(),
            must_be_there: is_applied.then(|| (name(step), rows_query(track, VERSION))),
        });
        match result {
            Ok(()) => Ok(()),
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
            let session = session::open_session(self.execution.database, track, ledger_exists).await?;
            self.sessions.insert(track.name().clone(), session);
        }
        Ok(())
    }

    /// Announces a step and concludes the one before on one session, and puts the track's session back on the other: one wait
    /// for all three.
    async fn begin(
        &mut self,
        step: &Step,
        track: &Track,
    ) -> Result<(i64, Result<(), StepError>), ExecuteError> {
        let migration = &step.migration;
        let intent = Intent {
            track: step.track.as_str(),
            version: migration.version.as_str(),
            label: &migration.label,
            direction: step.direction,
            checksum: &migration.forward.checksum,
            transactional: step.script.transactional,
            statements: if step.script.transactional {
                0
            } else {
                i32::try_from(statements::split(step)?.len()).unwrap_or(i32::MAX)
            },
            backward: migration.backward.as_ref().map(|script| script.sql.as_str()),
        };
        let (previous, journal) = (self.previous.take(), self.journal);
        let conclude = async {
            match &previous {
                Some(conclusion) => conclusion.write(journal).await,
                None => Ok(None),
            }
        };
        let mut writing = Box::pin(try_join(conclude, journal.announce(&intent)));
        // Asked once, it is on its way. Diesel's code blocks this thread, so nobody asks again until the session is put back.
        let written_already = writing.as_mut().now_or_never();
        let sql = session::settings_sql(self.execution.defaults, &track.settings, step);
        let settled = match self.sessions.get_mut(&step.track) {
            Some(session) => session.settle(&sql).await,
            None => Ok(()),
        };
        let written = match written_already {
            Some(written) => written,
            None => writing.await,
        };
        let (missing, id) = written.map_err(ExecuteError::Journal)?;
        self.refuse_missing(missing)?;
        Ok((id, settled))
    }

    async fn run_script(
        &mut self,
        step: &Step,
        (id, progress): (i64, &mut Progress),
    ) -> Result<(), StepError> {
        let Some(session) = self.sessions.get_mut(&step.track) else { return Ok(()) };
        if !step.script.transactional {
            let script = Statements { run: self.execution, journal: self.journal, step, id };
            return script.run(session.as_mut(), progress).await;
        }
        match step.direction {
            Direction::Up => session.apply(&step.migration).await,
            Direction::Down => session.revert(&step.migration, &step.script).await,
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
            dropped_index: progress.dropped_index,
            summary: self.summary.clone(),
            source,
        });
        match self.execution.stop.requested() {
            Some(_) => self.stopped(Some(failure)),
            None => ExecuteError::Step(failure),
        }
    }
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

/// A script that runs statement by statement.
struct Statements<'a> {
    run: &'a super::Execution<'a>,
    journal: &'a Journal<'a>,
    step: &'a Step,
    id: i64,
}

impl Statements<'_> {
    async fn run(&self, session: &mut dyn TrackSession, progress: &mut Progress) -> Result<(), StepError> {
        let began = Instant::now();
        // The plan was refused before if a script could not be split.
        let statements = statements::split(self.step).unwrap_or_default();
        progress.statements = statements.len();
        for statement in &statements {
            progress.characters_before = statement.characters_before;
            progress.statement_start = Some(statement.start);
            self.execute(session, statement.text, progress).await?;
            progress.statements_done += 1;
            self.journal
                .count_statements(self.id, progress.statements_done)
                .await
                .map_err(|source| StepError::Broken { source: Box::new(source) })?;
        }
        match self.step.direction {
            Direction::Up => session.mark(&self.step.migration, Some(began.elapsed())).await,
            Direction::Down => session.unmark(&self.step.migration.version).await,
        }
    }

    /// Runs one statement; a concurrent build starts without an invalid index of its name and leaves none.
    async fn execute(
        &self,
        session: &mut dyn TrackSession,
        statement: &str,
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        let track = self.run.tracks.iter().find(|track| *track.name() == self.step.track);
        let schema = track.and_then(|track| track.settings.schema.as_deref());
        let Some(index) = index::built_index(statement, schema) else {
            return session.execute(statement).await;
        };
        index::drop_if_invalid(self.run.lock, session, &index).await?;
        let result = session.execute(statement).await;
        if result.is_err() && index::drop_if_invalid(self.run.lock, session, &index).await.unwrap_or(false) {
            progress.dropped_index = Some(index);
        }
        result
    }
}

/// What the journal keeps of an error: one line, in the server's words.
fn describe(error: &StepError) -> String {
    match error.server_error() {
        Some(server) => server.to_string(),
        None => error.to_string(),
    }
}
