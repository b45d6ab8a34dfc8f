//! The name of a track.

use std::fmt;
use std::str::FromStr;

/// The name of a track as `crosstrack.toml` declares it: lower-case letters, digits, `-` and `_`, starting with a letter.
///
/// It stands in directives (`requires auth/...`), in flags and in the journal, so it holds nothing that would need quoting.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackName(String);

/// A text that is not a track's name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{name}` is not a track name: a letter a-z, then letters, digits, `-` or `_`, at most 63 characters"
)]
pub struct InvalidTrackName {
    /// The text as it was given.
    pub name: String,
}

impl TrackName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TrackName {
    type Err = InvalidTrackName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let starts_with_letter = name.starts_with(|first: char| first.is_ascii_lowercase());
        let is_plain =
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if starts_with_letter && is_plain && name.len() <= 63 {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidTrackName { name: name.to_owned() })
        }
    }
}

impl fmt::Display for TrackName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::TrackName;

    #[test]
    fn a_track_name_needs_no_quoting_anywhere() {
        for good in ["auth", "cms", "cms-2", "a_b"] {
            assert_eq!(good.parse::<TrackName>().unwrap().as_str(), good);
        }
        for bad in ["", "Auth", "2cms", "a b", "a/b", "a'b", "ä", "-a"] {
            assert!(bad.parse::<TrackName>().is_err(), "{bad:?} was accepted");
        }
    }
}
