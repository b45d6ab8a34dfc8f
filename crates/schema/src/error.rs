//! Why there is no schema, or no way between two.

use std::path::PathBuf;

use crosstrack_alter::AlterError;
use crosstrack_catalog::{Difference, ReadError};
use crosstrack_database::{ConnectError, QueryError};
use crosstrack_shadow::ShadowError;

use crate::way::Direction;

/// Why there is no schema, or no way between two.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A file or a folder could not be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A snapshot could not be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Something else is in the file that a snapshot is to be written to.
    #[error("`{}` is there, and is no schema that `schema save` has written", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// A file is no snapshot.
    #[error("`{}` is no schema that `schema save` has written", path.display())]
    NoSnapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version wrote a snapshot, and writes facts otherwise.
    #[error("the schema `{}` has format {format}, and this version knows format {known}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The one that is known.
        known: u32,
    },
    /// A folder holds no SQL.
    #[error("there is no file that ends in `.sql` in `{}`", path.display())]
    NoScripts {
        /// The folder.
        path: PathBuf,
    },
    /// There is no shadow database, or a script fails there.
    #[error(transparent)]
    Shadow(#[from] ShadowError),
    /// A database could not be reached.
    #[error("cannot open a session")]
    Connect(#[from] ConnectError),
    /// A catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] ReadError),
    /// A database does not answer any more.
    #[error("cannot work on the shadow database")]
    Query(#[from] QueryError),
    /// No order of statements leads there.
    #[error(transparent)]
    Alter(#[from] AlterError),
    /// The statements do not lead there.
    #[error("no statements were found that {direction}")]
    Unproven {
        /// Which way.
        direction: Direction,
        /// What keeps them from it.
        unproven: Box<Unproven>,
    },
    /// A rename names something that is not there.
    #[error(transparent)]
    Rename(#[from] crate::rename::RenameError),
}

/// What keeps statements from leading where they should.
#[derive(Debug)]
pub enum Unproven {
    /// The server refuses one.
    Refused {
        /// The statement.
        statement: String,
        /// What the server says.
        source: QueryError,
    },
    /// They all run, and something else than what is wanted is there.
    Differs {
        /// What is still different.
        differences: Vec<Difference>,
    },
    /// They change rows, or leave a sequence behind its rows, and do not announce it.
    Rows {
        /// The changes, a sentence each.
        changes: Vec<String>,
    },
    /// The way back has to commit in between more often than a way is cut: a migration's way back is one transaction.
    Divided,
    /// The schema that they start from cannot be made on a shadow database.
    NoStart {
        /// What is missing there.
        differences: Vec<Difference>,
    },
}
