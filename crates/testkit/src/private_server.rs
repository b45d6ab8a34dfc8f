//! A server of one test alone, for what must not happen to the server that the tests share: other rules of who is let in,
//! encryption, a log that is read.
//!
//! Must not be used where a database of the shared server will do: starting one takes most of a second.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crosstrack_server::{DevelopmentServer, Durability, Running, ServerSettings};
use crosstrack_settings::{Host, Secret, Target};
use tempfile::TempDir;

use crate::authority::Credentials;
use crate::connection::Connection;
use crate::place::data_folder;
use crate::server::search_path;

/// A server that ends with this value.
#[derive(Debug)]
pub struct PrivateServer {
    folder: TempDir,
    server: DevelopmentServer,
    running: Running,
    connection: Connection,
}

impl PrivateServer {
    /// Makes and starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-private-").tempdir().expect("a folder");
        let cache = data_folder().with_file_name("cache");
        let mut settings = ServerSettings::new(folder.path().join("server"), cache, search_path());
        settings.durability = Durability::None;
        let server = DevelopmentServer::new(settings);
        let running = start(&server);
        let connection = Connection::new(target(&running));
        Self { folder, server, running, connection }
    }

    /// Port, programs, password.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The default database over TCP, by this name of the host, with the password.
    pub fn tcp_target(&self, host: &str) -> Target {
        let running = &self.running;
        let host = Host::Tcp { name: host.to_owned(), address: None, port: running.port };
        let mut target = Target::new(host, &running.database, &running.user);
        target.password = Some(Secret::new(running.password.expose()));
        target
    }

    /// Runs statements as superuser and gives their rows, as [`crate::TestDatabase::rows`] does.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        self.connection.rows(sql)
    }

    /// Everything that the server has said so far.
    pub fn log(&self) -> String {
        let log = std::fs::read(self.folder.path().join("server/server.log")).expect("there is a log");
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Lets in who comes over TCP by these lines of `pg_hba.conf` and by no others. The socket stays open.
    pub fn admit(&mut self, lines: &[&str]) {
        let path = self.data().join("pg_hba.conf");
        std::fs::write(path, format!("local all all trust\n{}\n", lines.join("\n"))).expect("a file of ours");
        self.restart();
    }

    /// Encrypts connections with this certificate from now on; `clients` signs those of clients. Where the programs were built
    /// without TLS this is `false`, and who runs the tests is told.
    #[must_use]
    pub fn encrypt(&mut self, credentials: &Credentials, clients: Option<&Path>) -> bool {
        if self.connection.execute("ALTER SYSTEM SET ssl = on").is_err() {
            // Not captured, as a print would be: a test that shows nothing passes.
            let _ = writeln!(std::io::stderr(), "skipped: this build of PostgreSQL has no TLS");
            return false;
        }
        self.take_file(&credentials.certificate, "server.crt");
        self.take_file(&credentials.key, "server.key");
        if let Some(authority) = clients {
            self.take_file(authority, "clients.crt");
            self.rows("ALTER SYSTEM SET ssl_ca_file = 'clients.crt'");
        }
        self.restart();
        true
    }

    /// Stops and starts it, on the same port.
    pub fn restart(&mut self) {
        self.connection.close();
        self.server.stop().expect("the private server can be stopped");
        let port = self.running.port;
        self.running = start(&self.server);
        assert_eq!(self.running.port, port, "somebody took the port of the private server meanwhile");
    }

    /// Kills the server as the loss of its machine would, and starts it again: it recovers from what is on disk.
    #[cfg(unix)]
    pub fn crash(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        self.connection.close();
        let head =
            i32::try_from(self.running.pid).ok().and_then(Pid::from_raw).expect("the server's process");
        kill_process(head, Signal::KILL).expect("a process of ours");
        // Its children see that it is gone, and only when they are gone is there a way back.
        crate::patience::wait_until("the killed server starts again", || {
            self.server.start(&mut |_| {}).is_ok_and(|again| {
                let is_new = again.pid != self.running.pid;
                self.running = again;
                is_new
            })
        });
    }

    fn data(&self) -> PathBuf {
        PathBuf::from(self.connection.value("SHOW data_directory"))
    }

    /// Copies a file into the server's folder. It belongs to whom the folder belongs to: the server wants its key so.
    fn take_file(&self, from: &Path, name: &str) {
        let data = self.data();
        let to = data.join(name);
        std::fs::copy(from, &to).expect("the server's folder can be written to");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let owner = std::fs::metadata(&data).expect("the server's folder is there");
            std::os::unix::fs::chown(&to, Some(owner.uid()), Some(owner.gid())).expect("a file of ours");
        }
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.connection.close();
        // A test that fails is already panicking.
        let _ = self.server.destroy();
    }
}

fn start(server: &DevelopmentServer) -> Running {
    match server.start(&mut |_| {}) {
        Ok(running) => running,
        Err(error) => panic!("{error}: {}\n{}", error.step, error.hint()),
    }
}

/// The default database over the socket, or over TCP where there is none.
fn target(running: &Running) -> Target {
    let host = match &running.socket_directory {
        Some(directory) => Host::Socket { directory: directory.clone(), port: running.port },
        None => Host::Tcp { name: "127.0.0.1".to_owned(), address: None, port: running.port },
    };
    let mut target = Target::new(host, &running.database, &running.user);
    target.password = Some(Secret::new(running.password.expose()));
    target
}
