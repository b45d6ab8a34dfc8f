//! A script that runs outside a transaction: statement by statement, each counted in the journal, from where an earlier run stopped.
//!
//! A statement that can be in a transaction is in one together with its count, so that both are there or neither is. What cannot
//! (a concurrent build) is looked for in the catalog when nobody saw how it ended. Must not run a statement twice that is counted.

use std::time::Instant;

use crosstrack_fault::{Point, reach};
use crosstrack_model::{Checksum, Direction, Step};
use crosstrack_script::{Statement, ends_transaction, needs_no_transaction, opens_transaction};
use crosstrack_track::{StepError, TrackSession, Transaction};

use super::attempts::Attempts;
use super::index::{self, Build, Found};
use super::repeated;
use super::step::{Frame, Progress};
use crate::journal::{Count, Journal, LOST};
use crosstrack_database::QueryError;

/// A script under way.
pub(super) struct ByStatement<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) journal: &'a Journal<'a>,
    pub(super) step: &'a Step,
    /// The step's row in the journal.
    pub(super) id: i64,
}

/// How a statement that was tried inside a transaction ended there.
enum Enclosed {
    Done,
    /// It, or its count, cannot be in a transaction; nothing of it is left.
    NotPossible,
}

impl ByStatement<'_> {
    /// Runs what is left of the script, and writes the ledger row.
    pub(super) async fn run(
        &self,
        session: &mut dyn TrackSession,
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        let began = Instant::now();
        // The plan was refused before if a script could not be split.
        let statements = super::statements::split(self.step).unwrap_or_default();
        progress.statements = statements.len();
        progress.statements_done = self.step.start.statements_done.min(statements.len());
        self.repeat_settings(session, &statements[..progress.statements_done], progress).await?;
        while let Some(statement) = statements.get(progress.statements_done) {
            progress.stand_at(statement);
            reach(Point::BeforeStatement);
            self.frame.check_stop()?;
            if opens_transaction(statement.text) {
                self.block(session, &statements, progress).await?;
            } else {
                self.statement(session, &statements, progress).await?;
            }
        }
        reach(Point::BeforeLedgerRow);
        let transaction = self.frame.transaction();
        let migration = &self.step.migration;
        match self.step.direction {
            Direction::Up => transaction.mark(session, migration, Some(began.elapsed())).await?,
            Direction::Down => transaction.unmark(session, &migration.version).await?,
        }
        reach(Point::AfterLedgerRow);
        Ok(())
    }

    /// Runs one statement as often as its locks need, and counts it.
    async fn statement(
        &self,
        session: &mut dyn TrackSession,
        statements: &[Statement<'_>],
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        let statement = statements[progress.statements_done].text;
        let count = count(&statements[..=progress.statements_done]);
        let is_in_doubt = self.step.start.in_doubt
            && progress.statements_done == self.step.start.statements_done
            && progress.attempts == 0;
        let mut attempts = Attempts::new(self.frame.lock_attempts);
        loop {
            let look = self.frame.look();
            let result = self.once(session, (statement, &count), (is_in_doubt, progress)).await;
            let result = look.judge(result);
            progress.blockers = look.blockers();
            drop(look);
            progress.attempts = attempts.failed + 1;
            let Err(error) = result else { break };
            // What a statement has committed itself cannot be repeated.
            match attempts.pause_after(&error).filter(|_| !progress.commits_itself) {
                Some(pause) if self.frame.pause(&attempts, pause).await => {}
                _ => return Err(error),
            }
        }
        progress.attempts = 0;
        progress.commits_itself = false;
        progress.statements_done += 1;
        reach(Point::AfterCount);
        Ok(())
    }

    async fn once(
        &self,
        session: &mut dyn TrackSession,
        (statement, count): (&str, &Count),
        (is_in_doubt, progress): (bool, &mut Progress),
    ) -> Result<(), StepError> {
        if !needs_no_transaction(statement) {
            match self.enclosed(session, statement, count).await? {
                Enclosed::Done => return Ok(()),
                Enclosed::NotPossible => progress.commits_itself = true,
            }
        }
        let is_done = is_in_doubt && self.was_done(session, statement).await?;
        if !is_done {
            self.outside(session, (statement, is_in_doubt), progress).await?;
        }
        reach(Point::AfterStatement);
        self.journal.count_statements(self.id, count).await.map_err(broken)
    }

    /// Tries a statement in one transaction with its count.
    async fn enclosed(
        &self,
        session: &mut dyn TrackSession,
        statement: &str,
        count: &Count,
    ) -> Result<Enclosed, StepError> {
        let Transaction { opening, closing } = self.frame.transaction();
        session.begin(opening).await?;
        if let Err(error) = session.execute(statement).await {
            session.rollback().await;
            return match code(&error) {
                // `active_sql_transaction` and `invalid_transaction_termination`: it wants to be outside.
                Some("25001" | "2D000") => Ok(Enclosed::NotPossible),
                _ => Err(error),
            };
        }
        reach(Point::AfterStatement);
        match session.execute(&self.journal.count_elsewhere(self.id, count)).await {
            Ok(()) => {}
            Err(error) if code(&error) == Some(LOST) => {
                session.rollback().await;
                let purpose = "count the statements of a step in the journal".to_owned();
                return Err(broken(QueryError::LockLost { purpose }));
            }
            // The statement has made the session somebody who may not write the journal.
            Err(StepError::Refused { .. }) => {
                session.rollback().await;
                return Ok(Enclosed::NotPossible);
            }
            Err(error) => return Err(error),
        }
        let committed = session.commit(closing).await;
        if committed.is_err() {
            session.rollback().await;
        }
        committed.map(|()| Enclosed::Done)
    }

    /// Whether the catalog shows that a statement was done whose end nobody saw.
    async fn was_done(&self, session: &mut dyn TrackSession, statement: &str) -> Result<bool, StepError> {
        match Build::of(statement, session, self.frame).await? {
            Some(build) => Ok(build.find(self.frame.lock()).await.map_err(broken)? == Found::Built),
            None => index::is_dropped(statement, session, self.frame).await,
        }
    }

    /// Makes the settings again that the statements which an earlier run has done left in their session.
    async fn repeat_settings(
        &self,
        session: &mut dyn TrackSession,
        done: &[Statement<'_>],
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        for statement in repeated::settings(done) {
            progress.stand_at(statement);
            session.execute(statement.text).await?;
        }
        Ok(())
    }

    /// Runs a transaction that the script opens itself. It is counted whole, in itself: a retry begins at its beginning.
    async fn block(
        &self,
        session: &mut dyn TrackSession,
        statements: &[Statement<'_>],
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        let first = progress.statements_done;
        let length = statements[first..].iter().position(|statement| ends_transaction(statement.text));
        let last = length.map_or(statements.len() - 1, |length| first + length);
        let count = count(&statements[..=last]);
        for statement in &statements[first..=last] {
            progress.stand_at(statement);
            let is_end = std::ptr::eq(statement, &raw const statements[last]) && length.is_some();
            let result = if is_end {
                self.end_block(session, statement.text, &count).await
            } else {
                session.execute(statement.text).await
            };
            if let Err(error) = result {
                session.rollback().await;
                return Err(error);
            }
        }
        progress.statements_done = last + 1;
        reach(Point::AfterCount);
        Ok(())
    }

    async fn end_block(
        &self,
        session: &mut dyn TrackSession,
        statement: &str,
        count: &Count,
    ) -> Result<(), StepError> {
        reach(Point::AfterStatement);
        if crosstrack_script::gives_up_transaction(statement) {
            session.execute(statement).await?;
            return self.journal.count_statements(self.id, count).await.map_err(broken);
        }
        session.execute(&self.journal.count_elsewhere(self.id, count)).await?;
        session.execute(statement).await
    }
}

/// How far the script is when these statements are done.
pub(super) fn count(done: &[Statement<'_>]) -> Count {
    let texts = done.iter().map(|statement| statement.text);
    let checksum = (!done.is_empty()).then(|| Checksum::of_statements(texts));
    Count { statements: done.len(), checksum }
}

fn code(error: &StepError) -> Option<&str> {
    error.server_error().map(|server| server.code.as_str())
}

pub(super) fn broken(source: QueryError) -> StepError {
    StepError::Broken { source: Box::new(source) }
}
