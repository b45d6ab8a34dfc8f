//! The session in which sqlx's own migrate API works.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use crosstrack_database::{ConnectError, Database, ServerError, quote_identifier, search_path};
use crosstrack_model::{Migration, Script, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{Part, StepError, TrackSession};
use sqlx::migrate::{Migrate, MigrateError, Migration as SqlxMigration, MigrationType};
use sqlx::postgres::{PgConnection, PgDatabaseError, PgErrorPosition};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row as _, SqlSafeStr};

/// Behind a pooler: takes away what sqlx prepares under names of its own. It has no setting that would leave the names out, and on a
/// session that is somebody else's next they would be in the way. A pooler that keeps prepared statements itself gives them others.
const WITHOUT_PREPARED: &str = "DO $$ DECLARE statement text; BEGIN \
     FOR statement IN SELECT name FROM pg_prepared_statements WHERE name LIKE 'sqlx\\_s\\_%' LOOP \
     EXECUTE format('DEALLOCATE %I', statement); END LOOP; END $$;";

/// A connection that sqlx owns.
pub(crate) struct SqlxSession {
    connection: PgConnection,
    /// What is run at both ends of each transaction.
    between: &'static str,
    table: String,
    schemas: Vec<String>,
    /// The search path of a track with a schema of its own, as the settings of a transaction.
    local_search_path: String,
}

impl SqlxSession {
    pub(crate) async fn open(database: &Database, track: &TrackSettings) -> Result<Self, ConnectError> {
        let server = database.endpoint().to_string();
        let refused = |source: sqlx::Error| match source.as_database_error() {
            Some(error) => ConnectError::Refused {
                database: database.target().redacted(),
                source: Box::new(read_error(error.try_downcast_ref::<PgDatabaseError>())),
            },
            None => ConnectError::Driver { server: server.clone(), source: Box::new(source) },
        };
        let application = format!("{} track={}", database.application(), track.name);
        let mut connection = crate::connect::options(database, &application)
            .map_err(refused)?
            .disable_statement_logging()
            .connect()
            .await
            .map_err(refused)?;
        // Behind a pooler the search path belongs to each transaction.
        if let Some(schema) = track.schema.as_ref().filter(|_| !database.is_behind_pooler()) {
            // sqlx writes the table's name into its statements as it is: it is found and made by the search path.
            let sql = format!("SET search_path TO {}", search_path(schema));
            execute(&mut connection, &sql).await.map_err(refused)?;
        }
        let schemas = track.schema.iter().chain(&track.create_schemas);
        Ok(Self {
            connection,
            between: if database.is_behind_pooler() { WITHOUT_PREPARED } else { "" },
            table: crate::table(track).to_owned(),
            schemas: schemas.map(|schema| quote_identifier(schema)).collect(),
            local_search_path: track
                .schema
                .as_deref()
                .map_or(String::new(), |schema| format!("SET LOCAL search_path TO {}", search_path(schema))),
        })
    }
}

impl SqlxSession {
    async fn make_ledger(&mut self) -> Result<(), StepError> {
        for schema in &self.schemas {
            self.connection.create_schema_if_not_exists(schema).await.map_err(step_error)?;
        }
        self.connection.ensure_migrations_table(&self.table).await.map_err(step_error)
    }
}

