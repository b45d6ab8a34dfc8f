//! The lock of a run: one advisory lock for all tracks, polled, never awaited inside the server.
//!
//! A session that waits inside `pg_advisory_lock` holds a snapshot, and `CREATE INDEX CONCURRENTLY` waits for that snapshot:
//! the holder of the lock hangs behind its own waiter, without a deadlock report. So a waiter asks, and sleeps here.
//!
//! Behind a pooler a lock of a session is worthless, for the session may be somebody else's by the next statement. There the lock
//! is a transaction's: it stays open, empty and without a snapshot, and the work is done on a second session.

mod holder;
mod keeper;

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use crosstrack_fault::{Point, reach};
use crosstrack_model::LockHolder;
use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};

use crate::connect::{ConnectError, Database};
use crate::query::QueryError;
use crate::session::Session;
pub use holder::{holder_query, read_holder};
use keeper::Keeper;

/// The advisory lock's key: the bytes of `crosstra`. Advisory locks are a database's own, so one key serves all databases.
pub const RUN_LOCK: i64 = 0x6372_6f73_7374_7261;

/// A session that works while the run's lock is held. It is only to be had by taking the lock, and the lock ends with it.
#[derive(Debug)]
pub struct LockedSession {
    keeper: Keeper,
    /// Behind a pooler: the session that works, for the keeper's transaction stays empty.
    worker: Option<Session>,
    /// An SQL condition on [`Self::session`] that is true for as long as the lock is held.
    guard: String,
    /// Behind a pooler: what keeps the lock of a track's own tool, which has to end before this run's does.
    other: Mutex<Option<Keeper>>,
    database: Database,
}

