//! A copy of the project's migrations and settings, so that backups and other traces do not fall into the working tree.
//!
//! Must not change the project.

use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace;

/// The folders of the two tracks, as crosstrack.toml names them.
pub(super) const AUTH: &str = "auth-migrations";
pub(super) const CMS: &str = "cms-migrations";

/// The folder of the first migrations of the Diesel track: its program has no flag for a part of them.
pub(super) const FIRST_OF_AUTH: &str = "first-of-auth";

/// How many those are.
const FIRST: usize = 3;

/// The copy.
pub(super) struct Project {
    pub(super) folder: PathBuf,
}

impl Project {
    /// Copies what the three programs read; whatever was in the folder is gone.
    pub(super) fn copy(folder: &Path) -> Result<Self, Failure> {
        copy(&workspace::root(), folder).map_err(|error| {
            let what = "could not copy the migrations to target/interop/project";
            Failure::new(what, error.to_string(), "see that target/ can be written")
        })?;
        Ok(Self { folder: folder.to_path_buf() })
    }
}

fn copy(source: &Path, target: &Path) -> io::Result<()> {
    if target.exists() {
        std::fs::remove_dir_all(target)?;
    }
    for name in [AUTH, CMS] {
        copy_folder(&source.join(name), &target.join(name))?;
    }
    let mut folders = entries(&source.join(AUTH))?;
    folders.retain(|path| path.is_dir());
    for folder in folders.iter().take(FIRST) {
        copy_folder(folder, &target.join(FIRST_OF_AUTH).join(folder.file_name().unwrap_or_default()))?;
    }
    std::fs::copy(source.join("crosstrack.toml"), target.join("crosstrack.toml"))?;
    Ok(())
}

fn copy_folder(source: &Path, target: &Path) -> io::Result<()> {
    std::fs::create_dir_all(target)?;
    for path in entries(source)? {
        let copy = target.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &copy)?;
        } else {
            std::fs::copy(&path, copy)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
