//! What a comparison finds. Plain data: it must not say what to do.

use std::time::Duration;

use crosstrack_catalog::{Change, Id};
use crosstrack_model::TrackName;

use crate::drift::basis::Basis;

/// One thing in which a database is not what its migrations make, or which is not sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub id: Id,
    /// What that is a part of.
    pub parent: Option<Id>,
    /// The track whose it is: who made it, or what it is a part of. `None`: nobody's.
    pub track: Option<TrackName>,
    /// What is found.
    pub what: What,
}

/// What is found of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is only in the database.
    Added {
        /// What it is like.
        found: String,
    },
    /// It is only in the replay.
    Missing {
        /// What it would be like.
        expected: String,
    },
    /// It is otherwise than in the replay.
    Changed {
        /// The attribute.
        attribute: String,
        /// Its text in the replay.
        expected: Option<String>,
        /// Its text in the database.
        found: Option<String>,
    },
    /// An index that the server does not use, or not keep up to date.
    Invalid {
        /// Its definition.
        found: String,
        /// Whether new rows still get into it.
        is_ready: bool,
    },
    /// A constraint that the rows from before it may break.
    Unvalidated {
        /// Its definition.
        found: String,
    },
    /// Another track's migration has added, changed or removed it.
    Touched {
        /// The other track.
        by: TrackName,
        /// How.
        change: Change,
    },
}

impl What {
    /// The word for JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Added { .. } => "added",
            Self::Missing { .. } => "missing",
            Self::Changed { .. } => "changed",
            Self::Invalid { .. } => "invalid",
            Self::Unvalidated { .. } => "unvalidated",
            Self::Touched { .. } => "touched",
        }
    }

    /// The attribute, where it is one that differs.
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::Changed { attribute, .. }
            | Self::Touched { change: Change::Changed { attribute, .. }, .. } => Some(attribute),
            _ => None,
        }
    }

    /// What it should be like.
    pub fn expected(&self) -> Option<&str> {
        match self {
            Self::Missing { expected } => Some(expected),
            Self::Changed { expected, .. } => expected.as_deref(),
            Self::Touched { change: Change::Changed { from, .. }, .. } => from.as_deref(),
            _ => None,
        }
    }

    /// What it is like.
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::Added { found } | Self::Invalid { found, .. } | Self::Unvalidated { found } => Some(found),
            Self::Changed { found, .. } => found.as_deref(),
            Self::Touched { change: Change::Changed { to, .. }, .. } => to.as_deref(),
            _ => None,
        }
    }
}

/// What is different and is not held against anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An extension has another version.
    ExtensionVersion {
        /// The extension.
        name: String,
        /// The version in the replay.
        expected: Option<String>,
        /// The version in the database.
        found: Option<String>,
    },
    /// The columns stand in another order, which no statement can mend.
    Reordered {
        /// The table or type.
        id: Id,
    },
    /// Something of which nothing but the name is compared.
    Unmodelled {
        /// Its name.
        name: String,
    },
}

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Drift {
    /// The findings, by track in the order of the settings, nobody's last.
    pub findings: Vec<Finding>,
    /// What is different and no drift.
    pub notes: Vec<Note>,
    /// What the comparison stands on.
    pub basis: Basis,
    /// The ignored names, each with how many things it ignores.
    pub ignored: Vec<(String, usize)>,
    /// Whether the replay was taken from an earlier one.
    pub from_cache: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Drift {
    /// How many findings are of this kind.
    pub fn count(&self, word: &str) -> usize {
        self.findings.iter().filter(|finding| finding.what.as_str() == word).count()
    }
}
