//! A backup through `pg_dump`, checked by `pg_restore` before anybody relies on it.
//!
//! Must not give a child the password by its arguments or its environment: it goes by a password file that ends with the child.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use crosstrack_database::Endpoint;
use crosstrack_passfile::PasswordFile;
use crosstrack_settings::Target;

use crate::program::{find_program, version_in};

/// How often a program that runs is asked to stop when the run is.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What is backed up, and where to.
#[derive(Clone, Copy)]
pub struct BackupRequest<'a> {
    /// The database.
    pub target: &'a Target,
    /// The server that was chosen.
    pub endpoint: &'a Endpoint,
    /// The server's version: `15.18`.
    pub server_version: &'a str,
    /// The folder that backups are written to. It is made where there is none.
    pub folder: &'a Path,
    /// The moment, as `YYYY-MM-DD-HHMMSS` in UTC.
    pub moment: &'a str,
    /// Where client programs are looked for before `PATH`.
    pub programs: Option<&'a Path>,
    /// `PATH`.
    pub search_path: &'a OsStr,
    /// Whether the run was asked to stop. Then the program that runs is ended, and there is no backup.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// A backup that was taken and read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A client program is not installed.
    #[error("cannot find `{program}`")]
    NoProgram {
        /// The program.
        program: &'static str,
    },
    /// The client program is older than the server, and would refuse.
    #[error("`{program}` is of version {version}, older than the server's {server_version}")]
    TooOld {
        /// The program's path.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The server's.
        server_version: String,
    },
    /// The folder cannot be made.
    #[error("cannot create the folder `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file cannot be made.
    #[error("cannot create the backup `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A program could not be run.
    #[error("cannot run `{program}`")]
    Run {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
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
        source: std::io::Error,
    },
    /// The run was asked to stop.
    #[error("stopped while `{program}` was running")]
    Stopped {
        /// The program.
        program: &'static str,
    },
    /// A program ended with an error.
    #[error("`{program}` failed: {said}")]
    Failed {
        /// The program.
        program: &'static str,
        /// What it said.
        said: String,
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
            Self::Folder { .. } | Self::File { .. } | Self::Run { .. } => "check the permissions",
            Self::PasswordLine => "give the role a password without line breaks, or use a client certificate",
            Self::PasswordFile { .. } => {
                "make room in the folder for temporary files, or name another with TMPDIR"
            }
            Self::Stopped { .. } => "run the same command again",
            Self::Failed { .. } => "nothing was changed: mend what the program names, then try again",
        }
    }
}

/// Takes a backup in `pg_dump`'s custom format and reads its table of contents back.
///
/// # Errors
/// When a program is missing, too old or fails, or the run is stopped. A file that was not read back is removed.
pub fn take_backup(request: &BackupRequest<'_>) -> Result<Backup, BackupError> {
    let dump = find(request, "pg_dump")?;
    let restore = find(request, "pg_restore")?;
    check_version(request, &dump)?;
    std::fs::create_dir_all(request.folder)
        .map_err(|source| BackupError::Folder { path: request.folder.to_owned(), source })?;
    let path = claim(request)?;
    let arguments = [
        OsString::from("--format=custom"),
        OsString::from("--no-password"),
        "--file".into(),
        path.clone().into(),
    ];
    let taken = run("pg_dump", &dump, &arguments, request)
        .and_then(|_| run("pg_restore", &restore, &["--list".into(), path.clone().into()], request));
    if let Err(error) = taken {
        drop(std::fs::remove_file(&path));
        return Err(error);
    }
    let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    Ok(Backup { path, bytes })
}

/// Makes an empty file of a name that no other backup has, for two may be taken in one second. It will hold all data, and is its
/// owner's alone.
fn claim(request: &BackupRequest<'_>) -> Result<PathBuf, BackupError> {
    let stem = format!("{}_{}", file_name(&request.target.database), request.moment);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut path = request.folder.join(format!("{stem}.dump"));
    let mut number = 1;
    loop {
        match options.open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(source) => return Err(BackupError::File { path, source }),
            Ok(_) => return Ok(path),
        }
        path = request.folder.join(format!("{stem}-{number}.dump"));
    }
}

