//! PostgreSQL's client programs: where they are, and which version.
//!
//! Must not give a child what could hold a password.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Finds a program: in the folder that is named, else on `PATH`.
pub fn find_program(name: &str, folder: Option<&Path>, search_path: &OsStr) -> Option<PathBuf> {
    let beside = folder.map(|folder| folder.join(name)).filter(|path| path.is_file());
    beside.or_else(|| which::which_in(name, Some(search_path), ".").ok())
}

/// Asks a program for its version: `15.18`.
///
/// # Errors
/// When it cannot be run.
pub fn program_version(program: &Path) -> io::Result<String> {
    let said = duct::cmd(program, ["--version"])
        .stdin_null()
        .stderr_null()
        .env_remove("DATABASE_URL")
        .env_remove("PGPASSWORD")
        .read()?;
    Ok(version_in(&said).to_owned())
}

/// The version in what a program says of itself: `pg_dump (PostgreSQL) 15.18 (Debian 15.18-1)`.
pub(crate) fn version_in(said: &str) -> &str {
    said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or_default()
}
