//! Who holds an advisory lock, as the server shows it.

use crosstrack_model::LockHolder;

use crate::query::{QueryError, Row};
use crate::session::{Session, quote_literal};

/// A condition on `pg_locks l` that finds a lock which is held.
fn is_held(key: i64) -> String {
    format!("l.granted AND {}", is_lock(key))
}

/// A condition on `pg_locks l` that finds a lock, held or waited for. The server shows a key of 64 bits as two numbers of 32.
fn is_lock(key: i64) -> String {
    let high = (key >> 32) & 0xffff_ffff;
    let low = key & 0xffff_ffff;
    format!(
        "l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid::bigint = {high} AND l.objid::bigint = {low} \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
}

/// The query for who holds it, whose rows [`read_holder`] reads.
pub fn holder_query(key: i64) -> String {
    format!(
        "SELECT a.pid, a.application_name, a.usename, coalesce(host(a.client_addr), 'a local socket') AS host, \
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS since \
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE {}",
        is_held(key)
    )
}

/// Who holds it, if that can be seen.
pub(super) async fn holder(session: &Session, key: i64) -> Result<Option<LockHolder>, QueryError> {
    let rows = session.rows("say who holds a lock", &holder_query(key)).await?;
    rows.first().map(read_holder).transpose()
}

/// Whether somebody waits for it inside the server.
pub(super) async fn is_awaited(session: &Session, key: i64) -> Result<bool, QueryError> {
    let sql = format!("SELECT count(*) AS waiting FROM pg_locks l WHERE NOT l.granted AND {}", is_lock(key));
    let rows = session.rows("see who waits for a lock", &sql).await?;
    rows.first().map_or(Ok(false), |row| row.number::<u32>("waiting").map(|waiting| waiting > 0))
}

/// A condition that is true for as long as this process of the server holds the lock.
pub(super) fn process_guard(key: i64, process: i32) -> String {
    format!("EXISTS (SELECT FROM pg_locks l WHERE {} AND l.pid = {process})", is_held(key))
}

/// A condition that is true for as long as this process of the server holds the lock in the transaction that is open now: the
/// process may live on and serve others.
pub(super) async fn guard(session: &Session, key: i64, process: i32) -> Result<String, QueryError> {
    let held = format!("FROM pg_locks l WHERE {} AND l.pid = {process}", is_held(key));
    let rows = session.rows("look at the lock", &format!("SELECT virtualtransaction {held}")).await?;
    let transaction = rows.first().map(|row| row.text("virtualtransaction")).transpose()?.unwrap_or_default();
    Ok(format!("EXISTS (SELECT {held} AND l.virtualtransaction = {})", quote_literal(transaction)))
}

/// Reads a row of [`holder_query`].
///
/// # Errors
/// When the row is of another query.
pub fn read_holder(row: &Row) -> Result<LockHolder, QueryError> {
    Ok(LockHolder {
        pid: row.number("pid")?,
        application: row.text("application_name")?.to_owned(),
        user: row.text("usename")?.to_owned(),
        host: row.text("host")?.to_owned(),
        since: row.text("since")?.to_owned(),
    })
}
