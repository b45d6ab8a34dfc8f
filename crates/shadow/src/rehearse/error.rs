//! Why there is no rehearsal. A migration that fails in one is no such reason: that is what a rehearsal is for.
//!
//! It does nothing itself.

use std::path::PathBuf;

use crate::error::ShadowError;
use crosstrack_database::{ConnectError, QueryError};
use crosstrack_model::{Step, TrackName};
use crosstrack_script::SplitError;

/// Why there is no rehearsal.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    /// A script holds what no server takes.
    #[error("the script of `{reference}` cannot be sent to the server")]
    Split {
        /// The migration.
        reference: String,
        /// Its script.
        path: Option<PathBuf>,
        /// What is in it.
        source: SplitError,
    },
    /// A track of the plan is not on disk.
    #[error("the track `{track}` is not there")]
    NoTrack {
        /// The track.
        track: TrackName,
    },
    /// No session could be opened.
    #[error("cannot open a session for the rehearsal")]
    Connect(#[source] ConnectError),
    /// A database does not answer any more.
    #[error("cannot measure a statement")]
    Query(#[from] QueryError),
    /// There is no shadow database, or nothing to begin from.
    #[error(transparent)]
    Replay(#[from] ShadowError),
    /// It was asked to stop.
    #[error("the rehearsal was asked to stop")]
    Stopped,
}

/// `track/label`.
pub(crate) fn name(step: &Step) -> String {
    format!("{}/{}", step.track, step.migration.label)
}
