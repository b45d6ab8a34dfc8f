//! What the flags say, before anything is read.
//!
//! It must not know clap: the command line fills it, and so does an application that migrates when it starts.

use std::path::PathBuf;
use std::time::Duration;

/// What the caller asks for. Everything that is `None` is found in the environment, in a file or in a default.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Where the search for `crosstrack.toml` and `.env` starts. Made absolute against the process's own folder.
    pub working_directory: PathBuf,
    /// `--config`: the settings file, instead of the search.
    pub config: Option<PathBuf>,
    /// `--database-url`: a URL or a `key=value` string as libpq reads them.
    pub database_url: Option<String>,
    /// `--shadow-url`: a database of the server on which migrations are tried.
    pub shadow_url: Option<String>,
    /// `--env`: the environment's name.
    pub environment: Option<String>,
    /// The environment that the database remembers. It counts when nobody else names one.
    pub remembered: Option<String>,
    /// `--no-dotenv`: read no `.env` file.
    pub no_dotenv: bool,
    /// `--env-file`: read this file instead of searching for `.env`.
    pub env_file: Option<PathBuf>,
    /// `--wait`: how long to wait for another run, instead of `database.wait_for_lock`.
    pub wait_for_lock: Option<Duration>,
    /// The adapters that exist.
    pub adapters: &'static [&'static str],
    /// The checks that exist.
    pub checks: &'static [&'static str],
}
