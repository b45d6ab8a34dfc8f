//! What is known of a server from outside.
//!
//! Must not change anything.

use std::path::PathBuf;

use crate::cluster::ROLE;
use crate::layout::Layout;
use crate::postmaster::{self, Observation};
use crate::profile::Profile;
use crate::{Binaries, Password, RecordError, Version, record};

/// Whether the server is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// No cluster was made yet.
    NotCreated,
    /// There is a cluster, and no server.
    Stopped,
    /// The server is coming up (perhaps recovering from a crash) or going down: ask again.
    Busy {
        /// Its process.
        pid: u32,
    },
    /// The server accepts connections.
    Running(Running),
}

/// A server that accepts connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The folder of its Unix socket, which only this user can enter and which asks for no password; none on
    /// Windows.
    pub socket_directory: Option<PathBuf>,
    /// Its port on 127.0.0.1, also part of the socket's name. A shadow server has a port on Windows only; elsewhere
    /// this number only names the socket.
    pub port: u16,
    /// The role to sign in as; a superuser.
    pub user: String,
    /// The role's password, asked for over TCP.
    pub password: Password,
    /// The database to connect to.
    pub database: String,
    /// The folder of the programs that it runs from.
    pub binaries: PathBuf,
    /// The version of those programs.
    pub version: Version,
    /// The server's process.
    pub pid: u32,
    /// Whether this very call started it.
    pub started_now: bool,
}

impl Running {
    /// The URL of the default database over loopback TCP. It holds the password.
    pub fn url(&self) -> String {
        self.url_for(&self.database)
    }

    /// The URL of another database of this server. It holds the password.
    pub fn url_for(&self, database: &str) -> String {
        let Self { user, port, .. } = self;
        let password = self.password.expose();
        format!("postgresql://{user}:{password}@127.0.0.1:{port}/{}", percent_encoded(database))
    }

    /// The program `name` (such as `pg_dump`) of this server's own version, when it is there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.binaries.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        path.is_file().then_some(path)
    }

    /// The `psql` of this server's own version, when it is there.
    pub fn psql(&self) -> Option<PathBuf> {
        self.program("psql")
    }
}

/// The process and the port of a server that accepts connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listener {
    pub(crate) pid: u32,
    pub(crate) port: u16,
}

/// The status of the server in this folder.
pub(crate) fn status(layout: &Layout, profile: &Profile) -> Result<Status, RecordError> {
    Ok(match postmaster::observe(layout) {
        Observation::NotCreated => Status::NotCreated,
        Observation::Stopped => Status::Stopped,
        Observation::Busy { pid } => Status::Busy { pid },
        Observation::Ready { pid, port } => {
            Status::Running(describe(layout, profile, Listener { pid, port })?)
        }
    })
}

/// Adds what is remembered of a server that accepts connections.
pub(crate) fn describe(
    layout: &Layout,
    profile: &Profile,
    listener: Listener,
) -> Result<Running, RecordError> {
    let Binaries { directory, version } = record::binaries(layout)?;
    Ok(Running {
        socket_directory: cfg!(unix).then(|| layout.socket_directory()),
        port: listener.port,
        user: ROLE.to_owned(),
        password: record::password(layout)?,
        database: profile.database.to_owned(),
        binaries: directory,
        version,
        pid: listener.pid,
        started_now: false,
    })
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&crate::password::hexadecimal(&[byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_name_is_escaped_in_its_url() {
        assert_eq!(percent_encoded("Ärger/1 x"), "%c3%84rger%2f1%20x");
        assert_eq!(percent_encoded("shop_test-1"), "shop_test-1");
    }
}
