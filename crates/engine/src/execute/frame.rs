//! What is round a step while its script runs: the limits of its transaction, who looks after its locks, how often it is tried.
//!
//! Must not run anything itself.

use std::time::Duration;

use crosstrack_database::{LockedSession, SessionLimits};
use crosstrack_model::{Event, Step};
use crosstrack_track::{StepError, TrackSession, Transaction};

use super::attempts::Attempts;
use super::blockers::{Look, Subject, Watcher};
use super::{Execution, Listener, session};
use crate::discover::Track;

/// What is round a step while its script runs.
pub(super) struct Frame<'a> {
    execution: &'a Execution<'a>,
    watcher: &'a Watcher,
    events: &'a Listener,
    subject: Subject,
    /// How often the step, or a statement of it, is tried when it does not get its locks.
    pub(super) lock_attempts: usize,
    /// The settings of the session, where the session is ours.
    settings: String,
    /// The settings of each transaction, where it is not.
    opening: String,
    closing: &'static str,
}

impl<'a> Frame<'a> {
    pub(super) fn new(
        execution: &'a Execution<'a>,
        (watcher, events): (&'a Watcher, &'a Listener),
        (step, track): (&Step, &Track),
    ) -> Self {
        let is_pooled = execution.lock.database().is_behind_pooler();
        let limits = session::limits(execution.defaults, &track.settings, step);
        let (opening, closing) = if is_pooled {
            (session::transaction_sql(&limits, &track.settings), SessionLimits::CLOSING)
        } else {
            (String::new(), "")
        };
        Self {
            execution,
            watcher,
            events,
            // Outside a transaction a pooler lets no limit hold.
            subject: Subject::new(step, limits.lock_timeout, is_pooled && !step.script.transactional),
            lock_attempts: session::lock_attempts(execution.defaults, &track.settings, step),
            settings: session::settings_sql(execution.defaults, &track.settings, step),
            opening,
            closing,
        }
    }

    /// The transaction of the step, or of a statement of it.
    pub(super) fn transaction(&self) -> Transaction<'_> {
        Transaction { opening: &self.opening, closing: self.closing }
    }

    /// The lock of the run.
    pub(super) fn lock(&self) -> &LockedSession {
        self.execution.lock
    }

    /// Refuses to go on when the run was asked to stop: what is not begun cannot be cancelled.
    pub(super) fn check_stop(&self) -> Result<(), StepError> {
        if self.execution.stop.requested().is_some() { Err(StepError::Stopped) } else { Ok(()) }
    }

    /// Begins to look who stands in the way.
    pub(super) fn look(&self) -> Look {
        self.watcher.look(self.subject.clone())
    }

    /// Says that it is tried again, and waits until then. Not when the run was asked to stop.
    pub(super) async fn pause(&self, attempts: &Attempts, pause: Duration) -> bool {
        let stop = self.execution.stop;
        if stop.requested().is_some() {
            return false;
        }
        (self.events)(Event::Retried {
            reference: self.subject.reference.clone(),
            attempt: attempts.failed,
            limit: attempts.limit,
            pause,
        });
        tokio::select! {
            () = tokio::time::sleep(pause) => true,
            () = stop.wait() => false,
        }
    }

    /// Puts the session back before another attempt.
    pub(super) async fn settle(&self, session: &mut dyn TrackSession) -> Result<(), StepError> {
        if self.opening.is_empty() { session.settle(&self.settings).await } else { Ok(()) }
    }
}
