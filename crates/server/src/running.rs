//! What is known of a development server from outside.
//!
//! Must not change anything.

use std::path::PathBuf;

use crate::{Password, Version};

/// Whether the development server is there.
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

/// A development server that accepts connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The folder of its Unix socket, which only this user can enter and which asks for no password; none on
    /// Windows.
    pub socket_directory: Option<PathBuf>,
    /// Its port on 127.0.0.1, also part of the socket's name.
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
