//! The read-only session: the server itself refuses a write.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::connect::Database;
use crate::query::{QueryError, Row};
use crate::server_error::ServerError;
use crate::session::{Session, quote_literal};

/// A session that can only read, and only inside a [`Snapshot`].
#[derive(Debug)]
pub struct Reader {
    session: Session,
    database: Box<Database>,
    /// The view of another session that its snapshots share.
    view: Option<String>,
    open: AtomicBool,
    /// The numbers of the queries that the server keeps prepared; none where it keeps none.
    prepared: Option<Mutex<HashMap<String, usize>>>,
}

/// One consistent view of the database: a repeatable-read, read-only transaction.
///
/// It is opened together with the first query, in the same round trip. It must be ended before anything builds an index
/// concurrently, for such a build waits for every older snapshot; that is why [`Snapshot::end`] takes the snapshot away.
#[derive(Debug)]
pub struct Snapshot<'a> {
    reader: &'a Reader,
    begun: AtomicBool,
}

/// A view that other sessions can share.
#[derive(Debug)]
pub struct SharedView<'a> {
    name: String,
    database: &'a Database,
}

impl SharedView<'_> {
    /// Opens another session whose snapshots are this view, to read more at a time; nothing where the server has no place for one.
    pub async fn open(self) -> Option<Reader> {
        let reader = self.database.reader().await.ok()?;
        Some(Reader { view: Some(self.name), ..reader })
    }
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit TO off; SET LOCAL TIME ZONE 'UTC'; \
                     SET LOCAL DateStyle TO 'ISO'; ";

impl Reader {
    pub(crate) fn new(session: Session, database: Database) -> Self {
        let open = AtomicBool::new(false);
        Self { session, database: Box::new(database), view: None, open, prepared: None }
    }

    /// The same reader, whose queries the server plans once: for one that asks the same again and again. Not behind a pooler.
    #[must_use]
    pub fn repeating(self) -> Self {
        Self { prepared: Some(Mutex::default()), ..self }
    }

    /// Whether a pooler is between: the process that the other side called its own when the connection was made is not the one
    /// that answers.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks.
    pub async fn is_behind_pooler(&self) -> Result<bool, QueryError> {
        let rows =
            self.session.rows("say which process answers", "SELECT pg_backend_pid() AS process").await?;
        let process: Option<i32> = rows.first().map(|row| row.number("process")).transpose()?;
        Ok(process != self.session.process())
    }

    /// Takes a new view of the database.
    pub fn snapshot(&mut self) -> Snapshot<'_> {
        Snapshot { reader: self, begun: AtomicBool::new(false) }
    }
}

impl Reader {
    /// The statement that runs a query which may be prepared already.
    fn prepared<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        let is_query = ["WITH ", "SELECT "].iter().any(|word| sql.trim_start().starts_with(word));
        let Some(prepared) = self.prepared.as_ref().filter(|_| is_query && !sql.contains(';')) else {
            return Cow::Borrowed(sql);
        };
        let mut prepared = prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = prepared.get(sql) {
            return Cow::Owned(format!("EXECUTE crosstrack_{number}"));
        }
        let number = prepared.len();
        prepared.insert(sql.to_owned(), number);
        Cow::Owned(format!("PREPARE crosstrack_{number} AS {sql}; EXECUTE crosstrack_{number}"))
    }
}

impl Snapshot<'_> {
    /// Runs a query. Queries that are awaited together travel together.
    ///
    /// # Errors
    /// When the server refuses, as it does every write, or the connection breaks.
    pub async fn rows(&self, purpose: &str, sql: &str) -> Result<Vec<Row>, QueryError> {
        self.reader.session.rows(purpose, &self.within(sql)).await
    }

    /// As [`Self::rows`], and gives each row as soon as it is there.
    ///
    /// # Errors
    /// When the server refuses, which can be after some rows, or the connection breaks.
    pub async fn each_row(&self, purpose: &str, sql: &str, take: impl FnMut(Row)) -> Result<(), QueryError> {
        self.reader.session.each_row(purpose, &self.within(sql), take).await
    }

    /// The query, and before it what opens the view if nothing did so yet.
    fn within<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        let sql = self.reader.prepared(sql);
        if self.begun.swap(true, Ordering::Relaxed) {
            return sql;
        }
        // A snapshot that was given up after an error left its transaction open.
        let leave = if self.reader.open.swap(true, Ordering::Relaxed) { "ROLLBACK; " } else { "" };
        let share = match &self.reader.view {
            Some(view) => format!("SET TRANSACTION SNAPSHOT {}; ", quote_literal(view)),
            None => String::new(),
        };
        Cow::Owned(format!("{leave}{BEGIN}{share}{sql}"))
    }

    /// The view under a name by which other sessions can share it as long as it lasts; nothing where this user may not give it away:
    /// <https://www.postgresql.org/docs/current/functions-admin.html>, `pg_export_snapshot`.
    ///
    /// # Errors
    /// When the server does not share the view, or the connection breaks.
    pub async fn share(&self) -> Result<Option<SharedView<'_>>, QueryError> {
        let sql = "SELECT has_function_privilege('pg_export_snapshot()', 'execute') AS may";
        let rows = self.rows("ask whether a view can be shared", sql).await?;
        if !rows.first().map_or(Ok(false), |row| row.truth("may"))? {
            return Ok(None);
        }
        let rows = self.rows("share a view", "SELECT pg_export_snapshot() AS view").await?;
        let name = rows.first().map(|row| row.text("view").map(str::to_owned)).transpose()?;
        Ok(name.map(|name| SharedView { name, database: &self.reader.database }))
    }

    /// Runs a query that may be refused or take too long, without losing the view: what the server says then is the inner error.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn attempt(
        &self,
        purpose: &str,
        sql: &str,
        patience: Duration,
    ) -> Result<Result<Vec<Row>, ServerError>, QueryError> {
        // Whoever holds a table for a moment is waited for, and nobody who holds it for longer.
        let (patience, for_locks) = (patience.as_millis(), patience.as_millis() / 4);
        let begin = format!(
            "SAVEPOINT attempt; SET LOCAL statement_timeout TO {patience}; SET LOCAL lock_timeout TO {for_locks}"
        );
        self.rows(purpose, &begin).await?;
        let answer = match self.rows(purpose, sql).await {
            Ok(rows) => Ok(rows),
            Err(error) => match error.server_error().filter(|_| !error.is_broken_connection()) {
                Some(server) => Err(server.clone()),
                None => return Err(error),
            },
        };
        self.rows(purpose, "ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt").await?;
        Ok(answer)
    }

    /// Ends the view.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn end(self) -> Result<(), QueryError> {
        if self.reader.open.swap(false, Ordering::Relaxed) {
            self.reader.session.rows("end a read-only transaction", "ROLLBACK").await?;
        }
        Ok(())
    }
}
