//! Versions of migrations, ordered as their own tool orders them, and references to them (`auth/20251019000000_init`).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::track::{InvalidTrackName, TrackName};

/// The version of a migration, as its ledger writes it.
///
/// Tools differ in their order: Diesel compares versions as text, sqlx as 64-bit integers (a 15-digit version comes last as
/// a number and in the middle as text). The constructor decides, so that no other code has to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    text: String,
    number: Option<i64>,
}

impl Version {
    /// A version that is ordered as text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), number: None }
    }

    /// A version that is ordered as a number.
    pub fn number(number: i64) -> Self {
        Self { text: number.to_string(), number: Some(number) }
    }

    /// The version as the ledger writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The version as a number, for tools whose versions are numbers.
    pub fn as_number(&self) -> Option<i64> {
        self.number
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.number, other.number) {
            (Some(mine), Some(theirs)) => mine.cmp(&theirs),
            _ => self.text.cmp(&other.text),
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

/// How people name a migration: `track/version` or `track/version_name`, in directives and in flags.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The track that the migration belongs to.
    pub track: TrackName,
    /// The version, or the version and the name, as they stand in the folder.
    pub migration: String,
}

/// A text that is not a reference.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidReference {
    /// There is no `/` between track and version.
    #[error("`{text}` does not name a migration: write <track>/<version>, for example `auth/20251019000000`")]
    NoTrack {
        /// The text as it was given.
        text: String,
    },
    /// The part before the `/` is no track name.
    #[error("`{text}` does not name a migration")]
    Track {
        /// The text as it was given.
        text: String,
        /// What is wrong with the track.
        source: InvalidTrackName,
    },
}

impl Reference {
    /// Whether the reference means the migration with this version and label (`<version>_<name>`).
    ///
    /// The version may be written as the ledger writes it or as the folder does (Diesel drops the dashes of
    /// `2017-08-31-120000`).
    pub fn means(&self, version: &Version, label: &str) -> bool {
        let written = self.migration.as_str();
        written == version.as_str() || written == label || label.split('_').next() == Some(written)
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((track, migration)) if !migration.is_empty() => {
                let track = track
                    .parse()
                    .map_err(|source| InvalidReference::Track { text: text.to_owned(), source })?;
                Ok(Self { track, migration: migration.to_owned() })
            }
            _ => Err(InvalidReference::NoTrack { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.track, self.migration)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, Version};

    #[test]
    fn numbers_are_ordered_as_numbers_and_texts_as_text() {
        assert!(Version::number(28) < Version::number(202_501_010_000_000));
        assert!(Version::number(9) < Version::number(28));
        assert!(Version::text("28") < Version::text("9"));
        assert!(Version::text("20170102") < Version::text("20170831"));
    }

    #[test]
    fn a_reference_means_a_migration_by_version_or_by_label() {
        let version = Version::text("20170831120000");
        for written in ["auth/20170831120000", "auth/2017-08-31-120000", "auth/2017-08-31-120000_add_users"] {
            let reference: Reference = written.parse().unwrap();
            assert!(reference.means(&version, "2017-08-31-120000_add_users"), "{written}");
        }
        let other: Reference = "auth/2017".parse().unwrap();
        assert!(!other.means(&version, "2017-08-31-120000_add_users"));
    }

    #[test]
    fn a_reference_without_a_track_says_how_to_write_it() {
        let error = "20170831".parse::<Reference>().unwrap_err();
        assert!(error.to_string().contains("<track>/<version>"), "{error}");
    }
}
