//! What `down` may do to a track.

use std::fmt;
use std::str::FromStr;

/// The rollback policy of a track, from the most permissive to the strictest.
///
/// The order is meant: an environment may only tighten a track's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RollbackPolicy {
    /// Runs the backward script.
    Automatic,
    /// Takes and checks a backup, then runs the backward script.
    Backup,
    /// Touches nothing and prints the exact steps.
    Manual,
    /// Refuses: the way is a new migration.
    Forbidden,
}

impl RollbackPolicy {
    /// Every policy, from the most permissive to the strictest.
    pub const ALL: [Self; 4] = [Self::Automatic, Self::Backup, Self::Manual, Self::Forbidden];

    /// The word in `crosstrack.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Backup => "backup",
            Self::Manual => "manual",
            Self::Forbidden => "forbidden",
        }
    }
}

impl FromStr for RollbackPolicy {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word).ok_or(())
    }
}

impl fmt::Display for RollbackPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
