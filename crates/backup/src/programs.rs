//! PostgreSQL's client programs: the newest that are found, and that can talk to the server.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::BackupError;

/// Folders in which packages put them beside `PATH`, as patterns with one `*` for the version.
const ELSEWHERE: [(&str, &str); 3] =
    [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")];

/// Where programs are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Where<'a> {
    /// A folder that comes before all others: the development server's own.
    pub folder: Option<&'a Path>,
    /// `PATH`.
    pub search_path: &'a OsStr,
}

/// The programs that a backup needs, from one place and of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The folder.
    folder: PathBuf,
    /// Their version: `15.18`.
    pub version: String,
}

impl Programs {
    /// Finds them for a server of this version.
    ///
    /// # Errors
    /// When there are none, or none that is new enough.
    pub fn find(place: Where<'_>, server_version: &str) -> Result<Self, BackupError> {
        let mut newest: Option<Self> = None;
        for folder in folders(place) {
            let Some(version) = version(&folder) else { continue };
            if newest.as_ref().is_none_or(|known| major(&known.version) < major(&version)) {
                newest = Some(Self { folder, version });
            }
            // What comes first and fits is taken.
            if newest.as_ref().is_some_and(|known| major(&known.version) >= major(server_version)) {
                break;
            }
        }
        let Some(found) = newest else { return Err(BackupError::NoProgram { program: "pg_dump" }) };
        if major(&found.version) < major(server_version) {
            return Err(BackupError::TooOld {
                program: found.program("pg_dump"),
                version: found.version,
                server_version: server_version.to_owned(),
            });
        }
        match ["pg_restore", "psql"].into_iter().find(|program| !found.program(program).is_file()) {
            Some(program) => Err(BackupError::NoProgram { program }),
            None => Ok(found),
        }
    }

    /// The path of one of them.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The major version.
    pub fn major(&self) -> u32 {
        major(&self.version)
    }
}

fn folders(place: Where<'_>) -> Vec<PathBuf> {
    let named = place.folder.map(Path::to_owned);
    let on_path = which::which_in_all("pg_dump", Some(place.search_path), ".")
        .into_iter()
        .flatten()
        .filter_map(|program| program.parent().map(Path::to_owned));
    let mut versions: Vec<PathBuf> = ELSEWHERE
        .iter()
        .flat_map(|(folder, inside)| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(move |entry| entry.path().join(inside))
        })
        .filter(|folder| folder.join("pg_dump").is_file())
        .collect();
    // The newest first.
    versions.sort_by_key(|folder| std::cmp::Reverse(version(folder).as_deref().map(major)));
    // Who says where programs are is not told of others.
    let elsewhere = if place.search_path.is_empty() { Vec::new() } else { versions };
    named.into_iter().chain(on_path).chain(elsewhere).collect()
}

fn version(folder: &Path) -> Option<String> {
    let program = folder.join(format!("pg_dump{}", std::env::consts::EXE_SUFFIX));
    program_version(&program).ok().filter(|version| !version.is_empty())
}

/// Finds one program: in the folder that is named, else on `PATH`.
pub fn find_program(name: &str, place: Where<'_>) -> Option<PathBuf> {
    let beside = place.folder.map(|folder| folder.join(name)).filter(|path| path.is_file());
    beside.or_else(|| which::which_in(name, Some(place.search_path), ".").ok())
}

/// Asks a program for its version: `15.18` of `pg_dump (PostgreSQL) 15.18 (Debian 15.18-1)`.
///
/// # Errors
/// When it cannot be run.
pub fn program_version(program: &Path) -> io::Result<String> {
    let asked = duct::cmd(program, ["--version"]).stdin_null().stderr_null();
    let said = without_passwords(asked).read()?;
    let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    Ok(version.unwrap_or_default().to_owned())
}

/// A program that connects to nothing is told no password.
pub(crate) fn without_passwords(command: duct::Expression) -> duct::Expression {
    ["DATABASE_URL", "PGPASSWORD", "PGPASSFILE"]
        .into_iter()
        .fold(command, |command, name| command.env_remove(name))
}

fn major(version: &str) -> u32 {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}
