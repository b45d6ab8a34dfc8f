//! The shadow database that a schema is made on.

use crosstrack_alter::Statement;
use crosstrack_catalog::{Catalog, Scope, read_catalog, read_dependencies};
use crosstrack_database::{QueryError, Reader, Session};
use crosstrack_shadow::{Script, Shadow, ShadowServer, with_shadow};

use crate::error::SchemaError;

/// A shadow database on which a schema is made.
pub(crate) struct Bench<'a> {
    shadow: &'a Shadow<'a>,
    session: Session,
    reader: Reader,
}

/// Does something on a shadow database, where nothing but these scripts and generated statements runs.
pub(crate) async fn on_a_bench<T>(
    server: &ShadowServer,
    scripts: &[Script],
    work: impl AsyncFnOnce(&mut Bench<'_>) -> Result<T, SchemaError>,
) -> Result<T, SchemaError> {
    with_shadow(server, scripts, async |shadow| {
        let (session, reader) = (shadow.session("schema").await?, shadow.reader().await?);
        work(&mut Bench { shadow, session, reader }).await
    })
    .await
}

impl Bench<'_> {
    /// The session, for rows.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The role that works there.
    pub(crate) fn acting(&self) -> &str {
        self.shadow.user()
    }

    /// Runs scripts, statement by statement.
    pub(crate) async fn load(&self, scripts: &[Script]) -> Result<(), SchemaError> {
        Ok(self.shadow.load(&self.session, scripts).await?)
    }

    /// Runs statements in as few transactions as they allow. The first error is the statement that is refused; then nothing of its
    /// transaction is left. A role that a statement names is created, and the transaction begins anew.
    pub(crate) async fn run(&self, statements: &[Statement]) -> Result<(), (String, QueryError)> {
        self.one("SET check_function_bodies TO off; SET search_path TO \"$user\", public").await?;
        for part in Statement::parts(statements) {
            if let [alone] = part
                && alone.is_outside()
            {
                self.shadow
                    .run(&self.session, &alone.sql)
                    .await
                    .map_err(|source| (alone.sql.clone(), source))?;
                continue;
            }
            let mut former = None;
            while let Err((sql, error)) = self.transaction(part).await {
                self.one("ROLLBACK").await?;
                let role = self.shadow.create_missing_role(&self.session, &error, former.as_deref()).await;
                match role {
                    Some(role) => former = Some(role),
                    None => return Err((sql, error)),
                }
            }
        }
        Ok(())
    }

    async fn transaction(&self, statements: &[Statement]) -> Result<(), (String, QueryError)> {
        self.one("BEGIN").await?;
        for statement in statements {
            self.one(&statement.sql).await?;
        }
        self.one("COMMIT").await
    }

    async fn one(&self, sql: &str) -> Result<(), (String, QueryError)> {
        let done = self.session.rows("try a statement", sql).await;
        done.map(drop).map_err(|source| (sql.to_owned(), source))
    }

    /// The catalog as it is now, with the dependencies between its facts.
    pub(crate) async fn catalog(&mut self) -> Result<Catalog, SchemaError> {
        catalog(&mut self.reader, &Scope::default()).await
    }
}

/// The catalog of a database, with the dependencies between its facts.
pub(crate) async fn catalog(reader: &mut Reader, scope: &Scope) -> Result<Catalog, SchemaError> {
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, scope).await?;
    let catalog = read_dependencies(&snapshot, catalog).await?;
    snapshot.end().await?;
    Ok(catalog)
}
