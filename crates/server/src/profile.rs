//! The properties in which the kinds of servers differ, as data.
//!
//! Must not decide anything about a single server: folders, programs and ports are the caller's.

use std::fmt;

use crate::layout::Layout;
use crate::{Durability, port};

/// The kind of a server, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    /// The server of one developer, with data that stays.
    Development,
    /// The server of shadow databases.
    Shadow,
}

impl fmt::Display for ServerKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Development => "development server",
            Self::Shadow => "shadow server",
        })
    }
}

/// The properties of one kind of server.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) listen: Listen,
    /// The database to connect to.
    pub(crate) database: &'static str,
    /// Further options of `initdb`.
    pub(crate) initdb: &'static [&'static str],
    /// Settings that each start gives on the command line.
    pub(crate) options: &'static [(&'static str, &'static str)],
}

/// The addresses of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listen {
    /// 127.0.0.1, and the socket where there is one.
    Loopback,
    /// The socket alone.
    SocketOnly,
}

/// The usual port: it only names the socket.
const SOCKET_PORT: u16 = 5432;

impl Listen {
    /// The value of `listen_addresses`.
    pub(crate) fn addresses(self) -> &'static str {
        match self {
            Self::Loopback => "127.0.0.1",
            Self::SocketOnly => "",
        }
    }

    /// The ports to try, in this order.
    pub(crate) fn ports(self, recorded: Option<u16>, layout: &Layout) -> Box<dyn Iterator<Item = u16>> {
        match self {
            Self::Loopback => {
                let candidates = port::candidates(recorded, &layout.fingerprint());
                Box::new(candidates.filter(|port| port::is_free(*port)))
            }
            Self::SocketOnly => Box::new(std::iter::once(SOCKET_PORT)),
        }
    }
}

/// The profile of a development server with this durability.
pub(crate) fn development(durability: Durability) -> &'static Profile {
    match durability {
        Durability::Full => &DURABLE,
        Durability::None => &FAST,
    }
}

const DURABLE: Profile =
    Profile { listen: Listen::Loopback, database: "crosstrack", initdb: &[], options: &[] };

const FAST: Profile = Profile {
    listen: Listen::Loopback,
    database: "crosstrack",
    initdb: &["--no-sync"],
    options: &[("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")],
};

/// The profile of the server of shadow databases.
pub(crate) const THROWAWAY: Profile = Profile {
    listen: if cfg!(unix) { Listen::SocketOnly } else { Listen::Loopback },
    database: "postgres",
    initdb: &["--no-sync"],
    options: &[
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("autovacuum", "off"),
        ("jit", "off"),
        // As fast as `minimal` for DDL, and what publications and replication slots ask for.
        ("wal_level", "logical"),
        ("max_wal_size", "256MB"),
        ("min_wal_size", "32MB"),
        ("shared_buffers", "128MB"),
        ("max_connections", "100"),
        ("max_prepared_transactions", "10"),
        // A dump locks every table in one transaction.
        ("max_locks_per_transaction", "1024"),
        ("log_checkpoints", "off"),
        // Scripts can hold passwords, and many fail here on purpose.
        ("log_min_error_statement", "panic"),
    ],
};
