//! A fresh database for one test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crosstrack_database::{Database, ServerError, Session, quote_identifier};
use crosstrack_server::Running;
use crosstrack_settings::Target;

use crate::connection::Connection;
use crate::private_server::PrivateServer;
use crate::server::{TestServer, socket_target};

/// A database that no other test knows. It is dropped with this value, whoever is still connected to it.
///
/// ```no_run
/// let database = crosstrack_testkit::TestDatabase::new("people");
/// database.sql("create table people (name text); insert into people values ('Ada')");
/// assert_eq!(database.rows("select name, length(name) from people"), ["Ada|3"]);
/// ```
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    connection: Connection,
    roles: Mutex<Vec<String>>,
    /// Where its server is, when it is not the one that the tests share.
    private: Option<Running>,
}

impl TestDatabase {
    /// Creates an empty database on the shared server. `label` is for those who look at the server meanwhile.
    pub fn new(label: &str) -> Self {
        let server = TestServer::shared();
        let name = server.unique_name(label);
        server.connection().rows(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        let connection = Connection::new(server.target().with_database(&name));
        Self { name, connection, roles: Mutex::default(), private: None }
    }

    /// Creates an empty database on a server of the test's own, with which it ends.
    pub fn on(server: &PrivateServer) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let running = server.running().clone();
        let name = format!("private_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.rows(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        let connection = Connection::new(socket_target(&running).with_database(&name));
        Self { name, connection, roles: Mutex::default(), private: Some(running) }
    }

    /// The database's server.
    pub fn running(&self) -> &Running {
        self.private.as_ref().unwrap_or_else(|| TestServer::shared().running())
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL over TCP, with the password. See [`crate::assert_no_secret`].
    pub fn url(&self) -> String {
        self.running().url_for(&self.name)
    }

    /// The database over the server's socket, which asks for no password and is quicker. On Windows over TCP.
    pub fn target(&self) -> Target {
        socket_target(self.running()).with_database(&self.name)
    }

    /// The database over TCP, with the password.
    pub fn tcp_target(&self) -> Target {
        TestServer::shared().tcp_target().with_database(&self.name)
    }

    /// The database as crosstrack opens it.
    pub async fn database(&self) -> Database {
        let (database, _) = Database::connect(self.target(), "crosstrack-tests".to_owned())
            .await
            .expect("the test server answers");
        database
    }

    /// A session of crosstrack's.
    pub async fn session(&self, purpose: &str) -> Session {
        self.database().await.session(purpose).await.expect("the test server answers")
    }

    /// Runs statements as superuser.
    #[track_caller]
    pub fn sql(&self, sql: &str) {
        self.connection.rows(sql);
    }

    /// The rows of a query, columns joined by `|` and null as nothing, as `psql -At` prints them.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        self.connection.rows(sql)
    }

    /// The only value of a query that gives one.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        self.connection.value(sql)
    }

    /// Runs statements that the server may refuse.
    pub fn try_sql(&self, sql: &str) -> Result<Vec<String>, Box<ServerError>> {
        self.connection.execute(sql)
    }

    /// Whether there is a table, view, index or sequence of this name: `"auth.users"`, `"users"`.
    pub fn has(&self, relation: &str) -> bool {
        self.connection.value(&format!("SELECT to_regclass('{relation}') IS NOT NULL")) == "t"
    }

    /// Creates a role of a unique name, with options such as `LOGIN PASSWORD 'x'`. It is dropped with the database.
    pub fn role(&self, label: &str, options: &str) -> String {
        let name = TestServer::shared().unique_name(label);
        self.connection.rows(&format!("CREATE ROLE {name} {options}"));
        self.roles.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.connection.close();
        if self.private.is_some() {
            return;
        }
        let server = TestServer::shared().connection();
        // `FORCE` looks only ten times a second whether those whom it sent away are gone.
        let others = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        );
        let deadline = Instant::now() + Duration::from_millis(200);
        while Instant::now() < deadline && server.execute(&others).is_ok_and(|count| count != ["0"]) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let name = quote_identifier(&self.name);
        // A test that fails is already panicking, and the next run removes what is left.
        let _ = server.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        for role in self.roles.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = server.execute(&format!("DROP ROLE IF EXISTS {role}"));
        }
    }
}
