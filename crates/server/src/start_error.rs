//! Reasons why a server could not be started.
//!
//! Must not word the reasons of a step: each step has an error of its own.

use std::path::PathBuf;

use crate::{
    Binaries, CreateError, DestroyError, DownloadError, FindError, IdentityError, LaunchError, LockError,
    PlaceError, PrivacyError, RecordError, ServerKind,
};

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
#[error("could not start the {server} in `{}`", data.display())]
pub struct StartError {
    /// The kind of the server.
    pub server: ServerKind,
    /// The server's folder.
    pub data: PathBuf,
    /// The step that failed.
    #[source]
    pub step: Box<StartStepError>,
}

impl StartError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self.server {
            ServerKind::Development => self.step.hint(),
            ServerKind::Shadow => self.step.hint_for_shadow_server(&self.data.display()),
        }
    }
}

/// The step of a start that failed.
#[derive(Debug, thiserror::Error)]
pub enum StartStepError {
    /// Keeping other calls out.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Keeping other users out.
    #[error(transparent)]
    Privacy(#[from] PrivacyError),
    /// Reading what is remembered of the server.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Choosing an unprivileged user on root's behalf.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Finding a place that this user can reach.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Using the programs that the developer named.
    #[error(transparent)]
    Find(#[from] FindError),
    /// Obtaining programs where none are installed.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// Making a cluster.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// Deleting a cluster that can no longer be used.
    #[error(transparent)]
    Delete(#[from] DestroyError),
    /// Starting the process.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The programs do not fit the cluster.
    #[error("the cluster was made by PostgreSQL {cluster}, and the programs in `{}` are PostgreSQL {}", programs.directory.display(), programs.version)]
    OtherVersion {
        /// The cluster's major version.
        cluster: u32,
        /// The programs that were to start it.
        programs: Binaries,
    },
}

impl StartStepError {
    /// What to do about it, for a development server.
    pub fn hint(&self) -> String {
        match self {
            Self::Lock(error) => error.hint(),
            Self::Privacy(error) => error.hint(),
            Self::Record(error) => error.hint(),
            Self::Identity(error) => error.hint(),
            Self::Place(error) => error.hint(),
            Self::Find(error) => error.hint(),
            Self::Download(error) => error.hint(),
            Self::Create(error) => error.hint(),
            Self::Delete(error) => error.hint(),
            Self::Launch(error) => error.hint(),
            Self::OtherVersion { cluster, .. } => format!(
                "name the folder of PostgreSQL {cluster} with `--pg-bin`, or delete the cluster and its data with `db \
                 server destroy`"
            ),
        }
    }

    /// What to do about it, for a shadow server: it holds nothing that must stay.
    fn hint_for_shadow_server(&self, folder: &dyn std::fmt::Display) -> String {
        match self {
            Self::OtherVersion { .. } => "try again when the running shadow server has ended".to_owned(),
            Self::Record(RecordError::Read { .. } | RecordError::Damaged { .. })
            | Self::Place(PlaceError::OutOfReach { .. }) => {
                format!("delete `{folder}`: it holds nothing but shadow databases")
            }
            _ => self.hint(),
        }
    }
}
