//! The session in which Diesel's own migration harness works.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use crosstrack_database::{ConnectError, Database, Watch, quote_identifier, search_path};
use crosstrack_fault::{Point, reach};
use crosstrack_model::{Migration, Script, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{Part, StepError, TrackSession};
use diesel::connection::{BoxableConnection, CacheSize, SimpleConnection};
use diesel::migration::{
    Migration as DieselMigration, MigrationConnection, MigrationMetadata, MigrationName, MigrationVersion,
    Result as DieselResult,
};
use diesel::pg::Pg;
use diesel::sql_types::{Array, Text};
use diesel::{QueryableByName, RunQueryDsl as _};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use diesel_migrations::MigrationHarness;

type Connection = AsyncConnectionWrapper<AsyncPgConnection>;

/// A connection that Diesel owns, and what was seen on it.
pub(crate) struct DieselSession {
    connection: Connection,
    watch: Watch,
    schema: Option<String>,
}

impl DieselSession {
    pub(crate) async fn open(database: &Database, track: &TrackSettings) -> Result<Self, ConnectError> {
        let server = database.endpoint().to_string();
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ConnectError::Driver {
            server: server.clone(),
            source,
        };
        let (client, watch) = database.session(&format!("track={}", track.name)).await?.into_parts();
        if database.is_behind_pooler() {
            // Diesel prepares statements for its own settings. A transaction has to leave them on one session.
            client.batch_execute("BEGIN").await.map_err(|source| failed(Box::new(source)))?;
        }
        let mut connection =
            AsyncPgConnection::try_from(client).await.map_err(|source| failed(Box::new(source)))?;
        let settle = if database.is_behind_pooler() {
            connection.set_prepared_statement_cache_size(CacheSize::Disabled);
            "COMMIT".to_owned()
        } else {
            // The ledger has no schema of its own in Diesel: it is found and made by the search path. Behind a pooler the path
            // belongs to each transaction.
            track
                .schema
                .as_deref()
                .map_or(String::new(), |schema| format!("SET search_path TO {}", search_path(schema)))
        };
        if !settle.is_empty() {
            diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, &settle)
                .await
                .map_err(|source| failed(Box::new(source)))?;
        }
        Ok(Self { connection: connection.into(), watch, schema: track.schema.clone() })
    }

    /// Runs Diesel's blocking code where blocking is allowed, and says what the server said if it did not succeed.
    fn run(
        &mut self,
        part: Part,
        work: impl FnOnce(&mut Connection) -> DieselResult<()>,
    ) -> Result<(), StepError> {
        // What was refused before has been reported before.
        self.watch.take_error();
        tokio::task::block_in_place(|| work(&mut self.connection)).map_err(|source| {
            match (self.watch.take_error(), source.is::<OutsideServer>()) {
                (Some(source), _) => StepError::from_server(part, source),
                (None, true) => StepError::Tool { tool: "Diesel", source },
                (None, false) => StepError::Broken { source },
            }
        })
    }
}

