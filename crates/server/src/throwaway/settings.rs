//! The caller's decisions about a throwaway server.
//!
//! Must not look anything up: every value comes from the caller.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::Binaries;

/// The usual time without use after which a throwaway server ends.
pub const IDLE: Duration = Duration::from_mins(5);

/// The caller's decisions about a throwaway server.
#[derive(Debug, Clone)]
pub struct ThrowawaySettings {
    /// The server's own folder, created when missing and made private. One server per folder.
    pub folder: PathBuf,
    /// The programs to run. A stopped cluster of another major version is deleted and made anew.
    pub binaries: Binaries,
    /// The value of `PATH`.
    pub search_path: OsString,
    /// The time without use after which the server ends. On Windows it does not end by itself.
    pub idle: Duration,
    /// The time for which the data stay.
    pub lifetime: Lifetime,
}

/// The time for which the data of a throwaway server stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until they are destroyed: the next start finds them.
    Kept,
    /// Until the last [`crate::ServerInUse`] of the folder is dropped; if its process is killed, until the server was
    /// idle.
    Once,
}
