//! What a backup is, in a file beside it: `<backup>.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::BackupError;

/// The version of the manifest's shape. A reader refuses a newer one.
const FORMAT: u32 = 1;

/// What a backup is of, and by what it is known again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this shape.
    pub format: u32,
    /// The version of crosstrack.
    pub tool_version: String,
    /// The database.
    pub database: String,
    /// The server's version.
    pub server_version: String,
    /// The environment.
    pub environment: String,
    /// When it was begun, in UTC.
    pub taken_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The form of the file.
    pub form: Form,
    /// How it is compressed.
    pub compression: Compression,
    /// Whether it has no rows.
    pub schema_only: bool,
    /// The tables that it is of; empty for all.
    pub tables: Vec<String>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// The rows of each table when it was taken.
    pub rows: Vec<TableRows>,
    /// How many objects of each kind there were.
    pub objects: Vec<(String, u64)>,
    /// What the ledgers said.
    pub tracks: Vec<TrackVersions>,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table, as SQL text.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// What a ledger said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackVersions {
    /// The track.
    pub track: String,
    /// How many migrations were applied.
    pub applied: u64,
    /// The newest.
    pub newest: Option<String>,
}

/// The form of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// `pg_dump`'s own.
    Custom,
    /// SQL.
    Plain,
}

/// How a backup is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip.
    Gzip,
    /// Zstandard, which needs client programs of version 16.
    Zstd,
    /// Not at all.
    None,
}

impl Compression {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::None => "none",
        }
    }
}

impl Manifest {
    /// The version of the shape that this program writes.
    pub(crate) const FORMAT: u32 = FORMAT;

    /// Where the manifest of a backup is.
    pub fn path(backup: &Path) -> PathBuf {
        let mut name = backup.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(backup: &Path) -> Result<Self, BackupError> {
        let path = Self::path(backup);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && backup.exists() => {
                return Err(BackupError::NoManifest { path: backup.to_owned() });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(BackupError::File { what: "read", path: backup.to_owned(), source: error });
            }
            Err(source) => return Err(BackupError::File { what: "read", path, source }),
        };
        let bad = |reason: String| BackupError::BadManifest { path: path.clone(), reason };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if manifest.format > FORMAT {
            return Err(bad(format!("its format is {}, and this version knows {FORMAT}", manifest.format)));
        }
        Ok(manifest)
    }

    /// Writes it beside a backup, whole or not at all.
    pub(crate) fn write(&self, backup: &Path) -> Result<(), BackupError> {
        let path = Self::path(backup);
        let failed = |source| BackupError::File { what: "write", path: path.clone(), source };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map(drop).map_err(|error| failed(error.error))
    }
}
