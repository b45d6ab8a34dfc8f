//! A problem as a person needs it: what was attempted, where, why, what is changed, what to do next.

use std::path::PathBuf;

use crate::exit_code::Outcome;

/// A place in a file, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least one.
    pub length: usize,
    /// The line itself.
    pub text: String,
}

/// Something that went wrong, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How the command ends.
    pub outcome: Outcome,
    /// What was attempted on what, and that it did not succeed.
    pub message: String,
    /// Where, when it is about a file.
    pub place: Option<Place>,
    /// Why: each cause of the one before it.
    pub causes: Vec<String>,
    /// What is and what is not changed.
    pub changed: Option<String>,
    /// What to do next. A command in backticks is written as `crosstrack <command>`; it is shown as the user calls it.
    pub hints: Vec<String>,
}

impl Problem {
    /// A problem from an error and its chain of causes.
    pub fn new(outcome: Outcome, error: &dyn std::error::Error) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        causes.dedup();
        Self { outcome, message: error.to_string(), place: None, causes, changed: None, hints: Vec::new() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if !hint.is_empty() {
            self.hints.push(hint);
        }
        self
    }

    /// Adds what is and what is not changed.
    #[must_use]
    pub fn changed(mut self, changed: impl Into<String>) -> Self {
        self.changed = Some(changed.into());
        self
    }

    /// Adds where it is.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn because(mut self, cause: Option<String>) -> Self {
        self.causes.extend(cause);
        self
    }
}

/// Text in which commands are written as the user calls the program: `cargo xtask db up`.
pub fn as_called(text: &str, program: &str) -> String {
    text.replace("`crosstrack ", &format!("`{program} "))
}
