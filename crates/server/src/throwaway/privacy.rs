//! Keeping other users out of a throwaway server's folder: its socket asks for no password.
//!
//! Must not take over a folder that another user made or could have put something into.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of a server is not this user's alone.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The folder cannot be made or restricted.
    #[error("could not prepare the server's folder `{}`", path.display())]
    Prepare {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or a link is in its place.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder belongs to another user.
    #[error("the folder `{}` belongs to another user (number {owner})", path.display())]
    OtherOwner {
        /// The folder.
        path: PathBuf,
        /// The number of that user.
        owner: u32,
    },
    /// Other users can write to the folder.
    #[error("other users can write to the folder `{}` (mode {mode:o})", path.display())]
    WritableByOthers {
        /// The folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

impl PrivacyError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Prepare { .. } => {
                "make room on the disk, or choose a folder that you can write to".to_owned()
            }
            Self::NotAFolder { path }
            | Self::OtherOwner { path, .. }
            | Self::WritableByOthers { path, .. } => {
                format!("remove `{}`, or choose another folder", path.display())
            }
        }
    }
}

/// Makes the folder when it is missing; one that exists must be this user's, and becomes this user's alone.
#[cfg(unix)]
pub(crate) fn make_private(folder: &Path) -> Result<(), PrivacyError> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

    let prepare = |source| PrivacyError::Prepare { path: folder.to_path_buf(), source };
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent).map_err(prepare)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(prepare(error)),
        _ => {}
    }
    // Of the link itself: another user could have made it lead to a folder of ours.
    let metadata = folder.symlink_metadata().map_err(prepare)?;
    if !metadata.is_dir() {
        return Err(PrivacyError::NotAFolder { path: folder.to_path_buf() });
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(PrivacyError::OtherOwner { path: folder.to_path_buf(), owner: metadata.uid() });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o022 != 0 {
        return Err(PrivacyError::WritableByOthers { path: folder.to_path_buf(), mode });
    }
    crate::record::restrict(folder, 0o700).map_err(prepare)
}

#[cfg(not(unix))]
pub(crate) fn make_private(folder: &Path) -> Result<(), PrivacyError> {
    std::fs::create_dir_all(folder)
        .map_err(|source| PrivacyError::Prepare { path: folder.to_path_buf(), source })
}
