//! What the caller decides about a development server.
//!
//! Must not look anything up: every value comes from the caller, who read flags, environment and files.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::Source;

/// What the caller decides about a development server. [`ServerSettings::new`] fills in the usual answers.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The server's own folder, such as `target/crosstrack/server`; created when missing.
    pub data: PathBuf,
    /// The folder that holds `postgres` and `initdb`, when the developer named one (`--pg-bin`).
    pub binaries: Option<PathBuf>,
    /// Whether an installed PostgreSQL may be used; without it, always the pinned build.
    pub use_installed: bool,
    /// The value of `PATH`.
    pub search_path: OsString,
    /// The tool's folder in the user's cache, such as `~/.cache/crosstrack`.
    pub cache: PathBuf,
    /// Where a build comes from when none is installed.
    pub source: Source,
    /// What a commit survives.
    pub durability: Durability,
}

impl ServerSettings {
    /// The usual answers: installed programs if there are any, else the pinned build from the registry.
    pub fn new(data: PathBuf, cache: PathBuf, search_path: OsString) -> Self {
        Self {
            data,
            binaries: None,
            use_installed: true,
            search_path,
            cache,
            source: Source::Registry,
            durability: Durability::Full,
        }
    }
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A crash of the machine, as PostgreSQL does by default.
    #[default]
    Full,
    /// Nothing: a crash may take the last commits, and a crash of the machine the cluster (`fsync = off` and its
    /// kin). For tests.
    None,
}
