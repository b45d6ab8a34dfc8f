//! What a run that is lost left behind on the server: a stopped client is not a stopped server, and works on.
//!
//! Whoever holds the run's lock is alone, so that a session of a track that belongs to an earlier run is a leftover. Must not be
//! asked without the lock.

use std::time::{Duration, Instant};

use crosstrack_database::{LockedSession, QueryError};

use super::blockers::is_track_session;
use super::error::ExecuteError;
use crate::inspect::Inspection;

/// How long a session may take to end. It has at most to take back what it did.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ends the sessions of runs that are lost, and waits until they are gone. Gives how many there were.
///
/// What they had not committed is taken back by the server; what they were building concurrently stays behind invalid, and is
/// found by the next step that builds it.
///
/// # Errors
/// When the server does not let this user end them, or they do not end.
pub async fn end_lost_sessions(lock: &LockedSession, inspection: &Inspection) -> Result<usize, ExecuteError> {
    let own = lock.database().application();
    let running = inspection.journal.running.iter().filter(|application| *application != own);
    let conditions: Vec<String> =
        running.map(|application| format!("({})", is_track_session(application))).collect();
    if conditions.is_empty() {
        return Ok(0);
    }
    let sessions = format!("FROM pg_stat_activity a WHERE ({})", conditions.join(" OR "));
    let end = format!("SELECT count(pg_terminate_backend(a.pid)) AS ended {sessions}");
    let ended = ask(lock, "end what a lost run was still doing", &end, "ended").await?;
    let left = format!("SELECT count(*) AS still {sessions}");
    let (mut still, began) = (ended, Instant::now());
    while still > 0 {
        if began.elapsed() > PATIENCE {
            return Err(ExecuteError::LostSessions { sessions: still });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        still = ask(lock, "see whether a lost run is gone", &left, "still").await?;
    }
    Ok(ended)
}

async fn ask(lock: &LockedSession, purpose: &str, sql: &str, column: &str) -> Result<usize, ExecuteError> {
    let number = |rows: Vec<crosstrack_database::Row>| rows.first().map_or(Ok(0), |row| row.number(column));
    let rows: Result<_, QueryError> = lock.session().rows(purpose, sql).await;
    rows.and_then(number).map_err(ExecuteError::Journal)
}
