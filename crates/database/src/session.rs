//! One session on the server, and the settings that it runs under.

use std::io::Cursor;
use std::pin::pin;
use std::time::Duration;

use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::query::{QueryError, Row};
use crate::wire::Watch;

/// A session: a connection that is being driven, and what was seen on it.
#[derive(Debug)]
pub struct Session {
    client: Client,
    watch: Watch,
}

impl Session {
    pub(crate) fn new(client: Client, watch: Watch) -> Self {
        Self { client, watch }
    }

    /// Takes the session apart, for a driver that wants to own the connection.
    pub fn into_parts(self) -> (Client, Watch) {
        (self.client, self.watch)
    }

    /// Runs one or more statements in one round trip and gives the rows of all of them.
    ///
    /// `purpose` completes "the server refused to ..." in the error.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks.
    pub async fn rows(&self, purpose: &str, sql: &str) -> Result<Vec<Row>, QueryError> {
        let mut rows = Vec::new();
        self.each_row(purpose, sql, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// As [`Self::rows`], and gives each row as soon as it is there: what is made of many can be smaller than they are.
    ///
    /// # Errors
    /// When the server refuses, which can be after some rows, or the connection breaks.
    pub(crate) async fn each_row(
        &self,
        purpose: &str,
        sql: &str,
        mut take: impl FnMut(Row),
    ) -> Result<(), QueryError> {
        let answer = async {
            let mut messages = pin!(self.client.simple_query_raw(sql).await?);
            while let Some(message) = messages.try_next().await? {
                if let SimpleQueryMessage::Row(row) = message {
                    take(Row(row));
                }
            }
            Ok(())
        };
        answer.await.map_err(|error| QueryError::new(purpose, error))
    }

    /// Runs one statement with parameters and gives the first column of the first row as a number. One round trip; nothing stays
    /// prepared, which a pooler would give to somebody else.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks.
    pub async fn number(
        &self,
        purpose: &str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Option<i64>, QueryError> {
        self.first_number(purpose, sql, parameters).await.map(Option::flatten)
    }

    /// As [`Self::number`], and tells a row that holds null from no row.
    pub(crate) async fn first_number(
        &self,
        purpose: &str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Option<Option<i64>>, QueryError> {
        let refused = |error| QueryError::new(purpose, error);
        let rows = self.client.query_typed(sql, parameters).await.map_err(refused)?;
        rows.first().map(|row| row.try_get(0)).transpose().map_err(refused)
    }

    /// Sends rows to a `COPY ... FROM STDIN`, a piece at a time; gives how many the server has taken.
    ///
    /// # Errors
    /// When the server refuses a row or the connection breaks.
    pub async fn copy_in(
        &self,
        purpose: &str,
        sql: &str,
        pieces: impl Iterator<Item = Vec<u8>>,
    ) -> Result<u64, QueryError> {
        let refused = |error| QueryError::new(purpose, error);
        let mut sink = std::pin::pin!(self.client.copy_in(sql).await.map_err(refused)?);
        for piece in pieces {
            if let Err(error) = sink.feed(Cursor::new(piece)).await {
                // What the server said about an earlier piece is the reason, and it is told at the end.
                return Err(refused(sink.finish().await.err().unwrap_or(error)));
            }
        }
        sink.finish().await.map_err(refused)
    }

    /// The process that the other side called its own when the connection was made.
    pub(crate) fn process(&self) -> Option<i32> {
        self.watch.process()
    }

    /// Whether the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// The settings that a session is put back to before each migration, since scripts leak theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionLimits {
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a statement may run; `None` for as long as it takes.
    pub statement_timeout: Option<Duration>,
    /// The schema in which unqualified names are created; `None` for the role's own search path.
    pub schema: Option<String>,
    /// Whether a commit waits until it is on disk, as the server is set up; otherwise it is only in order.
    pub waits_for_disk: bool,
}

impl SessionLimits {
    /// The statements that put a session back: role, every setting, temporary tables, advisory locks, then these limits.
    ///
    /// The time zone is the one that both ORMs set when they connect; the encoding is what each driver asked for at the start,
    /// and `RESET ALL` goes back there. One message and few statements, for it runs before every step.
    pub fn as_sql(&self) -> String {
        let mut sql = format!(
            "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; SELECT pg_advisory_unlock_all(), \
             set_config('TimeZone', 'UTC', false), set_config('lock_timeout', '{}', false), \
             set_config('statement_timeout', '{}', false)",
            self.lock_timeout.as_millis(),
            self.statement_timeout.map_or(0, |timeout| timeout.as_millis()),
        );
        if !self.waits_for_disk {
            sql += ", set_config('synchronous_commit', 'off', false)";
        }
        if let Some(schema) = &self.schema {
            sql += &format!("; SET search_path TO {}", search_path(schema));
        }
        sql + ";"
    }

    /// The statements that set the same limits for one transaction, where the session is somebody else's afterwards.
    pub fn as_transaction_sql(&self) -> String {
        let mut sql = format!(
            "SET LOCAL TimeZone TO 'UTC'; SET LOCAL lock_timeout TO {}; SET LOCAL statement_timeout TO {};",
            self.lock_timeout.as_millis(),
            self.statement_timeout.map_or(0, |timeout| timeout.as_millis()),
        );
        if let Some(schema) = &self.schema {
            sql += &format!(" SET LOCAL search_path TO {};", search_path(schema));
        }
        sql
    }

    /// The statements that end what a script set for longer than its transaction, before a session becomes somebody else's. Not
    /// `RESET ALL`: that would reset what the pooler itself keeps for its clients.
    pub const CLOSING: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET search_path; RESET lock_timeout; \
                               RESET statement_timeout; RESET idle_in_transaction_session_timeout; RESET row_security; \
                               RESET check_function_bodies; RESET default_tablespace; ";
}

/// The search path on which a schema, which need not exist yet, is the one in which unqualified names are created.
pub fn search_path(schema: &str) -> String {
    format!("{}, public", quote_identifier(schema))
}

/// How a statement begins that clears up after one that was cancelled: it is not cancelled itself.
pub const CLEARS_UP: &str = "/* clears up */ ";

/// A name as an SQL identifier, always quoted.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as an SQL string constant, whatever `standard_conforming_strings` says.
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::{SessionLimits, quote_identifier, quote_literal};
    use std::time::Duration;

    #[test]
    fn names_and_texts_are_quoted_whatever_they_hold() {
        assert_eq!(quote_identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal(r"a\'b"), r"E'a\\''b'");
    }

    #[test]
    fn a_session_is_put_back_to_its_limits_in_milliseconds() {
        let limits = SessionLimits {
            lock_timeout: Duration::from_secs(5),
            statement_timeout: None,
            schema: Some("auth".into()),
            waits_for_disk: true,
        };
        let sql = limits.as_sql();
        assert!(sql.contains("set_config('lock_timeout', '5000', false)"), "{sql}");
        assert!(sql.contains("set_config('statement_timeout', '0', false)"), "{sql}");
        assert!(sql.ends_with("SET search_path TO \"auth\", public;"), "{sql}");
    }
}
