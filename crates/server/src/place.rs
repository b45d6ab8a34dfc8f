//! Finding a place that the server's process can reach.
//!
//! Must not choose another place than the caller's unless root has to switch to an account that cannot enter it.

use std::io;
use std::path::{Path, PathBuf};

use crate::RecordError;
use crate::identity::Identity;
use crate::layout::Layout;

/// The server's process would not be able to reach its files.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A folder or file cannot be prepared for the account that runs the server.
    #[error("could not prepare `{}` for the account that runs the server", path.display())]
    Prepare {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A cluster from earlier is behind a folder that the account cannot enter.
    #[error("the account that runs the server cannot reach the cluster in `{}`", cluster.display())]
    OutOfReach {
        /// The data directory.
        cluster: PathBuf,
    },
    /// The folder in the shared place is somebody else's.
    #[error("the folder `{}` belongs to another user", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// The place cannot be remembered.
    #[error("could not remember where the cluster is")]
    Record {
        /// Why.
        source: RecordError,
    },
}

impl PlaceError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::OutOfReach { .. } => {
                "let others pass the folders above it (`chmod o+x`), or delete the cluster with `db server destroy`"
                    .to_owned()
            }
            Self::Foreign { path } => format!("remove `{}`", path.display()),
            Self::Prepare { .. } | Self::Record { .. } => "choose a folder that every user can pass".to_owned(),
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn within_reach(layout: Layout, _: &Identity) -> Result<Layout, PlaceError> {
    Ok(layout)
}

#[cfg(not(unix))]
pub(crate) fn cache_within_reach(cache: &Path, _: &Identity) -> Result<PathBuf, PlaceError> {
    Ok(cache.to_path_buf())
}

#[cfg(unix)]
pub(crate) use unix::{cache_within_reach, within_reach};

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::MetadataExt as _;

    use super::{Identity, Layout, Path, PathBuf, PlaceError, io};
    use crate::record;

    /// Every user can pass it, and it is not emptied at a restart.
    const SHARED: &str = "/var/tmp";

    /// The layout, with the cluster where `identity` can reach it and belonging to it.
    pub(crate) fn within_reach(layout: Layout, identity: &Identity) -> Result<Layout, PlaceError> {
        if identity.can_reach(&layout.reachable) {
            for path in [layout.cluster(), layout.socket_directory()].iter().filter(|path| path.exists()) {
                identity.take_over(path).map_err(|source| prepare(path, source))?;
            }
            return Ok(layout);
        }
        if layout.cluster().exists() {
            return Err(PlaceError::OutOfReach { cluster: layout.cluster() });
        }
        let elsewhere = Path::new(SHARED).join(format!("crosstrack-{}", layout.fingerprint()));
        make_own_folder(&elsewhere)?;
        record::write(&layout.elsewhere(), &format!("{}\n", elsewhere.display()))
            .map_err(|source| PlaceError::Record { source })?;
        Ok(Layout { reachable: elsewhere, ..layout })
    }

    /// The caller's cache, or one in the shared place when `identity` could not run programs from there.
    pub(crate) fn cache_within_reach(cache: &Path, identity: &Identity) -> Result<PathBuf, PlaceError> {
        std::fs::create_dir_all(cache).map_err(|source| prepare(cache, source))?;
        if identity.can_reach(cache) {
            return Ok(cache.to_path_buf());
        }
        let shared = Path::new(SHARED).join("crosstrack-cache");
        make_own_folder(&shared)?;
        Ok(shared)
    }

    /// A folder in a place where everybody may make one must not have been made by another user.
    fn make_own_folder(path: &Path) -> Result<(), PlaceError> {
        match std::fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(prepare(path, error)),
            _ => {}
        }
        let metadata = path.symlink_metadata().map_err(|source| prepare(path, source))?;
        if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(PlaceError::Foreign { path: path.to_path_buf() });
        }
        record::restrict(path, 0o711).map_err(|source| prepare(path, source))
    }

    fn prepare(path: &Path, source: io::Error) -> PlaceError {
        PlaceError::Prepare { path: path.to_path_buf(), source }
    }
}