#[async_trait]
impl TrackSession for DieselSession {
    async fn prepare_ledger(&mut self) -> Result<(), StepError> {
        let schema = self.schema.clone();
        let settings = schema.as_deref().map_or(String::new(), |schema| {
            format!(
                "CREATE SCHEMA IF NOT EXISTS {}; SET LOCAL search_path TO {}",
                quote_identifier(schema),
                search_path(schema)
            )
        });
        self.run(Part::Ledger, |connection| Ok(connection.batch_execute(&format!("BEGIN; {settings}"))?))?;
        let made = self.run(Part::Ledger, |connection| Ok(connection.setup().map(drop)?));
        match made {
            Ok(()) => self.commit("").await,
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    async fn settle(&mut self, sql: &str) -> Result<(), StepError> {
        self.run(Part::Settings, |connection| Ok(connection.batch_execute(sql)?))
    }

    async fn begin(&mut self, settings: &str) -> Result<(), StepError> {
        self.run(Part::Settings, |connection| Ok(connection.batch_execute(&format!("BEGIN; {settings}"))?))
    }

    async fn commit(&mut self, last: &str) -> Result<(), StepError> {
        self.run(Part::Ledger, |connection| Ok(connection.batch_execute(&format!("{last}COMMIT"))?))
    }

    async fn rollback(&mut self) {
        // What went wrong first is what is said.
        drop(self.run(Part::Ledger, |connection| Ok(connection.batch_execute("ROLLBACK")?)));
    }

    async fn apply(&mut self, migration: &Migration) -> Result<(), StepError> {
        let work = Work::new(&migration.version, &migration.label, Some(&migration.forward));
        self.run_work(&work, |connection| connection.run_migration(&work).map(drop))
    }

    async fn revert(&mut self, migration: &Migration, script: &Script) -> Result<(), StepError> {
        let work = Work::new(&migration.version, &migration.label, Some(script));
        self.run_work(&work, |connection| connection.revert_migration(&work).map(drop))
    }

    async fn execute(&mut self, statement: &str) -> Result<(), StepError> {
        self.run(Part::Script, |connection| Ok(connection.batch_execute(statement)?))
    }

    async fn search_path(&mut self) -> Result<Vec<String>, StepError> {
        let mut schemas = Vec::new();
        self.run(Part::Settings, |connection| {
            let query = diesel::sql_query("SELECT current_schemas(true)::text[] AS schemas");
            schemas = query.get_result::<SearchPath>(connection)?.schemas;
            Ok(())
        })?;
        Ok(schemas)
    }

    async fn mark(&mut self, migration: &Migration, _took: Option<Duration>) -> Result<(), StepError> {
        let work = Work::new(&migration.version, &migration.label, None);
        self.run(Part::Ledger, |connection| connection.run_migration(&work).map(drop))
    }

    async fn restamp(&mut self, _migration: &Migration) -> Result<(), StepError> {
        Ok(())
    }

    async fn unmark(&mut self, version: &Version) -> Result<(), StepError> {
        let work = Work::new(version, version.as_str(), None);
        self.run(Part::Ledger, |connection| connection.revert_migration(&work).map(drop))
    }
}

#[derive(QueryableByName)]
struct SearchPath {
    #[diesel(sql_type = Array<Text>)]
    schemas: Vec<String>,
}

impl DieselSession {
    /// Runs a script through the harness; what fails after the script is the ledger row.
    fn run_work(
        &mut self,
        work: &Work<'_>,
        run: impl FnOnce(&mut Connection) -> DieselResult<()>,
    ) -> Result<(), StepError> {
        self.run(Part::Script, run).map_err(|error| match error {
            StepError::Refused { source, .. } if work.script_is_done.get() => {
                StepError::Refused { part: Part::Ledger, source }
            }
            other => other,
        })
    }
}

/// What the harness is given: the script as it was read when the plan was made, or nothing to run at all.
///
/// [`diesel_migrations::FileBasedMigrations`] would read the file again, and what was shown might not be what is run.
struct Work<'a> {
    name: WorkName<'a>,
    script: Option<&'a Script>,
    script_is_done: std::cell::Cell<bool>,
}

impl<'a> Work<'a> {
    fn new(version: &'a Version, label: &'a str, script: Option<&'a Script>) -> Self {
        Self { name: WorkName { version, label }, script, script_is_done: std::cell::Cell::new(false) }
    }

    fn execute(&self, connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
        if let Some(script) = self.script {
            if script.sql.is_empty() {
                return Err(Box::new(OutsideServer));
            }
            connection.batch_execute(&script.sql)?;
        }
        self.script_is_done.set(true);
        reach(Point::AfterScript);
        Ok(())
    }
}

impl DieselMigration<Pg> for Work<'_> {
    fn run(&self, connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
        self.execute(connection)
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
        self.execute(connection)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &OpenedAlready
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

struct WorkName<'a> {
    version: &'a Version,
    label: &'a str,
}

impl MigrationName for WorkName<'_> {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.version.as_str())
    }
}

impl fmt::Display for WorkName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label)
    }
}

/// The transaction is open already, so that Diesel's harness opens none.
struct OpenedAlready;

impl MigrationMetadata for OpenedAlready {
    fn run_in_transaction(&self) -> bool {
        false
    }
}

/// Diesel refuses a script of no bytes (`RunMigrationsError::EmptyMigration`), and so its track does here.
#[derive(Debug)]
struct OutsideServer;

impl fmt::Display for OutsideServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the script is empty, and Diesel runs no empty script")
    }
}

impl std::error::Error for OutsideServer {}