fn find(request: &BackupRequest<'_>, program: &'static str) -> Result<PathBuf, BackupError> {
    find_program(program, request.programs, request.search_path).ok_or(BackupError::NoProgram { program })
}

fn check_version(request: &BackupRequest<'_>, dump: &Path) -> Result<(), BackupError> {
    let said = run("pg_dump", dump, &["--version".into()], request)?;
    let version = version_in(&said);
    let major = |version: &str| version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match (major(version), major(request.server_version)) {
        (Some(program), Some(server)) if program < server => Err(BackupError::TooOld {
            program: dump.to_owned(),
            version: version.to_owned(),
            server_version: request.server_version.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn run(
    name: &'static str,
    program: &Path,
    arguments: &[OsString],
    request: &BackupRequest<'_>,
) -> Result<String, BackupError> {
    let password = password_file(name, request)?;
    let mut command =
        duct::cmd(program, arguments).stdin_null().stdout_capture().stderr_capture().unchecked();
    for (variable, value) in variables(request, password.as_ref()) {
        command = if value.is_empty() { command.env_remove(variable) } else { command.env(variable, value) };
    }
    // A Ctrl-C in the terminal is for this program, which then ends the child and cleans up after it.
    #[cfg(unix)]
    let command = command.before_spawn(|child| {
        std::os::unix::process::CommandExt::process_group(child, 0);
        Ok(())
    });
    let ended = finish(&command, request)
        .map_err(|source| BackupError::Run { program: program.to_owned(), source })?;
    let Some(output) = ended else { return Err(BackupError::Stopped { program: name }) };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(BackupError::Failed { program: name, said })
}

/// Runs a program to its end, or until the run is asked to stop.
fn finish(command: &duct::Expression, request: &BackupRequest<'_>) -> io::Result<Option<Output>> {
    let child = command.start()?;
    while !(request.is_stopped)() {
        if let Some(output) = child.wait_timeout(BETWEEN_LOOKS)? {
            return Ok(Some(output.clone()));
        }
    }
    child.kill()?;
    Ok(None)
}

/// The password for a program, when there is one.
fn password_file(
    program: &'static str,
    request: &BackupRequest<'_>,
) -> Result<Option<PasswordFile>, BackupError> {
    let Some(password) = &request.target.password else { return Ok(None) };
    if !crosstrack_passfile::fits(password.expose()) {
        return Err(BackupError::PasswordLine);
    }
    PasswordFile::write(password.expose())
        .map(Some)
        .map_err(|source| BackupError::PasswordFile { program, source })
}

/// The resolved connection in libpq's variables, with the server that was chosen in the place of all that could have been.
/// An empty value stands for a variable that the program must not inherit.
fn variables(request: &BackupRequest<'_>, password: Option<&PasswordFile>) -> Vec<(&'static str, OsString)> {
    let mut chosen: Vec<(&'static str, OsString)> = match request.endpoint {
        Endpoint::Socket { directory, port } => vec![
            ("PGHOST", directory.into()),
            ("PGHOSTADDR", OsString::new()),
            ("PGPORT", port.to_string().into()),
        ],
        Endpoint::Tcp { name, address, port, .. } => vec![
            ("PGHOST", name.into()),
            ("PGHOSTADDR", address.to_string().into()),
            ("PGPORT", port.to_string().into()),
        ],
    };
    chosen.extend(password.map(|file| ("PGPASSFILE", file.path().into())));
    let mut variables = chosen.clone();
    for (name, value) in request.target.libpq_variables() {
        if !chosen.iter().any(|(known, _)| *known == name) {
            variables.push((name, value.into()));
        }
    }
    variables
}

/// A database's name as a part of a file's name.
fn file_name(database: &str) -> String {
    database.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}
