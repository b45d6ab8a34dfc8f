//! A real PgBouncer in front of the tests' server, in transaction mode: a session is another one after each transaction.
//!
//! Where the program is not installed there is none, and who runs the tests is told. Must not be used to test what a pooler in
//! session mode does: that is a session.
#![cfg(unix)]

use std::ffi::OsString;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crosstrack_settings::{Host, Target};
use tempfile::TempDir;

use crate::connection::Connection;
use crate::database::TestDatabase;
use crate::patience::wait_until;
use crate::server::{TestServer, search_path};

/// A pooler that ends with this value.
#[derive(Debug)]
pub struct Pooler {
    child: Child,
    port: u16,
    /// The settings, and what it says.
    folder: TempDir,
}

impl Pooler {
    /// Starts one with so many connections to the server for each database, or says that it is not installed.
    pub fn start(connections: usize) -> Option<Self> {
        let Some(program) = program() else {
            // Not captured, as a print would be: a test that shows nothing passes.
            let _ = writeln!(std::io::stderr(), "skipped: PgBouncer is not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("crosstrack-pooler-").tempdir().expect("a folder");
        // It takes another user's identity when it is started by root, and reads its settings as that user.
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).expect("a folder of ours");
        let port = free_port();
        let settings = folder.path().join("pgbouncer.ini");
        std::fs::write(&settings, text(&folder, port, connections)).expect("a file of ours");
        let mut command = command(&program);
        if rustix::process::geteuid().is_root() {
            command.args(["--user", "nobody"]);
        }
        let child = command
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("PgBouncer can be started");
        let pooler = Self { child, port, folder };
        let connection = Connection::new(pooler.target("postgres"));
        wait_until("the pooler answers", || connection.is_welcome());
        Some(pooler)
    }

    /// A database through the pooler, with the tests' user.
    pub fn target(&self, database: &str) -> Target {
        let host = Host::Tcp { name: "127.0.0.1".into(), address: None, port: self.port };
        Target::new(host, database, &TestServer::shared().running().user)
    }

    /// The URL of a test's database through the pooler.
    pub fn url(&self, database: &TestDatabase) -> String {
        let user = &TestServer::shared().running().user;
        format!("postgresql://{user}@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name())
    }

    /// What the pooler has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("pgbouncer.log")).unwrap_or_default()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(folder: &TempDir, port: u16, connections: usize) -> String {
    let running = TestServer::shared().running();
    let socket = running.socket_directory.as_ref().expect("the test server has a socket");
    let (folder, socket, user) = (folder.path().display(), socket.display(), &running.user);
    format!(
        "[databases]\n* = host={socket} port={} user={user}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
         pool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 1000\n\
         server_round_robin = 1\nlogfile = {folder}/pgbouncer.log\nquery_wait_timeout = 30\n",
        running.port
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of loopback is free");
    listener.local_addr().expect("a listener has an address").port()
}

/// Debian puts it where only administrators look.
fn program() -> Option<PathBuf> {
    let mut path = search_path();
    path.push(OsString::from(":/usr/sbin:/usr/local/sbin"));
    std::env::split_paths(&path).map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

#[expect(clippy::disallowed_methods, reason = "a test needs a real pooler")]
fn command(program: &std::path::Path) -> Command {
    Command::new(program)
}
