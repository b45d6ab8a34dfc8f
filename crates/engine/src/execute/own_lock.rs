//! The lock that a track's own tool takes: an application that migrates when it starts waits while the track runs.
//!
//! It is never held across a step that is not transactional. Such an application waits inside `pg_advisory_lock`, with a
//! snapshot, and a concurrent index build of ours would wait for that snapshot for ever.

use std::time::Duration;

use crosstrack_database::{LockRequest, LockedSession};
use crosstrack_model::{Event, Step};

use super::ExecuteError;
use crate::discover::Track;

/// The lock of a tool, as far as this run holds it.
#[derive(Debug, Default)]
pub(super) struct OwnLock {
    held: Option<i64>,
}

impl OwnLock {
    /// Takes, keeps or gives back, as the next step wants it.
    pub(super) async fn settle(
        &mut self,
        (lock, wait): (&LockedSession, Duration),
        (track, database): (&Track, &str),
        step: &Step,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), ExecuteError> {
        let wanted = track.adapter.own_lock(database).filter(|_| step.script.transactional);
        if wanted == self.held {
            return Ok(());
        }
        if let Some(held) = self.held.take() {
            lock.give_back(held).await.map_err(ExecuteError::Journal)?;
        }
        if let Some(key) = wanted {
            let mut on_wait = |holder| events(Event::LockAwaited { holder });
            let request = LockRequest { wait, on_wait: &mut on_wait };
            let name = "the lock of the track's own tool";
            lock.take_also(name, key, request).await.map_err(ExecuteError::Lock)?;
            self.held = Some(key);
        }
        Ok(())
    }
}
