//! Scripts that only psql could run: its own commands, and data after `COPY ... FROM stdin`.
//!
//! It must not judge SQL: what is merely wrong is the server's to refuse.

use crate::position::{Position, position_of_byte};
use crate::scanner::Scanner;
use crate::token::{Kind, Token, significant_tokens};

/// A script that cannot be taken apart into statements for a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A line starts with a backslash: a command for psql.
    #[error("line {} is a command of psql, not SQL: `{}`", position.line, position.text.trim())]
    PsqlCommand {
        /// Where the backslash stands.
        position: Position,
    },
    /// A `COPY` that expects its data from the client, as a dump writes it.
    #[error("line {} copies data from the script itself, which only psql can do: `{}`", position.line, position.text.trim())]
    CopyFromStdin {
        /// Where the statement starts.
        position: Position,
    },
}

impl SplitError {
    /// Where it stands.
    pub fn position(&self) -> &Position {
        match self {
            Self::PsqlCommand { position } | Self::CopyFromStdin { position } => position,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::PsqlCommand { .. } => {
                "remove the line or write it as SQL; in a dump made by pg_dump, leave out what starts with a backslash"
            }
            Self::CopyFromStdin { .. } => {
                "write the rows as INSERT statements (`pg_dump --inserts` does), or load them outside the migration"
            }
        }
    }
}

/// The first thing in the script that only psql could do.
pub(crate) fn first_refusal(sql: &str) -> Option<SplitError> {
    let mut scanner = Scanner::default();
    let mut progress = Progress::Start;
    for token in significant_tokens(sql) {
        if token.kind == Kind::Backslash && is_first_of_its_line(sql, token.start) {
            return Some(SplitError::PsqlCommand { position: position_of_byte(sql, token.start) });
        }
        if scanner.separates(&token) {
            progress = Progress::Start;
        } else if !scanner.is_in_parentheses() {
            progress = progress.next(&token);
        }
        if let Progress::FromStdin { start } = progress {
            return Some(SplitError::CopyFromStdin { position: position_of_byte(sql, start) });
        }
    }
    None
}

/// How much of `COPY ... FROM STDIN` the statement has said so far.
#[derive(Clone, Copy)]
enum Progress {
    Start,
    Copy { start: usize },
    From { start: usize },
    FromStdin { start: usize },
    SomethingElse,
}

impl Progress {
    fn next(self, token: &Token<'_>) -> Self {
        match self {
            Self::Start if token.is("copy") => Self::Copy { start: token.start },
            Self::Copy { start } | Self::From { start } if token.is("from") => Self::From { start },
            Self::From { start } if token.is("stdin") => Self::FromStdin { start },
            Self::Copy { start } | Self::From { start } => Self::Copy { start },
            Self::Start | Self::FromStdin { .. } | Self::SomethingElse => Self::SomethingElse,
        }
    }
}

fn is_first_of_its_line(sql: &str, offset: usize) -> bool {
    let before = sql[..offset].trim_end_matches([' ', '\t', '\u{feff}']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}
