//! Why rows are not in the database.

use std::path::PathBuf;

use crosstrack_database::{ConnectError, QueryError, ServerError};

use crate::empty::TableRows;
use crate::mistake::FileMistake;
use crate::seed::SeedReport;

/// Why a file was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The table is not there.
    #[error("`{}` is for the table `{table}`, which does not exist", .file.display())]
    NoTable {
        /// The file.
        file: PathBuf,
        /// The table.
        table: String,
    },
    /// The file has a mistake that only the server could see.
    #[error("{mistake}")]
    Mistake {
        /// What and where.
        mistake: Box<FileMistake>,
        /// The server's words.
        source: Option<Box<ServerError>>,
    },
    /// The key is not unique in the table.
    #[error("the table `{table}` has no unique index on ({})", .key.join(", "))]
    NoUniqueIndex {
        /// The table.
        table: String,
        /// The key that is declared.
        key: Vec<String>,
    },
    /// Rows cannot be written into it.
    #[error("`{table}` cannot be seeded: it is {reason}")]
    NotWritable {
        /// The table.
        table: String,
        /// Why not.
        reason: &'static str,
    },
    /// A column that is to be numbered has a type that cannot be.
    #[error(
        "the column `{column}` of `{table}` cannot be numbered in copies: it is of the type `{data_type}`"
    )]
    NotNumbered {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// Tables that are not named refer to those that are to be emptied, and have rows.
    #[error("tables that are not seeded refer to those that `--fresh` empties, and have rows")]
    Referred {
        /// Those tables.
        tables: Vec<TableRows>,
    },
    /// `--fresh` is asked for, and there are views among the tables.
    #[error("`--fresh` cannot empty a view: `{}`", .views.join("`, `"))]
    FreshView {
        /// Those views.
        views: Vec<String>,
    },
    /// The server refused, or the connection broke.
    #[error("cannot load `{file}`")]
    Query {
        /// The file, or what stands for it.
        file: String,
        /// What happened.
        source: QueryError,
    },
    /// The tables could not be emptied.
    #[error("cannot empty the tables of the seeds")]
    Empty(#[source] QueryError),
    /// There is no session to work in.
    #[error("cannot open a session for the seeds")]
    Connect(#[from] ConnectError),
    /// Somebody asked to stop.
    #[error("stopped at `{file}`")]
    Stopped {
        /// The file that is not loaded.
        file: String,
    },
}

impl SeedError {
    /// Whether the same may succeed a moment later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Query { source, .. } | Self::Empty(source) => {
                let code = source.server_error().map(|server| server.code.as_str());
                source.is_broken_connection() || code.is_some_and(passes)
            }
            Self::Connect(source) => match source {
                ConnectError::Unreachable { .. }
                | ConnectError::TimedOut { .. }
                | ConnectError::Failed { .. } => true,
                // The server is starting up, or has no place yet.
                ConnectError::Refused { source, .. } => matches!(source.code.as_str(), "57P03" | "53300"),
                _ => false,
            },
            _ => false,
        }
    }
}

/// `serialization_failure`, `deadlock_detected`, `lock_not_available`.
fn passes(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "55P03")
}

/// A seeding that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct SeedFailure {
    /// What was done before: each file is a transaction of its own.
    pub report: SeedReport,
    /// What stopped it.
    pub source: SeedError,
}
