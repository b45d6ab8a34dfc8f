//! Deleting a server with all its data.
//!
//! Must not delete anything in the folder that this crate did not put there.

use std::io;
use std::path::{Path, PathBuf};

use crate::layout::Layout;
use crate::lock::{LockError, ServerLock};
use crate::stop::{Manner, StopError, stop};
use crate::throwaway::watcher;
use crate::{ServerKind, postmaster};

/// What there was to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destroyed {
    /// There was no server in this folder.
    WasNotThere,
    /// It was there, and is gone.
    Now,
}

/// The server could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// Another call could not be kept out.
    #[error("could not destroy the {server}")]
    Lock {
        /// The kind of the server.
        server: ServerKind,
        /// Why.
        source: LockError,
    },
    /// It could not be stopped first.
    #[error("could not stop the server before deleting it")]
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
            Self::Lock { source, .. } => source.hint(),
            Self::Stop { source } => source.hint(),
            Self::Delete { path, .. } => format!("use the account that owns `{}`", path.display()),
        }
    }
}

/// Destroys the server in this folder, while no other call creates, starts or stops it.
pub(crate) fn destroy_server(folder: &Path, server: ServerKind) -> Result<Destroyed, DestroyError> {
    if !is_there(&Layout::of(folder)) {
        return Ok(Destroyed::WasNotThere);
    }
    let layout = Layout::of(folder);
    let _lock =
        ServerLock::take(&layout, &mut |_| {}).map_err(|source| DestroyError::Lock { server, source })?;
    // The call that we waited for may have chosen another place for the cluster.
    destroy(&Layout::of(folder))?;
    Ok(Destroyed::Now)
}

/// Stops the server and deletes what this crate put into its folder; the folder too, when nothing else is in it.
pub(crate) fn destroy(layout: &Layout) -> Result<(), DestroyError> {
    watcher::end(layout);
    stop(layout, Manner::Immediate).map_err(|source| DestroyError::Stop { source })?;
    kill_leftovers(layout);
    let elsewhere = (layout.reachable != layout.root).then_some(&layout.reachable);
    for path in layout.everything() {
        delete(&path)?;
    }
    if let Some(elsewhere) = elsewhere {
        // Not recursively: the path comes out of a file.
        let _ = std::fs::remove_dir(elsewhere);
    }
    match std::fs::remove_dir(&layout.root) {
        // Another file is in it.
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        removed => accept_missing(&layout.root, removed),
    }
}

/// Deletes the data of a server that does not run, and nothing else.
pub(crate) fn delete_cluster(layout: &Layout) -> Result<(), DestroyError> {
    kill_leftovers(layout);
    delete(&layout.cluster())?;
    delete(&layout.unfinished_cluster())
}

fn kill_leftovers(layout: &Layout) {
    for pid in postmaster::leftovers(&layout.cluster()) {
        crate::stop::kill(pid);
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
