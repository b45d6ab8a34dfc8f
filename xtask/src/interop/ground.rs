//! The ground that the cases stand on: the programs, a private server, a copy of the project, and what the programs
//! alone leave behind.
//!
//! Must not keep a case's database: each case makes its own.

use super::database::Database;
use super::install::{self, Programs};
use super::project::Project;
use crate::failure::Failure;
use crate::server::PrivateServer;

/// What the cases stand on.
pub(super) struct Ground {
    pub(super) programs: Programs,
    pub(super) project: Project,
    pub(super) server: PrivateServer,
}

/// What a database looks like after the programs alone migrated it.
pub(super) struct Reference {
    /// The rows of both ledgers, without times.
    pub(super) ledgers: Vec<String>,
    /// The schema as `pg_dump` writes it.
    pub(super) schema: String,
}

impl Ground {
    /// Takes minutes the first time, when the programs are built.
    pub(super) fn prepare() -> Result<Self, Failure> {
        let programs = install::install()?;
        let project = Project::copy(&install::folder().join("project"))?;
        Ok(Self { programs, project, server: PrivateServer::start()? })
    }

    /// An empty database of this name, whatever it held before.
    pub(super) fn database(&self, name: &str) -> Result<Database<'_>, Failure> {
        Database::create(self, name)
    }

    /// What the programs alone leave behind.
    pub(super) fn reference(&self) -> Result<Reference, Failure> {
        let database = self.database("interop_reference")?;
        database.apply_with_programs()?;
        Ok(Reference { ledgers: database.ledgers()?, schema: database.schema()? })
    }
}
