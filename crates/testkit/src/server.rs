//! One server for all tests of all runs, found again by the next test binary and by the next run.
//!
//! It is a development server that is found through the workspace's target folder and stays running, so that only the first
//! test of a day waits for it. It ends with the machine, or with the first run after `cargo clean`. Must not be stopped by a
//! test.

use std::ffi::OsString;
use std::sync::OnceLock;

use crosstrack_server::{DevelopmentServer, Durability, Running, ServerSettings};
use crosstrack_settings::{Host, Target};

use crate::connection::Connection;
use crate::place::data_folder;

/// The first of the two keys of the advisory locks by which a test process shows that it lives.
const LIVING: i32 = 0x7465_7374;

/// What the names of databases and roles that belong to a test start with.
const PREFIX: &str = "test_";

/// The server that the tests share. What a crash of the machine would do to its data, it does not care about.
#[derive(Debug)]
pub struct TestServer {
    running: Running,
    connection: Connection,
    /// The number of this process among all that have ever used the server.
    run: i32,
}

impl TestServer {
    /// The server: started by the first test that asks, in this run or in an earlier one.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<TestServer> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// The default database, over the server's socket, which asks for no password. On Windows over TCP.
    pub fn target(&self) -> Target {
        let running = &self.running;
        let host = match &running.socket_directory {
            Some(directory) => Host::Socket { directory: directory.clone(), port: running.port },
            None => return self.tcp_target(),
        };
        Target::new(host, &running.database, &running.user)
    }

    /// The default database, over TCP, which asks for the password.
    pub fn tcp_target(&self) -> Target {
        let running = &self.running;
        let host = Host::Tcp { name: "127.0.0.1".into(), address: None, port: running.port };
        let mut target = Target::new(host, &running.database, &running.user);
        target.password = Some(crosstrack_settings::Secret::new(running.password.expose()));
        target
    }

    /// The server as `crosstrack-server` describes it: port, programs, password.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// A session on the default database, as superuser.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A name for a database or a role that nobody else has, and by which a later run knows whose it was.
    pub(crate) fn unique_name(&self, label: &str) -> String {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let label: String = label
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .take(32)
            .collect();
        format!("{PREFIX}{}_{number}_{label}", self.run)
    }

    fn start() -> Self {
        let mut server = Self::at(Self::running_now());
        if !server.connection.is_welcome() {
            // Made by an older version of this workspace, with other names. Nothing in it is worth keeping.
            development_server().destroy().expect("the test server can be destroyed");
            server = Self::at(Self::running_now());
        }
        if server.running.started_now {
            // The log of what was written would otherwise grow to a gigabyte, possibly of memory.
            server.connection.rows("ALTER SYSTEM SET max_wal_size TO '128MB'");
            server.connection.rows("SELECT pg_reload_conf()");
        }
        server.run = server.register();
        server.remove_leftovers();
        server
    }

    fn running_now() -> Running {
        match development_server().start(&mut |_| {}) {
            Ok(running) => running,
            Err(error) => panic!("{error}: {}\n{}", error.step, error.hint()),
        }
    }

    fn at(running: Running) -> Self {
        let mut server = Self { running, connection: Connection::default(), run: 0 };
        server.connection = Connection::new(server.target());
        server
    }

    /// Takes a number and shows that its holder lives: the lock ends with this process, however that ends.
    fn register(&self) -> i32 {
        let sql = format!(
            "SELECT run FROM (SELECT (random() * 2000000000)::int AS run OFFSET 0) AS chosen \
             WHERE pg_try_advisory_lock({LIVING}, run)"
        );
        self.connection.value(&sql).parse().expect("a number")
    }

    /// Removes what killed test processes have left.
    fn remove_leftovers(&self) {
        let names = format!(
            "SELECT 'DATABASE', datname FROM pg_database WHERE starts_with(datname, '{PREFIX}') \
             UNION ALL SELECT 'ROLE', rolname FROM pg_roles WHERE starts_with(rolname, '{PREFIX}') ORDER BY 1, 2"
        );
        for row in self.connection.rows(&names) {
            let Some((kind, name)) = row.split_once('|') else { continue };
            let run = name[PREFIX.len()..].split('_').next().and_then(|run| run.parse::<i32>().ok());
            let Some(run) = run.filter(|run| *run != self.run) else { continue };
            let lock = format!("SELECT pg_try_advisory_lock({LIVING}, {run})");
            if self.connection.value(&lock) == "t" {
                let force = if kind == "DATABASE" { " WITH (FORCE)" } else { "" };
                // Another process may have been faster.
                let _ = self.connection.execute(&format!("DROP {kind} IF EXISTS \"{name}\"{force}"));
                let _ = self.connection.execute(&format!("SELECT pg_advisory_unlock({LIVING}, {run})"));
            }
        }
    }
}

fn development_server() -> DevelopmentServer {
    let data = data_folder();
    let cache = data.with_file_name("cache");
    let mut settings = ServerSettings::new(data, cache, search_path());
    settings.durability = Durability::None;
    DevelopmentServer::new(settings)
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings to take the search path from")]
pub(crate) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, TestServer};

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_living_one_has_is_not() {
        // Runs have numbers up to 2,000,000,000.
        const KILLED: i32 = 2_000_000_001;
        let server = TestServer::shared();
        let (left, living) = (format!("{PREFIX}{KILLED}_1_left"), server.unique_name("living"));
        for name in [&left, &living] {
            server.connection.rows(&format!("CREATE DATABASE {name} TEMPLATE template0"));
            server.connection.rows(&format!("CREATE ROLE {name}"));
        }
        server.remove_leftovers();
        let names = format!(
            "SELECT datname FROM pg_database JOIN pg_roles ON rolname = datname WHERE datname IN ('{left}', '{living}')"
        );
        assert_eq!(server.connection.rows(&names), std::slice::from_ref(&living));
        server.connection.rows(&format!("DROP DATABASE {living}"));
        server.connection.rows(&format!("DROP ROLE {living}"));
    }
}
