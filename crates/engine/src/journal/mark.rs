//! The mark of the environment in the journal's schema.
//!
//! A row remembers which transaction wrote it, and to which table of which database. In a database that was restored from a dump or made
//! from a template these differ; in one that was renamed they stay.

use crosstrack_database::{LockedSession, QueryError, Row, Snapshot, quote_literal};
use crosstrack_model::Mark;
use tokio_postgres::types::Type;

/// The statement that makes its table. It may be run again.
pub(super) const CREATE: &str = "
CREATE TABLE IF NOT EXISTS crosstrack.mark (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    environment text NOT NULL,
    database text NOT NULL DEFAULT current_database(),
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    database_oid oid NOT NULL,
    table_oid oid NOT NULL DEFAULT 'crosstrack.mark'::regclass,
    transaction text NOT NULL DEFAULT ((pg_current_xact_id()::text::numeric % 4294967296)::text)
);
";

const PURPOSE: &str = "mark the database with its environment";

const DATABASE_OID: &str = "(SELECT oid FROM pg_database WHERE datname = current_database())";

/// Reads the mark of a journal that has the table for it.
pub(super) async fn read(snapshot: &Snapshot<'_>) -> Result<Option<Mark>, QueryError> {
    let sql = format!(
        "SELECT environment, database, to_char(marked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS marked_at, database_oid = {DATABASE_OID} AND table_oid = tableoid \
         AND transaction = xmin::text AS is_own FROM crosstrack.mark"
    );
    let rows = snapshot.rows("read the journal", &sql).await?;
    rows.first().map(read_mark).transpose()
}

fn read_mark(row: &Row) -> Result<Mark, QueryError> {
    Ok(Mark {
        environment: row.text("environment")?.to_owned(),
        database: row.text("database")?.to_owned(),
        marked_at: row.text("marked_at")?.to_owned(),
        is_own: row.truth("is_own")?,
    })
}

/// Marks a database that has no mark.
pub(super) async fn mark(lock: &LockedSession, environment: &str) -> Result<(), QueryError> {
    let sql = format!(
        "INSERT INTO crosstrack.mark (environment, database_oid) SELECT {}, {DATABASE_OID} WHERE {} ON CONFLICT (singleton) DO NOTHING",
        quote_literal(environment),
        lock.guard()
    );
    lock.session().rows(PURPOSE, &sql).await.map(drop)
}

/// Marks a database anew: another environment, or a database that was restored from another.
///
/// # Errors
/// When the server refuses, the connection is gone, or the lock is.
pub async fn mark_anew(lock: &LockedSession, environment: &str) -> Result<(), QueryError> {
    let sql = format!(
        "INSERT INTO crosstrack.mark (environment, database_oid) SELECT $1, {DATABASE_OID} WHERE {} ON CONFLICT (singleton) DO UPDATE SET \
         environment = excluded.environment, database = excluded.database, marked_at = excluded.marked_at, \
         database_oid = excluded.database_oid, table_oid = excluded.table_oid, transaction = excluded.transaction RETURNING 1::bigint",
        lock.guard()
    );
    lock.write(PURPOSE, &sql, &[(&environment, Type::TEXT)]).await.map(drop)
}
