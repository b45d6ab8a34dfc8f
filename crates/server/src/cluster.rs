//! Making a cluster: `initdb`, the settings, the role's password and the default database.
//!
//! Must not leave half a cluster under the final name: all is done beside it, and the last step is a rename.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::launch::{self, ServerProcess};
use crate::layout::Layout;
use crate::process::Program;
use crate::{Password, ProcessError, RecordError, Version, record};

/// The role of the development server. Not `crosstrack`: PostgreSQL's default search path begins with the schema of the
/// user's name, and that one is the journal's.
pub(crate) const ROLE: &str = "developer";

/// What `initdb` may take on a busy machine.
const LIMIT: Duration = Duration::from_mins(2);

/// What a developer may want to change later; what must hold is given on the command line of each start.
const SETTINGS: &str = "
# crosstrack's development server. Where it listens is decided at each start, not here.
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
max_connections = 200
";

/// A cluster could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A folder or file could not be made.
    #[error("could not prepare `{}`", path.display())]
    Prepare {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no random numbers.
    #[error("could not make a password")]
    Password {
        /// What the system said.
        source: getrandom::Error,
    },
    /// A program could not be run to its end.
    #[error("could not create a cluster in `{}`", cluster.display())]
    Run {
        /// The data directory.
        cluster: PathBuf,
        /// Which, and why.
        source: ProcessError,
    },
    /// A program failed.
    #[error("could not create a cluster in `{}`: {program} said: {said}", cluster.display())]
    Failed {
        /// The data directory.
        cluster: PathBuf,
        /// The program that failed.
        program: &'static str,
        /// What it said about it.
        said: String,
    },
    /// The password cannot be remembered.
    #[error("could not remember the password of a new cluster")]
    Record {
        /// Why.
        source: RecordError,
    },
}

impl CreateError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Prepare { .. } | Self::Record { .. } => {
                "make room on the disk, or choose a folder that you can write to"
            }
            Self::Password { .. } => "the system's random number generator does not work",
            Self::Run { source: ProcessError::TooLong { .. }, .. } => {
                "try again when the machine is less busy"
            }
            Self::Failed { said, .. } if said.contains(FULL_DISK) => {
                "make room on the disk, or choose a folder on another one"
            }
            Self::Run { .. } | Self::Failed { .. } => {
                "choose other PostgreSQL programs with `--pg-bin`, or name a database with `DATABASE_URL`"
            }
        }
        .to_owned()
    }
}

/// What the C library calls `ENOSPC`, in the locale that programs are given here.
const FULL_DISK: &str = "No space left on device";

/// Makes the cluster of a development server: with a password that no argument holds, and a default database.
pub(crate) fn create_for_development(process: &ServerProcess<'_>) -> Result<(), CreateError> {
    let new = NewCluster(process);
    let unfinished = process.layout.unfinished_cluster();
    let password = generate_password()?;
    new.initialize(&unfinished, &[])?;
    append_settings(&unfinished).map_err(|source| prepare(&unfinished, source))?;
    new.set_up(&unfinished, &password)?;
    new.finish(&password)
}

/// Makes the cluster of a throwaway server: `initdb` alone, which reads the password from a file.
pub(crate) fn create_throwaway(process: &ServerProcess<'_>) -> Result<(), CreateError> {
    let new = NewCluster(process);
    let password = generate_password()?;
    let file = process.layout.password_for_initdb();
    record::write(&file, password.expose()).map_err(|source| CreateError::Record { source })?;
    process.identity.take_over(&file).map_err(|source| prepare(&file, source))?;
    let initialized =
        new.initialize(&process.layout.unfinished_cluster(), &[OsStr::new("--pwfile"), file.as_os_str()]);
    let deleted = std::fs::remove_file(&file).map_err(|source| prepare(&file, source));
    initialized.and(deleted)?;
    new.finish(&password)
}

/// The major version of the programs that made this cluster, when there is one.
pub(crate) fn major_version(layout: &Layout) -> Option<u32> {
    std::fs::read_to_string(layout.cluster().join("PG_VERSION")).ok()?.trim_end().parse().ok()
}

