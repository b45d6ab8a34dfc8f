//! The one scoped function: a shadow database is created, worked on and dropped.
//!
//! It must not judge what happens there.

use crosstrack_database::{Database, Reader, Session};

use crate::database::{Origin, ShadowDatabase};
use crate::error::ShadowError;
use crate::reach::scope_of_scripts;
use crate::script::{Script, create_missing_role, run_scripts, run_statement};
use crate::server::{ShadowServer, Started};
use crate::template::prepared_copy;

/// A shadow database that is being worked on.
pub struct Shadow<'a> {
    server: &'a ShadowServer,
    database: Database,
    /// The role that works there.
    user: String,
}

impl Shadow<'_> {
    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The role that works there and owns what it creates.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Opens a session.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn session(&self, purpose: &str) -> Result<Session, ShadowError> {
        self.database.session(purpose).await.map_err(ShadowError::Connect)
    }

    /// Opens a session that only reads.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn reader(&self) -> Result<Reader, ShadowError> {
        self.database.reader().await.map_err(ShadowError::Connect)
    }

    /// Runs files of SQL, statement by statement. Roles that they name are created where the shadow server does not have them.
    ///
    /// # Errors
    /// When the server does not accept a statement.
    pub async fn load(&self, session: &Session, scripts: &[Script]) -> Result<(), ShadowError> {
        run_scripts(self.server, session, scripts).await
    }

    /// Creates the role that a refused statement names, where the shadow server does not have it; `former` is the one that was created
    /// before.
    pub async fn create_missing_role(
        &self,
        session: &Session,
        error: &crosstrack_database::QueryError,
        former: Option<&str>,
    ) -> Option<String> {
        create_missing_role(self.server, session, error).await.filter(|role| Some(role.as_str()) != former)
    }

    /// Runs one statement likewise, outside of a transaction block.
    ///
    /// # Errors
    /// When the server does not accept it.
    pub async fn run(&self, session: &Session, sql: &str) -> Result<(), crosstrack_database::QueryError> {
        run_statement(self.server, session, sql).await
    }
}

/// Creates a shadow database with what there is before the first migration, gives it to `work`, and drops it, whatever happened.
///
/// `scripts` are the texts that `work` may run there: the check of what they may reach comes before anything is created.
///
/// # Errors
/// When there can be no shadow database, when a script may reach beyond it, and as `work` does.
pub async fn with_shadow<T, E: From<ShadowError>>(
    server: &ShadowServer,
    scripts: &[Script],
    work: impl AsyncFnOnce(&mut Shadow<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let scope = scope_of_scripts(server, scripts)?;
    let done = scope.within(server, async |started| {
        let created = if scope.keeps_templates() {
            prepared_copy(server, started).await?
        } else {
            ShadowDatabase::create(started, Origin::Empty).await?
        };
        on_database(server, started, created, work).await
    });
    // The caller need not hold all that a shadow database takes.
    Box::pin(done).await
}

/// The same with a shadow database that exists already.
pub(crate) async fn on_database<T, E: From<ShadowError>>(
    server: &ShadowServer,
    started: &Started,
    created: ShadowDatabase,
    work: impl AsyncFnOnce(&mut Shadow<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut shadow = Shadow { server, database: created.database().clone(), user: started.user.clone() };
    let done = match begin(&shadow, started, &created).await {
        Ok(()) => work(&mut shadow).await,
        Err(error) => Err(error.into()),
    };
    let removed = created.remove().await;
    let done = done?;
    removed?;
    Ok(done)
}

/// What there is before the first migration.
async fn begin(shadow: &Shadow<'_>, started: &Started, created: &ShadowDatabase) -> Result<(), ShadowError> {
    if created.is_empty() && !started.prepare.is_empty() {
        let session = shadow.session("prepare").await?;
        shadow.load(&session, &started.prepare).await?;
    }
    Ok(())
}
