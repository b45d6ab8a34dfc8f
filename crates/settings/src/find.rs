//! Where `crosstrack.toml` and `.env` are looked for.
//!
//! It must not open what it finds.

use std::path::{Path, PathBuf};

/// The name of the settings file.
pub(crate) const SETTINGS_FILE: &str = "crosstrack.toml";

/// The settings file in a folder or above it, up to the root of the repository, the home folder or the border of the file system.
pub(crate) fn settings_file(start: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let device = device(start);
    for folder in start.ancestors() {
        if self::device(folder) != device {
            return None;
        }
        let candidate = folder.join(SETTINGS_FILE);
        // A folder of that name is a mistake to be told, not to be passed over for a file further up.
        if candidate.is_file() || candidate.is_dir() {
            return Some(candidate);
        }
        // A file above the repository or the home folder belongs to something else.
        if folder.join(".git").exists() || home == Some(folder) {
            return None;
        }
    }
    None
}

/// `.env` in a folder or above it, up to the folder of the settings file. A folder that is not below that one is looked at
/// alone.
pub(crate) fn environment_file(start: &Path, root: &Path) -> Option<PathBuf> {
    let levels = start.strip_prefix(root).map_or(1, |below| below.components().count() + 1);
    start.ancestors().take(levels).map(|folder| folder.join(".env")).find(|file| file.is_file())
}

/// The file system of a folder; none where the system does not say.
#[cfg(unix)]
fn device(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;

    folder.metadata().ok().map(|metadata| metadata.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}
