//! Why there is no backup, or no way back from one.

use std::io;
use std::path::PathBuf;

use crosstrack_database::{ConnectError, MaintenanceError, QueryError};

/// Why there is no backup, or no way back from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A client program is not installed.
    #[error("cannot find `{program}`")]
    NoProgram {
        /// The program.
        program: &'static str,
    },
    /// Every client program that was found is older than the server, and would refuse.
    #[error("`{program}` is of version {version}, older than the server's {server_version}")]
    TooOld {
        /// The newest that was found.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The server's.
        server_version: String,
    },
    /// The client programs of this version cannot compress so.
    #[error("`pg_dump` {version} cannot compress with {compression}")]
    Compression {
        /// The program's version.
        version: String,
        /// What was asked for.
        compression: &'static str,
    },
    /// A file or a folder cannot be read or written.
    #[error("cannot {what} `{path}`")]
    File {
        /// `create`, `read`, `write`, `remove`.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is there already.
    #[error("`{path}` is there already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A program could not be run.
    #[error("cannot run `{program}`")]
    Run {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The password does not fit into a line of a password file.
    #[error("the password holds a line break, and no password file can")]
    PasswordLine,
    /// The password file cannot be written.
    #[error("cannot write a password file for `{program}`")]
    PasswordFile {
        /// The program.
        program: &'static str,
        /// What the operating system says.
        source: io::Error,
    },
    /// The run was asked to stop.
    #[error("stopped while `{program}` was running")]
    Stopped {
        /// The program.
        program: &'static str,
    },
    /// The run was asked to stop.
    #[error("stopped before the backup was whole")]
    Interrupted,
    /// A program ended with an error.
    #[error("`{program}` failed: {said}")]
    Failed {
        /// The program.
        program: &'static str,
        /// What it said.
        said: String,
    },
    /// The database could not be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A database could not be made or dropped.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceError),
    /// There is no backup of this database.
    #[error("there is no backup of `{database}` in `{folder}`")]
    None {
        /// The database.
        database: String,
        /// Where was looked.
        folder: PathBuf,
    },
    /// A backup without a manifest.
    #[error("`{path}` has no manifest beside it, so nobody can say whether it is whole")]
    NoManifest {
        /// The backup.
        path: PathBuf,
    },
    /// A manifest that cannot be read.
    #[error("the manifest `{path}` cannot be read: {reason}")]
    BadManifest {
        /// The manifest.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The file is not what its manifest says.
    #[error("`{path}` is not what was backed up: {what}")]
    Altered {
        /// The backup.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// The restored database is not what was backed up.
    #[error("what was restored is not what was backed up: {}", .differences.join(", "))]
    Differs {
        /// What differs.
        differences: Vec<String>,
    },
    /// A database of this name is there.
    #[error("there is a database `{name}` already")]
    DatabaseExists {
        /// Its name.
        name: String,
    },
    /// A run is under way in the database that would be replaced.
    #[error("a run holds the lock of the database `{name}`")]
    Locked {
        /// The database.
        name: String,
    },
    /// The table is not there, or not in the backup.
    #[error("the table `{table}` is not in {place}")]
    NoTable {
        /// The table.
        table: String,
        /// Where it was looked for.
        place: String,
    },
    /// Other rows would go or change with those of the table.
    #[error("the rows of `{table}` cannot be replaced alone: {} would lose or change rows with them", .others.join(", "))]
    NotAlone {
        /// The table.
        table: String,
        /// What depends on its rows.
        others: Vec<String>,
    },
    /// A backup that has not what the restore needs.
    #[error("`{path}` cannot be restored so: {reason}")]
    Unsuitable {
        /// The backup.
        path: PathBuf,
        /// Why not.
        reason: &'static str,
    },
}

impl BackupError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoProgram { .. } => {
                "install PostgreSQL's client programs: `apt-get install postgresql-client`, `dnf install postgresql` or \
                 `brew install libpq`"
            }
            Self::TooOld { .. } => "install client programs of the server's version or newer",
            Self::Compression { .. } => {
                "use `--compress gzip` or `none`, or client programs of version 16 or newer"
            }
            Self::File { .. } | Self::Run { .. } => "check the permissions, and that there is room",
            Self::Exists { .. } => "name another file with `--output`",
            Self::PasswordLine => "give the role a password without line breaks, or use a client certificate",
            Self::PasswordFile { .. } => {
                "make room in the folder for temporary files, or name another with TMPDIR"
            }
            Self::Stopped { .. } | Self::Interrupted => "run the same command again",
            Self::Failed { .. } => "mend what the program names, then try again",
            Self::None { .. } => "take one with `crosstrack backup`, or name a file",
            Self::NoManifest { .. } => "`--without-manifest` restores it unchecked",
            Self::BadManifest { .. } => {
                "bring it back as `crosstrack backup` wrote it, or restore with `--without-manifest`"
            }
            Self::Altered { .. } => {
                "use another backup: `crosstrack backup list` shows them, `crosstrack backup check --all` reads them"
            }
            Self::Differs { .. } => {
                "the new database was dropped again; look whether the server has the extensions and the room that the backup needs"
            }
            Self::DatabaseExists { .. } => "name another one, or drop that one first",
            Self::Locked { .. } => "wait for that run, then restore again",
            Self::NoTable { .. } => {
                "`crosstrack backup list` shows the backups; write the table as `schema.table`"
            }
            Self::NotAlone { .. } => {
                "restore the backup beside it with `--into`, and copy the rows that are wanted by hand"
            }
            Self::Unsuitable { .. } => "use a backup of the whole database in the custom format",
            Self::Query(_) | Self::Connect(_) | Self::Maintenance(_) => "",
        }
    }
}
