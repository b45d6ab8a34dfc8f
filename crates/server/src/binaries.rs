//! Finding installed PostgreSQL server programs.
//!
//! Must not download, and must not take a client-only installation for a server.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::ProcessError;
use crate::process::{Outcome, Program};

/// Folders that hold one folder for each version: where, how their names begin, and where the programs are in them.
const VERSIONED_PLACES: [(&str, &str, &str); 10] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/lib64", "postgresql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    (r"C:\Program Files\PostgreSQL", "", "bin"),
];

/// Folders that hold the programs themselves.
const PLACES: [&str; 4] = ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin", "/opt/local/bin"];

/// A PostgreSQL version such as 15.14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The part that decides whether programs and a cluster fit each other.
    pub major: u32,
    /// The part that does not; 0 for a beta.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl Version {
    /// Reads `15.14` and what programs print: `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `18beta1`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let after_name = text.rsplit_once("(PostgreSQL)").map_or(text, |(_, rest)| rest);
        let word = after_name.split_whitespace().next()?;
        let (major, rest) = leading_number(word)?;
        let minor = rest.strip_prefix('.').and_then(leading_number).map_or(0, |(minor, _)| minor);
        Some(Self { major, minor })
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// A folder of PostgreSQL server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `postgres` and `initdb`.
    pub directory: PathBuf,
    /// What its `postgres` says it is.
    pub version: Version,
}

impl Binaries {
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        program_in(&self.directory, name)
    }
}

/// A folder was named that does not hold usable PostgreSQL server programs.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// `postgres` or `initdb` is not there.
    #[error("found no `{program}` in `{}`", directory.display())]
    Missing {
        /// The folder that was named.
        directory: PathBuf,
        /// The program that is not in it.
        program: &'static str,
    },
    /// `postgres --version` does not run.
    #[error("could not run the PostgreSQL programs in `{}`", directory.display())]
    DoesNotRun {
        /// The folder that was named.
        directory: PathBuf,
        /// Why.
        source: ProcessError,
    },
    /// `postgres --version` says nothing that we understand.
    #[error("could not tell the version of the PostgreSQL programs in `{}`: they say `{said}`", directory.display())]
    UnknownVersion {
        /// The folder that was named.
        directory: PathBuf,
        /// What `postgres --version` wrote.
        said: String,
    },
}

impl FindError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "name the folder that holds `postgres` and `initdb`; `pg_config --bindir` prints \
                                     it, and a client-only installation has neither"
                    .to_owned()
            }
            Self::DoesNotRun { .. } | Self::UnknownVersion { .. } => {
                "run `postgres --version` in that folder to see what it lacks".to_owned()
            }
        }
    }
}

/// Where to look for installed programs.
#[derive(Debug, Clone)]
pub struct Search {
    /// The value of `PATH`.
    pub path: OsString,
    /// Whether to look where the systems' package managers put them, besides `PATH` and `pg_config --bindir`.
    pub usual_places: bool,
}

/// Every installed set of PostgreSQL server programs, newest first; of equals, the one on `PATH` first.
pub fn find_binaries(search: &Search) -> Vec<Binaries> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<Binaries> = candidates(search)
        .into_iter()
        .filter(|directory| is_complete(directory))
        .map(home_of)
        .filter(|directory| seen.insert(directory.canonicalize().unwrap_or_else(|_| directory.clone())))
        .filter_map(|directory| inspect_binaries(&directory).ok())
        .collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.version));
    found
}

/// The programs that fit a server of this major version: the same, otherwise the nearest newer, otherwise none. Of
/// several minor versions the newest.
pub fn fitting_binaries(installed: &[Binaries], major: u32) -> Option<&Binaries> {
    installed
        .iter()
        .filter(|binaries| binaries.version.major >= major)
        .min_by_key(|binaries| (binaries.version.major, std::cmp::Reverse(binaries.version.minor)))
}

