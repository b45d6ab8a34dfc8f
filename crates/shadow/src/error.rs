//! Why there is no shadow database, or why the work on one came to no end.
//!
//! It does nothing itself.

use std::path::PathBuf;

use crosstrack_catalog::ReadError;
use crosstrack_database::{ConnectError, LockError, QueryError};
use crosstrack_engine::{ExecuteError, InspectError, PlanError};
use crosstrack_script::SplitError;
use crosstrack_server::{FindError, StartError};

/// Why there is no shadow database, or why the work on one came to no end.
#[derive(Debug, thiserror::Error)]
pub enum ShadowError {
    /// The target could not be reached to see what a shadow database has to be like.
    #[error("cannot reach the target database")]
    Target(#[source] ConnectError),
    /// The target's server is to be used, and no target is named.
    #[error("no database is named, and the settings use the target's server as the shadow server")]
    NoTarget,
    /// This machine has no PostgreSQL server programs.
    #[error("no shadow server: this machine has no PostgreSQL server programs")]
    NoPrograms,
    /// The named folder does not hold usable PostgreSQL server programs.
    #[error(transparent)]
    Programs(FindError),
    /// All PostgreSQL server programs are older than the target.
    #[error("no shadow server: the PostgreSQL programs in `{}` are of version {version}, older than the target's {major}", directory.display())]
    OldPrograms {
        /// The folder of the newest.
        directory: PathBuf,
        /// Their version.
        version: String,
        /// The major version of the target.
        major: u32,
    },
    /// The private server does not start.
    #[error("cannot start the shadow server")]
    Start(#[source] Box<StartError>),
    /// The shadow server does not answer.
    #[error("cannot reach the shadow server")]
    Connect(#[source] ConnectError),
    /// The named shadow server is the server of the target database.
    #[error("the shadow server named by {origin} is the server of the target database")]
    IsTarget {
        /// The source that names it.
        origin: String,
    },
    /// The user of the shadow server lacks the right.
    #[error("the user `{user}` may not create a shadow database")]
    NotAllowed {
        /// The user.
        user: String,
        /// The server's answer.
        source: QueryError,
    },
    /// The shadow server refused for another reason.
    #[error("cannot create a shadow database")]
    Refused(#[source] QueryError),
    /// A shadow database could not be dropped.
    #[error("cannot drop the shadow database `{name}`")]
    Left {
        /// Its name.
        name: String,
        /// The server's answer.
        source: QueryError,
    },
    /// A database cannot be replaced by a copy.
    #[error("another session is connected to the database `{name}`")]
    InUse {
        /// Its name.
        name: String,
    },
    /// A database was changed in the moment before a copy took its place.
    #[error("the database was changed in the last moment{}", .kept.as_ref().map_or_else(String::new, |name| format!("; as it was then, it is kept as `{name}`")))]
    Changed {
        /// Its name, where it could not get its own back.
        kept: Option<String>,
    },
    /// A script may do something that a shadow database does not keep apart.
    #[error("`{reference}` {reach}, so it is not tried")]
    Beyond {
        /// The migration, or the file.
        reference: String,
        /// The effect that it may have.
        reach: &'static str,
        /// The script.
        path: Option<PathBuf>,
    },
    /// A file that prepares shadow databases may do something that they do not keep apart.
    #[error("`{}`, which prepares shadow databases, {reach}, so it is not run", path.display())]
    BeyondPrepare {
        /// The file.
        path: PathBuf,
        /// The effect that it may have.
        reach: &'static str,
    },
    /// A file of SQL could not be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A file of SQL could not be split into statements.
    #[error("cannot read the statements of `{}`", path.display())]
    Split {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: SplitError,
    },
    /// The shadow server does not accept a statement of a file.
    #[error("the shadow server refuses a statement of `{}`", path.display())]
    Statement {
        /// The file.
        path: PathBuf,
        /// The line at which the statement starts, from 1.
        line: usize,
        /// The first line of the statement.
        statement: String,
        /// The server's answer.
        source: QueryError,
    },
    /// The lock of the shadow database was not to be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A database could not be inspected.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// A database does not answer any more.
    #[error("lost the connection to a database")]
    Query(#[from] QueryError),
    /// A catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] ReadError),
    /// The migrations contradict each other, or the selection names nothing.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A migration failed, or the run was stopped.
    #[error(transparent)]
    Execute(Box<ExecuteError>),
}
