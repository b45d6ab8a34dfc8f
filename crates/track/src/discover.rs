//! Reading a folder of scripts: what every format has in common.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crosstrack_model::Migration;
use crosstrack_script::{DirectiveError, directives};

/// Why a folder is not what its ORM takes.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A script is not UTF-8.
    #[error("`{path}` is not UTF-8: the byte {byte:#04x} in line {line}")]
    NotUtf8 {
        /// The script.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The first byte that is not.
        byte: u8,
    },
    /// A script holds the one character that PostgreSQL has no place for.
    #[error("`{path}` holds a NUL character in line {line}")]
    Nul {
        /// The script.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A migration's name cannot be shown and recorded as it is.
    #[error("the name `{name}` in `{path}` {flaw}")]
    Name {
        /// The folder.
        path: PathBuf,
        /// The name, with what is wrong in it escaped.
        name: String,
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// A file or folder is in the way: the ORM would refuse it.
    #[error("`{path}` is not a migration of {tool}: {expected}")]
    NotAMigration {
        /// The file or folder.
        path: PathBuf,
        /// The ORM.
        tool: &'static str,
        /// What the ORM expects there.
        expected: &'static str,
    },
    /// The folder holds another tool's migrations.
    #[error("`{path}` holds no migrations of {tool}, but looks like a folder of {other}")]
    OtherTool {
        /// The folder.
        path: PathBuf,
        /// The tool of the track.
        tool: &'static str,
        /// The tool whose format it looks like.
        other: &'static str,
    },
    /// A migration's settings file is malformed.
    #[error("`{path}` is malformed: {reason}")]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        reason: String,
    },
    /// A `-- crosstrack:` comment says something that it cannot say.
    #[error("a directive in `{path}` is malformed")]
    Directive {
        /// The script.
        path: PathBuf,
        /// What is wrong.
        source: Box<DirectiveError>,
    },
}

impl DiscoverError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path in crosstrack.toml and the permissions of the file",
            Self::NotUtf8 { .. } => "save the file as UTF-8: PostgreSQL is sent UTF-8, and so would the ORM",
            Self::Nul { .. } => {
                "save the file as UTF-8: a file in UTF-16 has such characters between all others"
            }
            Self::Name { .. } | Self::NotAMigration { .. } => "rename it, or move it out of the folder",
            Self::OtherTool { .. } => "check the track's `adapter` and `path` in crosstrack.toml",
            Self::Metadata { .. } => "mend the file: the ORM ignores it silently and takes its defaults",
            Self::Directive { .. } => {
                "directives are `requires <track>/<version>`, `irreversible`, `lock_timeout <time>` and `allow <hazard>`"
            }
        }
    }
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name. What is not UTF-8 in it is replaced.
    pub name: String,
    /// Why it cannot be the name of a migration: nobody could read it, and a line break would forge a line of the story.
    pub flaw: Option<&'static str>,
    /// Whether it is a file itself, not a link to one.
    pub is_file: bool,
    /// Whether it is a link.
    pub is_link: bool,
}

/// A folder, read for an adapter, with the path as people wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// How it is shown.
    pub shown: &'a Path,
}

impl Folder<'_> {
    /// What is in the folder, sorted by name, without what starts with a dot.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn items(&self) -> Result<Vec<Item>, DiscoverError> {
        let unreadable = |source| DiscoverError::Unreadable { path: self.shown.to_owned(), source };
        let mut items = Vec::new();
        for entry in std::fs::read_dir(self.path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let flaw = flaw(&name);
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with('.') {
                let kind = entry.file_type().map_err(unreadable)?;
                items.push(Item { is_file: kind.is_file(), is_link: kind.is_symlink(), flaw, name });
            }
        }
        items.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(items)
    }

    /// Refuses something that would be a migration if its name were not flawed.
    ///
    /// # Errors
    /// When its name is flawed.
    pub fn check_name(&self, item: &Item) -> Result<(), DiscoverError> {
        let Some(flaw) = item.flaw else { return Ok(()) };
        Err(DiscoverError::Name {
            path: self.shown.to_owned(),
            name: item.name.escape_debug().to_string(),
            flaw,
        })
    }

    /// Whether there is a file of this name, or a link to one.
    pub fn has_file(&self, name: &str) -> bool {
        self.path.join(name).is_file()
    }

    /// Reads a script that may be absent.
    ///
    /// # Errors
    /// When it is there and cannot be read or is not UTF-8.
    pub fn read_if_there(&self, name: &str) -> Result<Option<String>, DiscoverError> {
        match self.read(name) {
            Ok(text) => Ok(Some(text)),
            Err(DiscoverError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a script.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8 or holds what no server takes.
    pub fn read(&self, name: &str) -> Result<String, DiscoverError> {
        let shown = self.shown.join(name);
        let bytes = read_plain_file(&self.path.join(name))
            .map_err(|source| DiscoverError::Unreadable { path: shown.clone(), source })?;
        match String::from_utf8(bytes) {
            Ok(text) => match text.find('\0') {
                None => Ok(text),
                Some(at) => Err(DiscoverError::Nul { path: shown, line: line_at(text.as_bytes(), at) }),
            },
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                Err(DiscoverError::NotUtf8 { path: shown, line: line_at(bytes, valid), byte: bytes[valid] })
            }
        }
    }

    /// The path of something in the folder, as it should be shown.
    pub fn shown(&self, name: &str) -> PathBuf {
        self.shown.join(name)
    }
}

fn flaw(name: &OsStr) -> Option<&'static str> {
    match name.to_str() {
        None => Some("is not UTF-8"),
        Some(name) if name.contains(char::is_control) => Some("holds a control character"),
        Some(_) => None,
    }
}

/// A pipe or a device in a script's place would be read for ever. A folder has its own error from the operating system.
fn read_plain_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, "it is not a plain file"));
    }
    std::fs::read(path)
}

/// The line of a byte, from 1.
fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at].split(|byte| *byte == b'\n').count()
}

/// Reads the directives at the head of the forward script into the migration.
///
/// # Errors
/// When one is malformed.
pub fn with_directives(mut migration: Migration) -> Result<Migration, DiscoverError> {
    migration.directives = directives(&migration.forward.sql).map_err(|source| DiscoverError::Directive {
        path: shown_path(&migration),
        source: Box::new(source),
    })?;
    Ok(migration)
}

/// Sorts migrations by version. Those of one version stay side by side: what stands wrong is for the standings to say, so that
/// everything else can still be looked at.
pub fn in_order(mut migrations: Vec<Migration>) -> Vec<Migration> {
    migrations
        .sort_by(|left, right| left.version.cmp(&right.version).then_with(|| left.label.cmp(&right.label)));
    migrations
}

fn shown_path(migration: &Migration) -> PathBuf {
    migration.forward.path.clone().unwrap_or_else(|| PathBuf::from(&migration.label))
}
