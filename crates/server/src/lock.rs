//! One call at a time creates, starts, stops or destroys a server.
//!
//! Must not be taken for reading: [`crate::DevelopmentServer::status`] goes without.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::Progress;
use crate::layout::Layout;

/// The lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The folder cannot be made or written.
    #[error("could not write to the server's folder `{}`", path.display())]
    Folder {
        /// The folder, or the lock's file in it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system refused the lock.
    #[error("could not lock `{}`", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl LockError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Folder { .. } => {
                "choose a folder that you can write to, or change this one's owner".to_owned()
            }
            Self::Lock { .. } => "choose a folder on a local file system".to_owned(),
        }
    }
}

/// Held until dropped; the system releases it when the process dies.
#[derive(Debug)]
pub(crate) struct ServerLock {
    #[expect(dead_code, reason = "held for its lock")]
    file: File,
}

impl ServerLock {
    /// Makes the server's folder when it is missing, and waits for another call's lock to be released.
    pub(crate) fn take(layout: &Layout, progress: &mut dyn FnMut(Progress)) -> Result<Self, LockError> {
        loop {
            let path = layout.lock();
            let file = open(&layout.root, &path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    progress(Progress::WaitingForAnotherCall);
                    file.lock().map_err(|source| LockError::Lock { path: path.clone(), source })?;
                }
                Err(TryLockError::Error(source)) => return Err(LockError::Lock { path, source }),
            }
            // The call that we waited for may have destroyed the folder: then this is the lock of a deleted file.
            if is_still_at(&file, &path) {
                return Ok(Self { file });
            }
        }
    }
}

fn open(folder: &Path, path: &Path) -> Result<File, LockError> {
    let refused = |path: &Path, source| LockError::Folder { path: path.to_path_buf(), source };
    std::fs::create_dir_all(folder).map_err(|source| refused(folder, source))?;
    match OpenOptions::new().create(true).truncate(false).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => open(folder, path),
        opened => opened.map_err(|source| refused(path, source)),
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => held.dev() == named.dev() && held.ino() == named.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}