/// The programs in this folder.
pub fn inspect_binaries(directory: &Path) -> Result<Binaries, FindError> {
    for program in ["postgres", "initdb"] {
        if !program_in(directory, program).is_file() {
            return Err(FindError::Missing { directory: directory.to_path_buf(), program });
        }
    }
    let directory = home_of(directory.to_path_buf());
    let postgres = program_in(&directory, "postgres");
    let Outcome { output, errors, .. } = Program::new(&postgres)
        .arguments(["--version"])
        .run()
        .map_err(|source| FindError::DoesNotRun { directory: directory.clone(), source })?;
    let version = Version::parse(&output).ok_or_else(|| FindError::UnknownVersion {
        directory: directory.clone(),
        said: format!("{output}{errors}").trim().to_owned(),
    })?;
    Ok(Binaries { directory, version })
}

/// Where the programs really are: a folder of links to the server's programs often lacks the others.
fn home_of(directory: PathBuf) -> PathBuf {
    let postgres = program_in(&directory, "postgres");
    if !postgres.is_symlink() {
        return directory;
    }
    let home = postgres.canonicalize().ok().and_then(|path| path.parent().map(Path::to_path_buf));
    home.filter(|home| is_complete(home)).unwrap_or(directory)
}

/// The first file of this name on `search_path`.
pub(crate) fn find_program(search_path: &OsStr, name: &str) -> Option<PathBuf> {
    std::env::split_paths(search_path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| program_in(&directory, name))
        .find(|path| path.is_file())
}

pub(crate) fn program_in(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

pub(crate) fn is_complete(directory: &Path) -> bool {
    program_in(directory, "postgres").is_file() && program_in(directory, "initdb").is_file()
}

fn candidates(search: &Search) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> =
        std::env::split_paths(&search.path).filter(|path| path.is_absolute()).collect();
    directories.extend(configured_directory(&search.path));
    if search.usual_places {
        directories.extend(PLACES.iter().map(PathBuf::from));
        directories.extend(VERSIONED_PLACES.iter().flat_map(|place| versions_in(*place)));
    }
    directories
}

/// The answer of `pg_config --bindir`.
fn configured_directory(search_path: &OsStr) -> Option<PathBuf> {
    let pg_config = find_program(search_path, "pg_config")?;
    let outcome = Program::new(&pg_config).arguments(["--bindir"]).run().ok()?;
    let directory = outcome.output.trim();
    (outcome.success && !directory.is_empty()).then(|| PathBuf::from(directory))
}

fn versions_in((parent, prefix, programs): (&str, &str, &str)) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(programs))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        let version = |text| Version::parse(text).map(|version| (version.major, version.minor));
        assert_eq!(version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some((15, 14)));
        assert_eq!(version("postgres (PostgreSQL) 18.4"), Some((18, 4)));
        assert_eq!(version("postgres (PostgreSQL) 19beta1"), Some((19, 0)));
        assert_eq!(version("postgres (PostgreSQL) 19devel"), Some((19, 0)));
        assert_eq!(version("command not found"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn programs_of_the_same_major_version_fit_best_and_older_ones_never() {
        let installed: Vec<Binaries> = ["18.1", "17.2", "17.5", "15.3"]
            .map(|text| Binaries { directory: text.into(), version: Version::parse(text).unwrap() })
            .into();
        let fitting = |major| fitting_binaries(&installed, major).map(|found| found.version.to_string());
        assert_eq!(fitting(15).as_deref(), Some("15.3"));
        assert_eq!(fitting(16).as_deref(), Some("17.5"));
        assert_eq!(fitting(18).as_deref(), Some("18.1"));
        assert_eq!(fitting(19), None);
    }

    #[test]
    fn a_newer_minor_is_newer() {
        assert!(Version::parse("15.14") > Version::parse("15.9"));
        assert!(Version::parse("16.0") > Version::parse("15.14"));
    }
}
