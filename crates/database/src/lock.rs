//! The lock of a run: one advisory lock for all tracks, polled, never awaited inside the server.
//!
//! A session that waits inside `pg_advisory_lock` holds a snapshot, and `CREATE INDEX CONCURRENTLY` waits for that snapshot:
//! the holder of the lock hangs behind its own waiter, without a deadlock report. So a waiter asks, and sleeps here.

use std::time::{Duration, Instant};

use crosstrack_model::LockHolder;

use crate::connect::{ConnectError, Database};
use crate::query::{QueryError, Row};
use crate::session::Session;

/// The advisory lock's key: the bytes of `crosstra`. Advisory locks are a database's own, so one key serves all databases.
pub const RUN_LOCK: i64 = 0x6372_6f73_7374_7261;

/// A session that holds the run's lock. It is only to be had by taking the lock, and the lock ends with it.
#[derive(Debug)]
pub struct LockedSession {
    session: Session,
    /// The database as it is shown, without its password.
    database: String,
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
    /// No session could be opened for it.
    #[error("cannot open the session that holds the run's lock")]
    Connect(#[source] ConnectError),
    /// The server could not be asked.
    #[error("cannot take the run's lock")]
    Query(#[source] QueryError),
}

impl LockedSession {
    /// Takes the run's lock, on a session of its own.
    ///
    /// # Errors
    /// When another run holds it for longer than the request waits, or the server cannot be asked.
    pub async fn take(database: &Database, request: LockRequest<'_>) -> Result<Self, LockError> {
        let session = database.session("run lock").await.map_err(LockError::Connect)?;
        let locked = Self { session, database: database.target().redacted() };
        locked.poll(("the run's lock", RUN_LOCK), request).await?;
        Ok(locked)
    }

    /// Takes another tool's advisory lock on the same session, so that the tool waits for this run. `name` says whose it is.
    ///
    /// # Errors
    /// When the tool holds it for longer than the request waits, or the server cannot be asked.
    pub async fn take_also(
        &self,
        name: &'static str,
        key: i64,
        request: LockRequest<'_>,
    ) -> Result<(), LockError> {
        self.poll((name, key), request).await
    }

    /// Gives all locks back at once. Without it they end when the server has noticed that the session is gone, and whoever
    /// comes next meanwhile is told to wait for a run that is over.
    pub async fn release(self) {
        // A session that is gone holds no lock.
        drop(self.session.rows("give the locks back", "SELECT pg_advisory_unlock_all()").await);
    }

    /// Gives another tool's lock back.
    ///
    /// # Errors
    /// When the connection, and with it every lock, is gone.
    pub async fn give_back(&self, key: i64) -> Result<(), QueryError> {
        let sql = format!("SELECT pg_advisory_unlock({key})");
        self.session.rows("give a lock back", &sql).await.map(drop)
    }

    async fn poll(&self, lock: (&'static str, i64), request: LockRequest<'_>) -> Result<(), LockError> {
        let (name, key) = lock;
        let began = Instant::now();
        let mut known_holder = None;
        let mut pause = Pause::default();
        let sql = format!("SELECT pg_try_advisory_lock({key}) AS taken");
        loop {
            let rows = self.session.rows("take a lock", &sql).await.map_err(LockError::Query)?;
            let taken = rows.first().map(|row| row.truth("taken")).transpose().map_err(LockError::Query)?;
            if taken == Some(true) {
                return Ok(());
            }
            let holder = holder(&self.session, key).await.map_err(LockError::Query)?;
            let waited = began.elapsed();
            if waited >= request.wait {
                let (database, waited_seconds) = (self.database.clone(), waited.as_secs());
                return Err(LockError::Held { lock: name, database, waited_seconds, holder });
            }
            // Nobody to be seen after somebody was: the lock has just become free.
            let is_news =
                known_holder.as_ref() != Some(&holder) && (holder.is_some() || known_holder.is_none());
            if is_news {
                (request.on_wait)(holder.clone());
                known_holder = Some(holder);
            }
            tokio::time::sleep(pause.next().min(request.wait.saturating_sub(waited))).await;
        }
    }

    /// The session that holds the lock. The journal is written on it: who has lost the lock cannot write the journal, and
    /// who cannot write the journal takes no further step.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// Who holds an advisory lock. The server shows a key of 64 bits as two numbers of 32.
async fn holder(session: &Session, key: i64) -> Result<Option<LockHolder>, QueryError> {
    let high = (key >> 32) & 0xffff_ffff;
    let low = key & 0xffff_ffff;
    let sql = format!(
        "SELECT a.pid, a.application_name, a.usename, coalesce(host(a.client_addr), 'a local socket') AS host, \
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS since \
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = {high} \
         AND l.objid::bigint = {low} AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let rows = session.rows("say who holds a lock", &sql).await?;
    rows.first().map(read_holder).transpose()
}

fn read_holder(row: &Row) -> Result<LockHolder, QueryError> {
    Ok(LockHolder {
        pid: row.number("pid")?,
        application: row.text("application_name")?.to_owned(),
        user: row.text("usename")?.to_owned(),
        host: row.text("host")?.to_owned(),
        since: row.text("since")?.to_owned(),
    })
}

/// The pauses between two attempts: from 50 ms to 1 s, each with up to half of itself taken off at random, so that waiters
/// which came together do not ask together.
struct Pause {
    milliseconds: u64,
    random: u64,
}

impl Default for Pause {
    fn default() -> Self {
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self {
            milliseconds: 50,
            random: u64::from(clock.subsec_nanos()) ^ u64::from(std::process::id()) << 32 | 1,
        }
    }
}

impl Pause {
    fn next(&mut self) -> Duration {
        // Marsaglia's xorshift: spread is all that is wanted of it.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let pause = self.milliseconds - self.random % (self.milliseconds / 2);
        self.milliseconds = (self.milliseconds * 2).min(1000);
        Duration::from_millis(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::Pause;

    #[test]
    fn pauses_grow_to_a_second_and_differ() {
        let mut pause = Pause::default();
        let pauses: Vec<u128> = (0..20).map(|_| pause.next().as_millis()).collect();
        assert!(pauses.iter().all(|pause| (25..=1000).contains(pause)), "{pauses:?}");
        assert!(pauses[10..].iter().all(|pause| *pause > 500), "{pauses:?}");
        assert!(pauses[10..].iter().any(|pause| *pause != pauses[10]), "{pauses:?}");
    }
}