#[async_trait]
impl TrackSession for SqlxSession {
    async fn prepare_ledger(&mut self) -> Result<(), StepError> {
        let settings = self.local_search_path.clone();
        self.begin(&settings).await?;
        match self.make_ledger().await {
            Ok(()) => self.commit("").await,
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    async fn settle(&mut self, sql: &str) -> Result<(), StepError> {
        execute(&mut self.connection, sql).await.map_err(|error| classify(Part::Settings, error))
    }

    async fn begin(&mut self, settings: &str) -> Result<(), StepError> {
        let sql = format!("BEGIN; {} {settings}", self.between);
        execute(&mut self.connection, &sql).await.map_err(|error| classify(Part::Settings, error))
    }

    async fn commit(&mut self, last: &str) -> Result<(), StepError> {
        let sql = format!("{last}{}COMMIT", self.between);
        execute(&mut self.connection, &sql).await.map_err(|error| classify(Part::Ledger, error))
    }

    async fn rollback(&mut self) {
        // What went wrong first is what is said.
        drop(execute(&mut self.connection, &format!("ROLLBACK; {}", self.between)).await);
    }

    async fn apply(&mut self, migration: &Migration) -> Result<(), StepError> {
        // sqlx would open a transaction of its own, and write the row's `execution_time` after its commit. Were that refused, an
        // applied migration would be reported as failed; so its code runs in the transaction that is open.
        let work = work(migration, &migration.forward, MigrationType::ReversibleUp);
        self.connection.apply(&self.table, &work).await.map_err(step_error).map(drop)
    }

    async fn revert(&mut self, migration: &Migration, script: &Script) -> Result<(), StepError> {
        let work = work(migration, script, MigrationType::ReversibleDown);
        self.connection.revert(&self.table, &work).await.map_err(step_error).map(drop)
    }

    async fn execute(&mut self, statement: &str) -> Result<(), StepError> {
        execute(&mut self.connection, statement).await.map_err(|error| classify(Part::Script, error))
    }

    async fn search_path(&mut self) -> Result<Vec<String>, StepError> {
        // The simple protocol leaves nothing prepared; a schema's name may hold whatever a list would be cut at.
        let query = sqlx::raw_sql("SELECT unnest(current_schemas(true))::text");
        let rows =
            query.fetch_all(&mut self.connection).await.map_err(|error| classify(Part::Settings, error))?;
        let names = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<_, _>>();
        names.map_err(|error| classify(Part::Settings, error))
    }

    async fn mark(&mut self, migration: &Migration, took: Option<Duration>) -> Result<(), StepError> {
        let work = work(migration, &migration.forward, MigrationType::ReversibleUp);
        self.connection.skip(&self.table, &work).await.map_err(step_error)?;
        // sqlx writes the row first and the time afterwards, in a statement of its own, which `skip` leaves out.
        let Some(took) = took else { return Ok(()) };
        let sql = format!(
            "UPDATE {} SET execution_time = {} WHERE version = {}",
            self.table,
            took.as_nanos(),
            work.version
        );
        execute(&mut self.connection, &sql).await.map_err(|error| classify(Part::Ledger, error))
    }

    async fn restamp(&mut self, migration: &Migration) -> Result<(), StepError> {
        // sqlx has no code for it: its own way is to take the row away and write it anew, with another moment and no time.
        let checksum = crate::checksum::to_hexadecimal(migration.ledger_checksums.first());
        let sql = format!(
            "UPDATE {} SET checksum = decode('{checksum}', 'hex') WHERE version = {}",
            self.table,
            migration.version.as_number().unwrap_or_default()
        );
        execute(&mut self.connection, &sql).await.map_err(|error| classify(Part::Ledger, error))
    }

    async fn unmark(&mut self, version: &Version) -> Result<(), StepError> {
        // An empty script: sqlx's own code deletes the row.
        let work = SqlxMigration {
            version: version.as_number().unwrap_or_default(),
            description: Cow::Borrowed(""),
            migration_type: MigrationType::ReversibleDown,
            sql: "".into_sql_str(),
            checksum: Cow::Borrowed(&[]),
            no_tx: true,
        };
        self.connection.revert(&self.table, &work).await.map_err(step_error).map(drop)
    }
}

fn work(migration: &Migration, script: &Script, migration_type: MigrationType) -> SqlxMigration {
    SqlxMigration {
        version: migration.version.as_number().unwrap_or_default(),
        description: Cow::Owned(migration.name.clone()),
        migration_type,
        sql: AssertSqlSafe(script.sql.clone()).into_sql_str(),
        checksum: Cow::Owned(migration.ledger_checksums.first().cloned().unwrap_or_default()),
        no_tx: true,
    }
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    connection.execute(AssertSqlSafe(sql.to_owned()).into_sql_str()).await.map(drop)
}

fn step_error(error: MigrateError) -> StepError {
    match error {
        MigrateError::ExecuteMigration(error, _) => classify(Part::Script, error),
        MigrateError::Execute(error) => classify(Part::Ledger, error),
        other => StepError::Tool { tool: "sqlx", source: Box::new(other) },
    }
}

fn classify(part: Part, error: sqlx::Error) -> StepError {
    match error.as_database_error() {
        Some(database) => {
            StepError::from_server(part, read_error(database.try_downcast_ref::<PgDatabaseError>()))
        }
        None => StepError::Broken { source: Box::new(error) },
    }
}

fn read_error(error: Option<&PgDatabaseError>) -> ServerError {
    let Some(error) = error else { return ServerError::default() };
    ServerError {
        code: error.code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        position: match error.position() {
            Some(PgErrorPosition::Original(position)) => Some(position),
            _ => None,
        },
        context: error.r#where().map(str::to_owned),
    }
}
