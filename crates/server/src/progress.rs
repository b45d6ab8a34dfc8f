//! What is told while a start takes its time.
//!
//! Must not hold text for people: `report` words it.

use std::path::PathBuf;

use crate::Version;

/// What is told while a start takes its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Another call is creating, starting or stopping the same server.
    WaitingForAnotherCall,
    /// The server is coming up or going down.
    WaitingForServer {
        /// Its process.
        pid: u32,
    },
    /// No programs are installed: an archive is being fetched.
    Fetching {
        /// The client's command or the archive's place, without credentials.
        from: String,
    },
    /// More of the archive has arrived.
    Received {
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all, when the other side said so.
        total: Option<u64>,
    },
    /// The archive was checked and is being unpacked.
    Unpacking {
        /// The folder in the cache.
        into: PathBuf,
    },
    /// A new cluster is being made.
    Creating {
        /// The programs' version.
        version: Version,
    },
    /// The server's process is being started.
    Starting {
        /// Its port on 127.0.0.1, or the number that names its socket.
        port: u16,
    },
}
