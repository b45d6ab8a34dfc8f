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

impl OwnLock {
    /// Takes, keeps or gives back, as the next step wants it. Says whether it was taken now.
    pub(super) async fn settle(
        &mut self,
        (lock, wait): (&LockedSession, Duration),
        (track, database): (&Track, &str),
        step: &Step,
        events: &Listener,
    ) -> Result<bool, ExecuteError> {
        let wanted = track.adapter.own_lock(database);
        if wanted == self.held {
            // A concurrent build begins without it, whoever waits for it by now.
            self.leave_to_concurrent_build(lock, step).await?;
            return Ok(false);
        }
        if let Some(held) = self.held.take() {
            lock.give_back(held).await.map_err(ExecuteError::Journal)?;
        }
        if let Some(key) = wanted {
            let mut on_wait = |holder| events(Event::LockAwaited { holder });
            let request = LockRequest { wait, on_wait: &mut on_wait };
            let name = "the lock of the track's own tool";
            lock.take_also(name, key, request).await.map_err(|source| ExecuteError::Lock {
                track: track.name().clone(),
                summary: Box::default(),
                source,
            })?;
            self.held = Some(key);
        }
        Ok(wanted.is_some())
    }

    /// Gives the lock back before a step that builds an index concurrently.
    pub(super) async fn leave_to_concurrent_build(
        &mut self,
        lock: &LockedSession,
        step: &Step,
    ) -> Result<(), ExecuteError> {
        let builds = !step.script.transactional
            && super::statements::split(step)?.iter().any(|statement| needs_no_transaction(statement.text));
        if let Some(held) = self.held.take_if(|_| builds) {
            lock.give_back(held).await.map_err(ExecuteError::Journal)?;
        }
        Ok(())
    }
}
