//! What the contenders meet: programs, folders, a server that writes to disk as a real one does.
//!
//! Must not show anything.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crosstrack_server::Durability;

use super::contender::Contender;
use super::corpus;
use super::proxy::Proxy;
use super::rounds::Counts;
use crate::failure::Failure;
use crate::interop::{Programs, install};
use crate::program::Program;
use crate::server::PrivateServer;
use crate::{print, workspace};

const DATABASE: &str = "bench";

/// Everything that is there before the first round.
pub(super) struct Ground {
    pub(super) psql: PathBuf,
    pub(super) crosstrack: PathBuf,
    pub(super) tools: Programs,
    folder: PathBuf,
    server: PrivateServer,
}

impl Ground {
    /// Builds and installs what is missing, writes the migrations, starts the server.
    pub(super) fn prepare() -> Result<Self, Failure> {
        Self::with_tools(install()?)
    }

    /// The same without the ORMs' own programs, for what they have no part in.
    pub(super) fn without_tools() -> Result<Self, Failure> {
        Self::with_tools(Programs::default())
    }

    fn with_tools(tools: Programs) -> Result<Self, Failure> {
        print::story("building the release of crosstrack: some minutes the first time");
        let crosstrack = build(&["--package", "crosstrack-cli"], "crosstrack")?;
        let folder = workspace::root().join("target/xtask/bench");
        corpus::write(&folder)?;
        let server = PrivateServer::start_with("bench-server", Durability::Full)?;
        let psql = server.path_of("psql")?;
        Ok(Self { psql, crosstrack, tools, folder, server })
    }

    /// Stops the server.
    pub(super) fn leave(self) -> Result<(), Failure> {
        self.server.leave()
    }

    /// A program in the folder of the migrations.
    pub(super) fn program(&self, path: &Path) -> Program {
        Program::new(path).folder(&self.folder)
    }

    /// The database of the bench, empty again, with what came before it on disk.
    pub(super) fn empty_database(&self) -> Result<(), Failure> {
        self.server.create_database(DATABASE)?;
        self.server.query(DATABASE, "checkpoint").map(drop)
    }

    /// Another database, empty again.
    pub(super) fn empty_database_of(&self, name: &str) -> Result<(), Failure> {
        self.server.create_database(name)
    }

    /// Another database, gone.
    pub(super) fn drop_database(&self, name: &str) -> Result<(), Failure> {
        self.server.query(DATABASE, &format!("drop database if exists {name} with (force)")).map(drop)
    }

    /// Runs statements in the database of the bench.
    pub(super) fn query(&self, sql: &str) -> Result<String, Failure> {
        self.server.query(DATABASE, sql)
    }

    /// Asks another database.
    pub(super) fn query_beside(&self, name: &str, sql: &str) -> Result<String, Failure> {
        self.server.query(name, sql)
    }

    /// The URL of the database of the bench.
    pub(super) fn url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// The URL of another database.
    pub(super) fn url_of(&self, name: &str) -> String {
        self.server.url(name)
    }

    /// A client program of the server's, in the folder of the bench.
    pub(super) fn client(&self, name: &str) -> Result<Program, Failure> {
        Ok(self.program(&self.server.path_of(name)?))
    }

    /// A file in the folder of the bench.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// How often the write-ahead log was synced to disk since the server began.
    pub(super) fn syncs(&self) -> Result<u64, Failure> {
        // Backends report when they end, or at the latest after a second.
        let answer = self
            .server
            .query(DATABASE, "select pg_stat_force_next_flush(); select wal_sync from pg_stat_wal")?;
        let number = answer.trim().lines().last().unwrap_or_default().trim().parse();
        number.map_err(|_| {
            Failure::new("cannot read `pg_stat_wal`", answer, "use PostgreSQL 14 to 17 for the bench")
        })
    }

    /// The seconds that a contender takes.
    pub(super) fn time(&self, contender: &Contender) -> Result<f64, Failure> {
        let programs = (contender.calls)(self, &self.server.url(DATABASE));
        let began = Instant::now();
        run(programs)?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// What a contender sends and waits for.
    pub(super) fn count(&self, contender: &Contender) -> Result<Counts, Failure> {
        let (url, port) = (self.server.url(DATABASE), self.server.port());
        let proxy = Proxy::before(port).map_err(|error| {
            Failure::new("could not open a port on loopback", error.to_string(), "try again")
        })?;
        run((contender.calls)(self, &url.replace(&format!(":{port}/"), &format!(":{}/", proxy.port))))?;
        Ok(proxy.counts())
    }
}

fn run(programs: Vec<Program>) -> Result<(), Failure> {
    for program in programs {
        let captured = program.capture()?;
        if captured.code != Some(0) {
            let why = format!("{}\n{}", captured.output.trim(), captured.errors.trim());
            return Err(Failure::new("a contender failed", why, "mend it: a failed run measures nothing"));
        }
    }
    Ok(())
}

/// A program as users install it.
pub(super) fn build(what: &[&str], name: &str) -> Result<PathBuf, Failure> {
    let status = Program::cargo().arguments(["build", "--release", "--quiet"]).arguments(what).run()?;
    if !status.success() {
        return Err(Failure::new(
            "could not build the release",
            status.to_string(),
            "see what cargo says above",
        ));
    }
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::root().join("target/release").join(name))
}