struct NewCluster<'a>(&'a ServerProcess<'a>);

impl NewCluster<'_> {
    /// Runs `initdb` with the first locale that this system knows.
    fn initialize(&self, cluster: &Path, options: &[&OsStr]) -> Result<(), CreateError> {
        let initdb = self.0.binaries.program("initdb");
        let mut said = String::new();
        for locale in locales(self.0.binaries.version) {
            self.empty_folder(cluster).map_err(|source| prepare(cluster, source))?;
            let mut arguments: Vec<OsString> =
                vec!["--pgdata".into(), cluster.into(), "--username".into(), ROLE.into()];
            arguments.extend(
                ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8"].map(Into::into),
            );
            arguments.extend(locale.iter().map(Into::into));
            arguments.extend(self.0.profile.initdb.iter().map(Into::into));
            arguments.extend(options.iter().map(Into::into));
            let outcome = self
                .program(&initdb)
                .arguments(arguments)
                .run()
                .map_err(|source| CreateError::Run { cluster: cluster.to_path_buf(), source })?;
            if outcome.success {
                return Ok(());
            }
            said = outcome.errors;
            if !said.contains("locale") {
                break;
            }
        }
        Err(CreateError::Failed {
            cluster: cluster.to_path_buf(),
            program: "initdb",
            said: said.trim().to_owned(),
        })
    }

    fn finish(&self, password: &Password) -> Result<(), CreateError> {
        let layout = self.0.layout;
        record::remember_password(layout, password).map_err(|source| CreateError::Record { source })?;
        let cluster = layout.cluster();
        std::fs::rename(layout.unfinished_cluster(), &cluster).map_err(|source| prepare(&cluster, source))
    }

    fn empty_folder(&self, path: &Path) -> io::Result<()> {
        match std::fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        record::make_private_folder(path)?;
        self.0.identity.take_over(path)
    }

    /// Gives the role its password and makes the default database, in single-user mode: nobody can connect yet, and
    /// the password is in no argument.
    fn set_up(&self, cluster: &Path, password: &Password) -> Result<(), CreateError> {
        let postgres = self.0.binaries.program("postgres");
        let password = password.expose();
        let database = self.0.profile.database;
        let mut arguments: Vec<OsString> = vec!["--single".into(), "-D".into(), cluster.into()];
        let options = self.0.profile.options.iter().flat_map(|(name, value)| launch::option(name, value));
        arguments.extend(options.chain(["postgres".into()]));
        let outcome = self
            .program(&postgres)
            .arguments(arguments)
            .input(format!("ALTER ROLE {ROLE} PASSWORD '{password}'\nCREATE DATABASE {database}\n"))
            .run()
            .map_err(|source| CreateError::Run { cluster: cluster.to_path_buf(), source })?;
        // In this mode the program ends well after a statement has failed.
        let complaint = outcome
            .errors
            .lines()
            .find(|line| ["ERROR:", "FATAL:", "PANIC:"].iter().any(|word| line.contains(word)));
        if outcome.success && complaint.is_none() {
            return Ok(());
        }
        let said = complaint.unwrap_or(outcome.errors.trim()).replace(password, "...");
        Err(CreateError::Failed { cluster: cluster.to_path_buf(), program: "postgres", said })
    }

    fn program<'b>(&'b self, path: &'b Path) -> Program<'b> {
        Program::new(path)
            .identity(self.0.identity)
            .bare(self.0.search_path)
            .folder(&self.0.layout.reachable)
            .limit(LIMIT)
    }
}

fn generate_password() -> Result<Password, CreateError> {
    Password::generate().map_err(|source| CreateError::Password { source })
}

/// UTF-8 sorted by code point: the same order on every system.
fn locales(version: Version) -> &'static [&'static [&'static str]] {
    if version.major >= 17 {
        return &[&["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]];
    }
    &[&["--locale=C.UTF-8"], &["--locale=C"]]
}

fn append_settings(cluster: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(cluster.join("postgresql.conf"))?.write_all(SETTINGS.as_bytes())
}

fn prepare(path: &Path, source: io::Error) -> CreateError {
    CreateError::Prepare { path: path.to_path_buf(), source }
}
