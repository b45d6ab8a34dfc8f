//! What can be wrong with a directive, where, and what to write instead.
//!
//! It must not render the line itself: [`Position`] carries it for whoever shows the error.

use crosstrack_model::InvalidReference;

use super::{DIRECTIVES, HAZARDS};
use crate::position::Position;

/// A directive that cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectiveError {
    /// Nothing follows `crosstrack:`.
    #[error("line {}, column {}: no directive follows `crosstrack:`", position.line, position.column)]
    Empty {
        /// The end of the prefix.
        position: Position,
    },
    /// There is no such directive.
    #[error("line {}, column {}: unknown directive `{word}`", position.line, position.column)]
    Unknown {
        /// Where the word stands.
        position: Position,
        /// The word.
        word: String,
        /// The directive that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The directive needs an argument.
    #[error("line {}, column {}: nothing follows `{directive}`", position.line, position.column)]
    MissingArgument {
        /// Where the directive stands.
        position: Position,
        /// The directive.
        directive: &'static str,
    },
    /// The directive takes no argument.
    #[error("line {}, column {}: `{directive}` stands alone", position.line, position.column)]
    UnexpectedArgument {
        /// Where the argument stands.
        position: Position,
        /// The directive.
        directive: &'static str,
    },
    /// `requires` something that is no reference.
    #[error("line {}, column {}: cannot require `{word}`", position.line, position.column)]
    Reference {
        /// Where the word stands.
        position: Position,
        /// The word.
        word: String,
        /// What is wrong with it.
        source: InvalidReference,
    },
    /// `lock_timeout` with something that is no duration, or with one that PostgreSQL does not take.
    #[error("line {}, column {}: `{argument}` is not a lock timeout", position.line, position.column)]
    Duration {
        /// Where the argument stands.
        position: Position,
        /// The argument.
        argument: String,
    },
    /// `lock_attempts` with something that is no number, or with one that is too small or too large.
    #[error("line {}, column {}: `{argument}` is not a number of attempts", position.line, position.column)]
    Number {
        /// Where the argument stands.
        position: Position,
        /// The argument.
        argument: String,
    },
    /// `allow` something that is no hazard.
    #[error("line {}, column {}: unknown hazard `{word}`", position.line, position.column)]
    UnknownHazard {
        /// Where the word stands.
        position: Position,
        /// The word.
        word: String,
        /// The hazard that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The directive was given before, with another meaning.
    #[error("line {}, column {}: a second `{directive}`", position.line, position.column)]
    Repeated {
        /// Where the second one stands.
        position: Position,
        /// The directive.
        directive: &'static str,
    },
}

impl DirectiveError {
    /// Where it stands, with the line's text.
    pub fn position(&self) -> &Position {
        match self {
            Self::Empty { position }
            | Self::Unknown { position, .. }
            | Self::MissingArgument { position, .. }
            | Self::UnexpectedArgument { position, .. }
            | Self::Reference { position, .. }
            | Self::Duration { position, .. }
            | Self::Number { position, .. }
            | Self::UnknownHazard { position, .. }
            | Self::Repeated { position, .. } => position,
        }
    }

    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { nearest: Some(nearest), .. }
            | Self::UnknownHazard { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?")
            }
            Self::Empty { .. } | Self::Unknown { .. } => format!("the directives are {}", listed(DIRECTIVES)),
            Self::UnknownHazard { .. } => format!("the hazards are {}", listed(HAZARDS)),
            Self::MissingArgument { directive, .. } => format!("write for example `{}`", example(directive)),
            Self::UnexpectedArgument { .. } => "write the reason as a comment on a line of its own".into(),
            Self::Reference { .. } => {
                "write <track>/<version>, for example `auth/20251019000000_init`".into()
            }
            Self::Duration { .. } => {
                "write a number and `ms`, `s` or `min`, for example `2s`; from 1ms to 35791min".into()
            }
            Self::Number { .. } => "write one whole number from 1 to 100".into(),
            Self::Repeated { .. } => "keep one of the two".into(),
        }
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn example(directive: &str) -> &'static str {
    match directive {
        super::REQUIRES => "-- crosstrack: requires auth/20251019000000_init",
        super::LOCK_TIMEOUT => "-- crosstrack: lock_timeout 2s",
        super::LOCK_ATTEMPTS => "-- crosstrack: lock_attempts 10",
        _ => "-- crosstrack: allow data-loss",
    }
}
