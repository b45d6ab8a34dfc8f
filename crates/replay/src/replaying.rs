//! What a replay works with, and why there is none. It does nothing itself.

use crosstrack_catalog::ReadError;
use crosstrack_database::{ConnectError, LockError, QueryError, ScratchError};
use crosstrack_engine::{ExecuteError, InspectError, Origin, PlanError, SessionDefaults, Stop, Track};
use crosstrack_settings::{PhaseSettings, Target};

/// What a replay works with.
#[derive(Clone, Copy)]
pub struct Replaying<'a> {
    /// The database on whose server the scratch databases are made. It is not touched, and need not be there.
    pub target: &'a Target,
    /// What the sessions call themselves.
    pub application: &'a str,
    /// The tracks on disk.
    pub tracks: &'a [Track],
    /// The phases, whose checks are left out.
    pub phases: &'a [PhaseSettings],
    /// The limits of the sessions.
    pub defaults: SessionDefaults,
    /// Who runs what from where.
    pub origin: &'a Origin,
    /// How the replay is asked to stop.
    pub stop: &'a Stop,
}

/// Why there is no replay, or why nobody knows what it has made.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no scratch database, or there still is one.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// No session could be opened.
    #[error("cannot open a session on the scratch database")]
    Connect(#[source] ConnectError),
    /// The lock of the scratch database was not to be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The scratch database could not be inspected.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// A database does not answer any more.
    #[error("cannot end the look at the database")]
    Query(#[source] QueryError),
    /// A catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] ReadError),
    /// The migrations contradict each other, or what is asked for names nothing.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A run did not come to its end.
    #[error(transparent)]
    Execute(Box<ExecuteError>),
}
