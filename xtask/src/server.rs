//! The private server of this crate's commands, under `target/xtask`.
//!
//! Must not be the developer's own development server: its databases are dropped without asking.

use std::path::PathBuf;

use crosstrack_passfile::PasswordFile;
use crosstrack_server::{DevelopmentServer, Durability, Running, ServerSettings};

use crate::failure::Failure;
use crate::program::{self, Program};
use crate::workspace;

/// A server that runs.
pub(crate) struct PrivateServer {
    running: Running,
    server: DevelopmentServer,
}

impl PrivateServer {
    /// The server whose data nobody misses.
    pub(crate) fn start() -> Result<Self, Failure> {
        Self::start_with("server", Durability::None)
    }

    /// A server in a folder of its own under `target/xtask`.
    pub(crate) fn start_with(folder_name: &str, durability: Durability) -> Result<Self, Failure> {
        let folder = workspace::root().join("target/xtask");
        let settings =
            ServerSettings::new(folder.join(folder_name), folder.join("cache"), program::search_path());
        let server = DevelopmentServer::new(ServerSettings { durability, ..settings });
        let running = server
            .start(&mut |_| {})
            .map_err(|error| Failure::new(error.to_string(), causes(&error), error.hint()))?;
        Ok(Self { running, server })
    }

    /// Stops it, unless another command started it and may still need it.
    pub(crate) fn leave(self) -> Result<(), Failure> {
        if !self.running.started_now {
            return Ok(());
        }
        self.server.stop().map(|_| ()).map_err(|error| {
            Failure::new("could not stop the private server", error.to_string(), "delete target/xtask/server")
        })
    }

    /// Makes an empty database of this name, whatever it held before.
    pub(crate) fn create_database(&self, name: &str) -> Result<(), Failure> {
        for statement in ["drop database if exists", "create database"] {
            let force = if statement.starts_with("drop") { " with (force)" } else { "" };
            self.query(&self.running.database, &format!("{statement} \"{name}\"{force}"))?;
        }
        Ok(())
    }

    /// The URL of a database. It holds the password.
    pub(crate) fn url(&self, database: &str) -> String {
        self.running.url_for(database)
    }

    /// The port on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.running.port
    }

    /// What `psql` answers, a row a line.
    pub(crate) fn query(&self, database: &str, query: &str) -> Result<String, Failure> {
        let arguments = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set", "ON_ERROR_STOP=1"];
        self.answer("psql", database, &[&arguments[..], &["--command", query]].concat())
    }

    /// What a client program of the server's own version answers. The password goes by a file: arguments and
    /// environments can be read.
    pub(crate) fn answer(&self, client: &str, database: &str, arguments: &[&str]) -> Result<String, Failure> {
        let password = PasswordFile::write(self.running.password.expose()).map_err(|error| {
            Failure::new(
                "could not write a password file",
                error.to_string(),
                "make room for temporary files",
            )
        })?;
        let captured = Program::new(self.path_of(client)?)
            .arguments(arguments)
            .variable("PGHOST", "127.0.0.1")
            .variable("PGPORT", self.running.port.to_string())
            .variable("PGUSER", &self.running.user)
            .variable("PGPASSFILE", password.path())
            .variable("PGDATABASE", database)
            .capture()?;
        if captured.code == Some(0) {
            return Ok(captured.output);
        }
        let what = format!("`{client}` failed on the database `{database}`");
        Err(Failure::new(
            what,
            captured.errors.trim(),
            "see the server's log, target/xtask/server/server.log",
        ))
    }

    /// A client program of the server's own version.
    pub(crate) fn path_of(&self, client: &str) -> Result<PathBuf, Failure> {
        self.running.program(client).ok_or_else(|| {
            let what = format!("found no `{client}` in `{}`", self.running.binaries.display());
            let why = "the server's programs came without their clients";
            Failure::new(what, why, "install PostgreSQL with its client programs")
        })
    }
}

/// The causes of an error, in a line.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
