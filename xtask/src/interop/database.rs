//! A database of a case, and the three programs run against it.
//!
//! Must not judge what they say.

use std::path::Path;

use super::ground::Ground;
use super::project::{AUTH, CMS};
use crate::failure::Failure;
use crate::program::{Captured, Program};

/// The columns that the two programs write, without times: a duration must be there, and differs.
const LEDGERS: [&str; 2] = [
    "select 'diesel', version, run_on is not null from __diesel_schema_migrations order by version",
    "select 'sqlx', version, description, installed_on is not null, success, encode(checksum, 'hex'), \
     execution_time > 0 from _sqlx_migrations order by version",
];

/// Every row as it is, times and physical place included: equal only when nobody wrote.
const ROWS: [&str; 2] = [
    "select ctid, xmin, * from __diesel_schema_migrations order by version",
    "select ctid, xmin, * from _sqlx_migrations order by version",
];

/// A database of a case.
pub(super) struct Database<'ground> {
    ground: &'ground Ground,
    name: String,
}

impl<'ground> Database<'ground> {
    pub(super) fn create(ground: &'ground Ground, name: &str) -> Result<Self, Failure> {
        ground.server.create_database(name)?;
        Ok(Self { ground, name: name.to_owned() })
    }

    /// `diesel migration <arguments>`
    pub(super) fn diesel(&self, arguments: &[&str]) -> Result<Captured, Failure> {
        self.orm(&self.ground.programs.diesel, "migration", arguments)
    }

    /// `sqlx migrate <arguments>`
    pub(super) fn sqlx(&self, arguments: &[&str]) -> Result<Captured, Failure> {
        self.orm(&self.ground.programs.sqlx, "migrate", arguments)
    }

    /// `cargo xtask db <arguments>`
    pub(super) fn crosstrack(&self, arguments: &[&str]) -> Result<Captured, Failure> {
        Program::xtask()
            .folder(&self.ground.project.folder)
            .arguments(["db", "--env", "development", "--no-dotenv"])
            .arguments(arguments)
            .variable("DATABASE_URL", self.ground.server.url(&self.name))
            .capture()
    }

    /// Applies both folders, each with the program of its ORM.
    pub(super) fn apply_with_programs(&self) -> Result<(), Failure> {
        let diesel = self.diesel(&["run", "--migration-dir", AUTH])?;
        let sqlx = self.sqlx(&["run", "--source", CMS])?;
        if (diesel.code, sqlx.code) == (Some(0), Some(0)) {
            return Ok(());
        }
        let why = format!("{}\n{}", diesel.errors.trim(), sqlx.errors.trim());
        Err(Failure::new("the programs cannot apply their migrations alone", why, "mend the migrations"))
    }

    /// The rows of both ledgers, without times.
    pub(super) fn ledgers(&self) -> Result<Vec<String>, Failure> {
        self.rows(&LEDGERS)
    }

    /// The rows of both ledgers as they are, their physical place included.
    pub(super) fn rows_in_place(&self) -> Result<Vec<String>, Failure> {
        self.rows(&ROWS)
    }

    /// The schema as `pg_dump` writes it, without the journal and without what is different each time.
    pub(super) fn schema(&self) -> Result<String, Failure> {
        let arguments = ["--schema-only", "--no-owner", "--exclude-schema=crosstrack"];
        let dump = self.ground.server.answer("pg_dump", &self.name, &arguments)?;
        // Recent versions of pg_dump write a random key into each dump.
        let lines =
            dump.lines().filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    fn rows(&self, queries: &[&str]) -> Result<Vec<String>, Failure> {
        let mut rows = Vec::new();
        for query in queries {
            rows.extend(self.ground.server.query(&self.name, query)?.lines().map(str::to_owned));
        }
        Ok(rows)
    }

    fn orm(&self, program: &Path, word: &str, arguments: &[&str]) -> Result<Captured, Failure> {
        Program::new(program)
            .folder(&self.ground.project.folder)
            .arguments([word])
            .arguments(arguments)
            .variable("DATABASE_URL", self.ground.server.url(&self.name))
            .variable("NO_COLOR", "1")
            .capture()
    }
}
