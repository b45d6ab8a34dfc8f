//! Runs that are lost: what they left behind on the server, and in the journal.
//!
//! A stopped client is not a stopped server: it works on. Whoever holds the run's lock is alone, so that a session of a track that
//! belongs to an earlier run is a leftover, and a run that the journal calls running is lost. Must not be asked without the lock.

use std::time::{Duration, Instant};

use crosstrack_database::{LockedSession, QueryError, Row};
use crosstrack_model::{Direction, Event};

use super::blockers::is_track_session;
use super::error::ExecuteError;
use super::{Listener, check_journal};
use crate::inspect::{Inspection, OpenStep};
use crate::journal;

/// How long a session may take to end. It has at most to take back what it did.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ends the sessions of runs that are lost. Says whether there was anything to end: then what was inspected may be no longer true.
///
/// What they had not committed is taken back by the server; what they were building concurrently stays behind invalid, and is
/// found by the next step that builds it.
///
/// # Errors
/// When the server does not let this user end them, or they do not end.
pub async fn end_lost_sessions(
    lock: &LockedSession,
    inspection: &Inspection,
    events: &Listener,
) -> Result<bool, ExecuteError> {
    check_journal(inspection)?;
    let own = lock.database().application();
    let running = inspection.journal.running.iter().filter(|application| *application != own);
    let conditions: Vec<String> =
        running.map(|application| format!("({})", is_track_session(application))).collect();
    if conditions.is_empty() {
        return Ok(false);
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
    if ended > 0 {
        events(Event::SessionsEnded { sessions: ended });
    }
    Ok(ended > 0)
}

/// Puts the journal of runs that are lost right, by what the ledgers say. Says whether there was anything to put right: then what
/// was inspected of the journal is no longer true. `environment` marks the database where the journal is made anew.
///
/// # Errors
/// When the journal cannot be written.
pub async fn settle_lost_runs(
    lock: &LockedSession,
    (inspection, environment): (&Inspection, &str),
    events: &Listener,
) -> Result<bool, ExecuteError> {
    let view = &inspection.journal;
    if view.is_settled() {
        return Ok(false);
    }
    let (done, lost): (Vec<OpenStep>, Vec<OpenStep>) =
        view.open.iter().cloned().partition(|open| ledger_shows_it_done(inspection, open));
    journal::reconcile(lock, (view, environment), (&done, &lost)).await.map_err(ExecuteError::Journal)?;
    if !view.open.is_empty() {
        events(Event::JournalReconciled { steps: view.open.len() });
    }
    Ok(true)
}

fn ledger_shows_it_done(inspection: &Inspection, open: &OpenStep) -> bool {
    let state = inspection.tracks.iter().find(|state| state.track.as_str() == open.step.track);
    let is_in_ledger = state.is_some_and(|state| {
        state.ledger.entries.iter().any(|entry| entry.version.as_str() == open.step.version)
    });
    is_in_ledger == (open.step.direction == Direction::Up)
}

async fn ask(lock: &LockedSession, purpose: &str, sql: &str, column: &str) -> Result<usize, ExecuteError> {
    let number = |rows: Vec<Row>| rows.first().map_or(Ok(0), |row| row.number(column));
    let rows: Result<_, QueryError> = lock.session().rows(purpose, sql).await;
    rows.and_then(number).map_err(ExecuteError::Journal)
}
