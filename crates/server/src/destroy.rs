//! Deleting a development server with all its data.
//!
//! Must not delete anything in the folder that this crate did not put there.

use std::io;
use std::path::{Path, PathBuf};

use crate::layout::Layout;
use crate::lock::LockError;
use crate::postmaster;
use crate::stop::{Manner, StopError, stop};

/// What there was to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destroyed {
    /// There was no development server in this folder.
    WasNotThere,
    /// It was there, and is gone.
    Now,
}

/// The server could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// Another call could not be kept out.
    #[error("could not destroy the development server")]
    Lock {
        /// Why.
        source: LockError,
    },
    /// It could not be stopped first.
    #[error("could not destroy the development server while it runs")]
    Stop {
        /// Why.
        source: StopError,
    },
    /// A file or folder cannot be deleted.
    #[error("could not delete `{}`", path.display())]
    Delete {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DestroyError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Lock { source } => source.hint(),
            Self::Stop { source } => source.hint(),
            Self::Delete { path, .. } => format!("use the account that owns `{}`", path.display()),
        }
    }
}

/// Stops the server and deletes what this crate put into its folder; the folder too, when nothing else is in it.
pub(crate) fn destroy(layout: &Layout) -> Result<(), DestroyError> {
    stop(layout, Manner::Immediate).map_err(|source| DestroyError::Stop { source })?;
    for pid in postmaster::leftovers(&layout.cluster()) {
        crate::stop::kill(pid);
    }
    for folder in [layout.cluster(), layout.unfinished_cluster(), layout.socket_directory()] {
        delete(&folder)?;
    }
    if layout.reachable != layout.root {
        // Not recursively: the path comes out of a file.
        let _ = std::fs::remove_dir(&layout.reachable);
    }
    let log = layout.log();
    let files = [log.with_added_extension("old"), log, layout.password(), layout.port(), layout.binaries()];
    for file in files.into_iter().chain([layout.elsewhere(), layout.lock()]) {
        delete(&file)?;
    }
    match std::fs::remove_dir(&layout.root) {
        // Somebody else's file is in it.
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        removed => accept_missing(&layout.root, removed),
    }
}

fn delete(path: &Path) -> Result<(), DestroyError> {
    let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    accept_missing(path, if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) })
}

fn accept_missing(path: &Path, deleted: io::Result<()>) -> Result<(), DestroyError> {
    match deleted {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DestroyError::Delete { path: path.to_path_buf(), source: error })
        }
        _ => Ok(()),
    }
}

/// Keeps `destroy` from making a folder only to lock it.
pub(crate) fn is_there(layout: &Layout) -> bool {
    layout.lock().exists() || layout.cluster().exists()
}
