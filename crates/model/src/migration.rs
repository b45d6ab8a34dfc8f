//! A migration as its files describe it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::checksum::Checksum;
use crate::version::{Reference, Version};

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The forward script: `up`.
    Up,
    /// The backward script: `down`.
    Down,
}

impl Direction {
    /// The word for flags, the journal and JSON: `up` or `down`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// One SQL script of a migration, read once: what is shown is what is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Where the script stands, as it should be shown to a person. `None` when it comes from the journal.
    pub path: Option<PathBuf>,
    /// The text as it is in the file.
    pub sql: String,
    /// Whether the tool runs the script and the ledger row in one transaction.
    pub transactional: bool,
    /// The fingerprint of the text.
    pub checksum: Checksum,
}

impl Script {
    /// A script with its checksum.
    pub fn new(path: Option<PathBuf>, sql: String, transactional: bool) -> Self {
        let checksum = Checksum::of(&sql);
        Self { path, sql, transactional, checksum }
    }
}

/// What the `-- crosstrack: ...` comments at the head of a script say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// `requires auth/20251019000000_init`: what must be applied before.
    pub requires: Vec<Reference>,
    /// `irreversible`: the migration has no way back, on purpose.
    pub irreversible: bool,
    /// `lock_timeout 2s`: how long a statement of this migration may wait for a lock.
    pub lock_timeout: Option<Duration>,
    /// `lock_attempts 10`: how often a statement of this migration is tried that does not get its locks.
    pub lock_attempts: Option<usize>,
    /// `allow data-loss` and the like: hazards that the author accepts.
    pub allow: Vec<String>,
}

/// A migration on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The version, as the ledger writes it.
    pub version: Version,
    /// The name, as the ledger writes it or as a person would say it.
    pub name: String,
    /// Version and name as they stand in the folder: `20251019000000_init`.
    pub label: String,
    /// The way forward.
    pub forward: Script,
    /// The way back, if there is one.
    pub backward: Option<Script>,
    /// Another backward script of the same version: the tool would run both, and the ledger has one row.
    pub second_backward: Option<PathBuf>,
    /// The directives of the forward script.
    pub directives: Directives,
    /// The checksums by which the tool's own ledger may know the forward script: first the one that it would write now, then
    /// those of the same script with other line endings, with or without a byte-order mark. Empty when the ledger keeps none.
    pub ledger_checksums: Vec<Vec<u8>>,
    /// The checksums of other scripts that the track's settings accept in the ledger.
    pub alternate_checksums: Vec<Vec<u8>>,
}

impl Migration {
    /// Whether a ledger row with this checksum is about this script, or about one that the settings accept in its place.
    pub fn is_known_by(&self, recorded: &[u8]) -> bool {
        self.ledger_checksums.iter().chain(&self.alternate_checksums).any(|known| known == recorded)
    }

    /// Whether the tool would take this script for another one only because of its line endings or a byte-order mark.
    pub fn is_known_by_other_line_endings(&self, recorded: &[u8]) -> bool {
        let is_alternate = self.alternate_checksums.iter().any(|known| known == recorded);
        !is_alternate && self.ledger_checksums.iter().skip(1).any(|known| known == recorded)
    }
}