/// Who wants the lock, and how long it is willing to wait.
pub struct LockRequest<'a> {
    /// How long to wait; zero to try once.
    pub wait: Duration,
    /// Told who holds the lock, at the start of a wait and whenever the holder changes.
    pub on_wait: &'a mut (dyn FnMut(Option<LockHolder>) + Send),
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else held it until the wait was over.
    #[error("somebody else holds {lock} of {database}; waited {waited_seconds} s")]
    Held {
        /// Which lock: "the run's lock".
        lock: &'static str,
        /// The database, without its password.
        database: String,
        /// How long was waited, in seconds.
        waited_seconds: u64,
        /// Who holds it, if that could be seen.
        holder: Option<LockHolder>,
    },
    /// A pooler gave no session beside those that hold locks.
    #[error("the pooler in front of the server gave no further connection within {waited_seconds} s")]
    PoolerFull {
        /// How long it was asked, in seconds.
        waited_seconds: u64,
    },
    /// No session could be opened for it.
    #[error("cannot open the session that holds the run's lock")]
    Connect(#[source] ConnectError),
    /// The server could not be asked.
    #[error("cannot take the run's lock")]
    Query(#[source] QueryError),
}

/// How long a pooler may take to give a session that a run holds beside others. It gives none while all of its own are held, and
/// ours are held until the run ends.
pub const POOLER_PATIENCE: Duration = Duration::from_secs(30);

impl LockedSession {
    /// Takes the run's lock, on a session of its own. Finds out whether a pooler is between.
    ///
    /// # Errors
    /// When another run holds it for longer than the request waits, or the server cannot be asked.
    pub async fn take(database: &Database, request: LockRequest<'_>) -> Result<Self, LockError> {
        reach(Point::BeforeLock);
        let session = database.session("run lock").await.map_err(LockError::Connect)?;
        let keeper = Keeper::new(session);
        let wait = request.wait;
        poll(&keeper, ("the run's lock", RUN_LOCK), (database, request)).await?;
        let mut locked = Self {
            worker: None,
            guard: "true".to_owned(),
            other: Mutex::default(),
            database: database.clone().behind_pooler(keeper.is_pooled()),
            keeper,
        };
        if locked.keeper.is_pooled() {
            let wait = wait.min(POOLER_PATIENCE);
            let opened = tokio::time::timeout(wait, locked.open_worker(database)).await;
            opened.map_err(|_| LockError::PoolerFull { waited_seconds: wait.as_secs() })??;
        }
        reach(Point::AfterLock);
        Ok(locked)
    }

    /// Behind a pooler the work is done beside the transaction that keeps the lock.
    async fn open_worker(&mut self, database: &Database) -> Result<(), LockError> {
        let worker = database.session("journal").await.map_err(LockError::Connect)?;
        self.guard =
            holder::guard(&worker, RUN_LOCK, self.keeper.process()).await.map_err(LockError::Query)?;
        self.worker = Some(worker);
        Ok(())
    }

    /// Takes another tool's advisory lock beside the run's, so that the tool waits for this run. `name` says whose it is.
    ///
    /// # Errors
    /// When the tool holds it for longer than the request waits, or the server cannot be asked.
    pub async fn take_also(
        &self,
        name: &'static str,
        key: i64,
        request: LockRequest<'_>,
    ) -> Result<(), LockError> {
        if !self.keeper.is_pooled() {
            return poll(&self.keeper, (name, key), (&self.database, request)).await;
        }
        let session = self.database.session("track lock").await.map_err(LockError::Connect)?;
        let keeper = Keeper::new(session);
        let wait = request.wait.min(POOLER_PATIENCE);
        poll(&keeper, (name, key), (&self.database, request)).await?;
        // Two sessions are held now. Is there a third?
        let asked = tokio::time::timeout(wait, self.session().rows("ask for a connection", "SELECT 1")).await;
        asked
            .map_err(|_| LockError::PoolerFull { waited_seconds: wait.as_secs() })?
            .map_err(LockError::Query)?;
        *self.other.lock().await = Some(keeper);
        Ok(())
    }

    /// Whether somebody waits for another tool's lock inside the server.
    ///
    /// # Errors
    /// When the server refuses or the connection is gone.
    pub async fn is_awaited(&self, key: i64) -> Result<bool, QueryError> {
        holder::is_awaited(self.session(), key).await
    }

    /// Gives another tool's lock back.
    ///
    /// # Errors
    /// When the connection, and with it every lock, is gone.
    pub async fn give_back(&self, key: i64) -> Result<(), QueryError> {
        match self.other.lock().await.take() {
            Some(keeper) => keeper.give_back(key).await,
            None => self.keeper.give_back(key).await,
        }
    }

    /// Gives all locks back at once. Without it they end when the server has noticed that the session is gone, and whoever
    /// comes next meanwhile is told to wait for a run that is over.
    pub async fn release(self) {
        if let Some(other) = self.other.into_inner() {
            other.release().await;
        }
        self.keeper.release().await;
        reach(Point::AfterRelease);
    }

    /// The session for what is read and written while the lock is held.
    pub fn session(&self) -> &Session {
        self.worker.as_ref().unwrap_or(self.keeper.session())
    }

    /// The database, from which the other sessions of the run are opened.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// An SQL condition that is true for as long as this run holds the lock, for a statement on [`Self::session`].
    pub fn guard(&self) -> &str {
        &self.guard
    }

    /// The same for a statement on another session.
    pub fn guard_elsewhere(&self) -> String {
        match self.worker {
            Some(_) => self.guard.clone(),
            None => holder::process_guard(RUN_LOCK, self.keeper.process()),
        }
    }

    /// Runs a statement that writes under [`Self::guard`] and gives a row when it has written; gives the first column as a number.
    /// Who has lost the lock writes nothing.
    ///
    /// # Errors
    /// When the server refuses, the connection is gone, or the lock is.
    pub async fn write(
        &self,
        purpose: &str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Option<i64>, QueryError> {
        let written = self.session().first_number(purpose, sql, parameters).await?;
        written.ok_or_else(|| QueryError::LockLost { purpose: purpose.to_owned() })
    }
}

/// Asks for a lock until it is there or the wait is over.
async fn poll(
    keeper: &Keeper,
    (name, key): (&'static str, i64),
    (database, request): (&Database, LockRequest<'_>),
) -> Result<(), LockError> {
    let began = Instant::now();
    let mut known_holder = None;
    let mut pauses = pauses().build();
    loop {
        if keeper.try_take(key).await.map_err(LockError::Query)? {
            return Ok(());
        }
        let holder = holder::holder(keeper.session(), key).await.map_err(LockError::Query)?;
        let waited = began.elapsed();
        if waited >= request.wait {
            let (database, waited_seconds) = (database.target().redacted(), waited.as_secs());
            return Err(LockError::Held { lock: name, database, waited_seconds, holder });
        }
        // Nobody to be seen after somebody was: the lock has just become free.
        let is_news = known_holder.as_ref() != Some(&holder) && (holder.is_some() || known_holder.is_none());
        if is_news {
            (request.on_wait)(holder.clone());
            known_holder = Some(holder);
        }
        let pause = pauses.next().unwrap_or(LONGEST_PAUSE);
        tokio::time::sleep(pause.min(request.wait.saturating_sub(waited))).await;
    }
}

const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The pauses between two attempts: they double up to half a second, and each is made longer by up to itself at random, so that
/// waiters which came together do not ask together.
fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(25))
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
}

#[cfg(test)]
mod tests {
    use super::pauses;
    use backon::BackoffBuilder;

    #[test]
    fn pauses_grow_to_at_most_a_second_and_differ_and_never_end() {
        let pauses: Vec<u128> = pauses().build().take(2000).map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses.len(), 2000);
        assert!(pauses.iter().all(|pause| (25..=1000).contains(pause)), "{:?}", &pauses[..20]);
        assert!(pauses[10..].iter().all(|pause| *pause >= 500), "{:?}", &pauses[..20]);
        assert!(pauses[10..].iter().any(|pause| *pause != pauses[10]), "{:?}", &pauses[..20]);
    }
}
