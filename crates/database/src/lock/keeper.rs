//! The session that keeps an advisory lock: as the session's own, or behind a pooler as that of an open transaction.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::query::{QueryError, Row};
use crate::session::Session;

/// How a lock is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The session is the server's process: the lock is the session's.
    Session,
    /// A pooler is between: the lock is a transaction's.
    Transaction,
}

/// A session that keeps advisory locks. They end with it.
#[derive(Debug)]
pub(super) struct Keeper {
    session: Session,
    /// Known from the first question on.
    mode: OnceLock<Mode>,
    /// The server's process that keeps the lock.
    process: AtomicI32,
}

impl Keeper {
    pub(super) fn new(session: Session) -> Self {
        Self { session, mode: OnceLock::new(), process: AtomicI32::new(0) }
    }

    /// Asks for a lock once.
    pub(super) async fn try_take(&self, key: i64) -> Result<bool, QueryError> {
        match self.mode.get() {
            None => self.find_out_and_take(key).await,
            Some(Mode::Session) => {
                is_taken(&self.ask(&format!("SELECT pg_try_advisory_lock({key}) AS taken")).await?)
            }
            Some(Mode::Transaction) => self.take_in_transaction(key).await,
        }
    }

    /// Takes the lock for the session if this is a session of the server's own, and finds a pooler out otherwise: the process
    /// that it called its own when the connection was made is not the one that answers. One round trip, and no lock is left on
    /// a session that may be somebody else's.
    async fn find_out_and_take(&self, key: i64) -> Result<bool, QueryError> {
        let own = self.session.process().unwrap_or_default();
        let is_own = format!("pg_backend_pid() = {own}");
        let limit = without_limit("idle_session_timeout", &is_own, false);
        let sql = format!(
            "SELECT pg_backend_pid() AS process, CASE WHEN {is_own} THEN pg_try_advisory_lock({key}) END AS taken, {limit}"
        );
        let rows = self.ask(&sql).await?;
        if self.process() == own {
            self.mode.get_or_init(|| Mode::Session);
            return is_taken(&rows);
        }
        self.mode.get_or_init(|| Mode::Transaction);
        self.take_in_transaction(key).await
    }

    /// The transaction is opened with the question and given up at once when the answer is no: a waiter that kept it would keep
    /// one of the pooler's few connections from the run that it waits for.
    async fn take_in_transaction(&self, key: i64) -> Result<bool, QueryError> {
        // Read committed: between two statements it has no snapshot for which an index build would have to wait.
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; \
             SELECT pg_try_advisory_xact_lock({key}) AS taken, pg_backend_pid() AS process, {}, {}",
            without_limit("idle_in_transaction_session_timeout", "true", true),
            without_limit("transaction_timeout", "true", true),
        );
        let is_taken = is_taken(&self.ask(&sql).await?)?;
        if !is_taken {
            self.session.rows("give up a transaction without a lock", "ROLLBACK").await?;
        }
        Ok(is_taken)
    }

    /// Asks for a lock, and remembers which process has answered.
    async fn ask(&self, sql: &str) -> Result<Vec<Row>, QueryError> {
        let rows = self.session.rows("take a lock", sql).await?;
        if let Some(row) = rows.first()
            && self.mode.get() != Some(&Mode::Session)
        {
            self.process.store(row.number("process")?, Ordering::Relaxed);
        }
        Ok(rows)
    }

    /// Gives one lock back. A transaction keeps only one, and ends with it.
    pub(super) async fn give_back(&self, key: i64) -> Result<(), QueryError> {
        let sql = if self.is_pooled() {
            "ROLLBACK".to_owned()
        } else {
            format!("SELECT pg_advisory_unlock({key})")
        };
        self.session.rows("give a lock back", &sql).await.map(drop)
    }

    /// Gives all locks back. A session that is gone holds none.
    pub(super) async fn release(self) {
        let sql = if self.is_pooled() { "ROLLBACK" } else { "SELECT pg_advisory_unlock_all()" };
        drop(self.session.rows("give the locks back", sql).await);
    }

    /// Whether a pooler is between.
    pub(super) fn is_pooled(&self) -> bool {
        self.mode.get() == Some(&Mode::Transaction)
    }

    /// The server's process that keeps the lock.
    pub(super) fn process(&self) -> i32 {
        self.process.load(Ordering::Relaxed)
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }
}

fn is_taken(rows: &[Row]) -> Result<bool, QueryError> {
    rows.first().map_or(Ok(false), |row| row.truth("taken"))
}

/// An expression that lifts a limit which would end a session that keeps a lock and says nothing for as long as an index builds.
/// A limit that this server does not know is left alone.
fn without_limit(name: &str, condition: &str, is_local: bool) -> String {
    format!(
        "CASE WHEN {condition} AND current_setting('{name}', true) IS NOT NULL \
         THEN set_config('{name}', '0', {is_local}) END"
    )
}
