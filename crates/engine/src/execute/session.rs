//! The session of a track: opened once a run, with its ledger made, and put back before each step.

use std::time::Duration;

use crosstrack_database::{Database, SessionLimits};
use crosstrack_model::Step;
use crosstrack_settings::TrackSettings;
use crosstrack_track::TrackSession;

use super::error::ExecuteError;
use crate::discover::Track;

/// The limits that hold where neither the track nor the migration says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionDefaults {
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How often a statement is tried that does not get its locks.
    pub lock_attempts: usize,
    /// How long a statement may run.
    pub statement_timeout: Option<Duration>,
}

/// Opens the session of a track and makes its ledger where there is none.
///
/// # Errors
/// When no session can be opened or the user may not create the ledger.
pub async fn open_session(
    database: &Database,
    track: &Track,
    ledger_exists: bool,
) -> Result<Box<dyn TrackSession>, ExecuteError> {
    let mut session = track.adapter.open(database, &track.settings).await.map_err(ExecuteError::Connect)?;
    if !ledger_exists {
        session
            .prepare_ledger()
            .await
            .map_err(|source| ExecuteError::Ledger { track: track.name().clone(), source })?;
    }
    Ok(session)
}

/// The limits of a step: those of the migration, else of the track, else the defaults.
pub(super) fn limits(defaults: SessionDefaults, track: &TrackSettings, step: &Step) -> SessionLimits {
    SessionLimits {
        lock_timeout: step.lock_timeout.or(track.lock_timeout).unwrap_or(defaults.lock_timeout),
        statement_timeout: defaults.statement_timeout,
        schema: track.schema.clone(),
        // The write-ahead log keeps the order, and the end of the run waits for all of it.
        waits_for_disk: !step.script.transactional,
    }
}

/// How often a step is tried, likewise.
pub(super) fn lock_attempts(defaults: SessionDefaults, track: &TrackSettings, step: &Step) -> usize {
    let own = step.migration.directives.lock_attempts;
    own.or(track.lock_attempts).unwrap_or(defaults.lock_attempts).max(1)
}

/// What is run before a step's script: the session put back, the step's limits, and what the track declares.
pub fn settings_sql(defaults: SessionDefaults, track: &TrackSettings, step: &Step) -> String {
    with_declared(limits(defaults, track, step).as_sql(), track)
}

/// The same for one transaction, where the session is somebody else's afterwards.
pub(super) fn transaction_sql(limits: &SessionLimits, track: &TrackSettings) -> String {
    with_declared(limits.as_transaction_sql(), track)
}

/// Settings, and what the track declares.
pub(super) fn with_declared(mut sql: String, track: &TrackSettings) -> String {
    for declared in &track.session {
        sql += &format!("\n{declared};");
    }
    sql
}
