//! The lock that a track's own tool takes: an application that migrates when it starts waits while the track runs.
//!
//! It is never held across a step that builds an index concurrently. Such an application waits inside `pg_advisory_lock`, with a
//! snapshot, and a concurrent index build of ours would wait for that snapshot for ever.

use std::time::Duration;

use crosstrack_database::{LockRequest, LockedSession};
use crosstrack_model::{Event, Step};
use crosstrack_script::needs_no_transaction;

use super::{ExecuteError, Listener};
use crate::discover::Track;

/// The lock of a tool, as far as this run holds it.
#[derive(Debug, Default)]
pub(super) struct OwnLock {
    held: Option<i64>,
}

/// How often those who wait are let through before a concurrent build begins all the same.
const LET_THROUGH: usize = 10;

/// How a lock is waited for, and who is told.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'a> {
    pub(super) lock: &'a LockedSession,
    pub(super) wait: Duration,
    pub(super) events: &'a Listener,
}

impl OwnLock {
    /// Takes, keeps or gives back, as the track wants it. Says whether it was taken now, so that the ledger may be another one than
    /// the plan knows.
    pub(super) async fn settle(
        &mut self,
        waiting: Waiting<'_>,
        (track, database): (&Track, &str),
    ) -> Result<bool, ExecuteError> {
        let wanted = track.adapter.own_lock(database);
        if wanted == self.held {
            return Ok(false);
        }
        if let Some(held) = self.held.take() {
            waiting.lock.give_back(held).await.map_err(ExecuteError::Journal)?;
        }
        if let Some(key) = wanted {
            waiting.take(track, key).await?;
            self.held = Some(key);
        }
        Ok(wanted.is_some())
    }

    /// Gives the lock back before a step that builds an index concurrently. Whoever waits for it is let through first: an
    /// application would find the same index missing, and build it at the same time. Says whether somebody was let through.
    pub(super) async fn leave_to_concurrent_build(
        &mut self,
        waiting: Waiting<'_>,
        track: &Track,
        step: &Step,
    ) -> Result<bool, ExecuteError> {
        let builds = !step.script.transactional
            && super::statements::split(step)?.iter().any(|statement| needs_no_transaction(statement.text));
        let Some(held) = self.held.take_if(|_| builds) else { return Ok(false) };
        let mut let_through = 0;
        while let_through < LET_THROUGH
            && waiting.lock.is_awaited(held).await.map_err(ExecuteError::Journal)?
        {
            waiting.lock.give_back(held).await.map_err(ExecuteError::Journal)?;
            waiting.take(track, held).await?;
            let_through += 1;
        }
        waiting.lock.give_back(held).await.map_err(ExecuteError::Journal)?;
        Ok(let_through > 0)
    }
}

impl Waiting<'_> {
    async fn take(self, track: &Track, key: i64) -> Result<(), ExecuteError> {
        let mut on_wait = |holder| (self.events)(Event::LockAwaited { holder });
        let request = LockRequest { wait: self.wait, on_wait: &mut on_wait };
        self.lock.take_also("the lock of the track's own tool", key, request).await.map_err(|source| {
            ExecuteError::Lock { track: track.name().clone(), summary: Box::default(), source }
        })
    }
}
