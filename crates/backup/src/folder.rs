//! The folder of backups: which there are, whether they are sound, and which may go.
//!
//! Must not touch a file that has no manifest of ours beside it, or one of another database.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan as _};

use crate::error::BackupError;
use crate::manifest::Manifest;
use crate::take::size_and_checksum;

/// A backup of the folder.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub manifest: Manifest,
    /// Whether its size is what the manifest says.
    pub is_whole: bool,
}

impl Listed {
    /// Whether it can take the place of the database: whole, with every table and all rows.
    fn is_of_everything(&self) -> bool {
        self.is_whole && !self.manifest.schema_only && self.manifest.tables.is_empty()
    }
}

/// Which backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// For how many days.
    pub days: u32,
    /// How many of each environment are kept whatever their age, the newest of those from which everything can be restored.
    pub at_least: usize,
}

/// What a pruning did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The backups that went.
    pub removed: Vec<Listed>,
    /// How many stay.
    pub kept: usize,
}

/// The backups of a folder that have a manifest, the newest first. `database` for those of one database.
///
/// # Errors
/// When the folder is there and cannot be read.
pub fn list(folder: &Path, database: Option<&str>) -> Result<Vec<Listed>, BackupError> {
    let failed = |source| BackupError::File { what: "read", path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut backups = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        // A manifest's own name ends in `.json`, and it has none itself.
        if !Manifest::path(&path).is_file() || !path.is_file() {
            continue;
        }
        let Ok(manifest) = Manifest::read(&path) else { continue };
        if database.is_none_or(|database| manifest.database == database) {
            let is_whole = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() == manifest.bytes);
            backups.push(Listed { path, manifest, is_whole });
        }
    }
    backups.sort_by(|left, right| {
        right.manifest.taken_at.cmp(&left.manifest.taken_at).then_with(|| right.path.cmp(&left.path))
    });
    Ok(backups)
}

/// The newest backup of a whole database with its rows, and of this environment if one is named.
///
/// # Errors
/// When there is none.
pub fn newest(folder: &Path, database: &str, environment: Option<&str>) -> Result<Listed, BackupError> {
    let fits = |listed: &Listed| {
        listed.is_of_everything() && environment.is_none_or(|name| listed.manifest.environment == name)
    };
    list(folder, Some(database))?
        .into_iter()
        .find(fits)
        .ok_or_else(|| BackupError::None { database: database.to_owned(), folder: folder.to_owned() })
}

/// Holds a backup against its manifest: its size, and every byte of it.
///
/// # Errors
/// When there is no manifest, or the file is another.
pub fn check(backup: &Path) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(backup)?;
    let altered = |what: String| BackupError::Altered { path: backup.to_owned(), what };
    let (bytes, sha256) = size_and_checksum(backup).map_err(|source| BackupError::File {
        what: "read",
        path: backup.to_owned(),
        source,
    })?;
    if bytes != manifest.bytes {
        return Err(altered(format!("it has {bytes} bytes, and its manifest says {} bytes", manifest.bytes)));
    }
    if sha256 != manifest.sha256 {
        return Err(altered("its SHA-256 is not that of its manifest".into()));
    }
    Ok(manifest)
}

/// Removes what is older than a retention wants, of one database; nothing at all where `is_dry`.
///
/// # Errors
/// When a file cannot be removed.
pub fn prune(
    folder: &Path,
    database: &str,
    (retention, is_dry): (Retention, bool),
) -> Result<Kept, BackupError> {
    let backups = list(folder, Some(database))?;
    let oldest = Timestamp::now().checked_sub((24 * i64::from(retention.days)).hours()).ok();
    let is_old = |listed: &Listed| {
        let taken: Option<Timestamp> = listed.manifest.taken_at.parse().ok();
        taken.zip(oldest).is_some_and(|(taken, oldest)| taken < oldest)
    };
    let all = backups.len();
    let mut kept_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut is_spared = |listed: &Listed| {
        let kept = kept_of.entry(listed.manifest.environment.clone()).or_default();
        *kept += usize::from(listed.is_of_everything());
        listed.is_of_everything() && *kept <= retention.at_least
    };
    let removed: Vec<Listed> =
        backups.into_iter().filter(|listed| !is_spared(listed) && is_old(listed)).collect();
    for listed in removed.iter().filter(|_| !is_dry) {
        // The manifest goes last: a file without one is nobody's.
        for path in [&listed.path, &Manifest::path(&listed.path)] {
            std::fs::remove_file(path).map_err(|source| BackupError::File {
                what: "remove",
                path: path.clone(),
                source,
            })?;
        }
    }
    Ok(Kept { kept: all - removed.len(), removed })
}
