//! The scratch database that a schema is made on.

use crosstrack_alter::Statement;
use crosstrack_catalog::{Catalog, Scope, read_catalog, read_dependencies};
use crosstrack_database::{QueryError, Reader, ScratchDatabase, Session};
use crosstrack_settings::Target;

use crate::error::SchemaError;
use crate::script::Script;

/// Where scratch databases are made.
#[derive(Clone, Copy)]
pub struct Workbench<'a> {
    /// A database of the server. It is not touched, and need not be there.
    pub target: &'a Target,
    /// What the sessions call themselves.
    pub application: &'a str,
}

/// A scratch database that is worked on.
#[must_use = "a scratch database stays until its bench is cleared"]
pub(crate) struct Bench {
    scratch: ScratchDatabase,
    session: Session,
    reader: Reader,
    /// The role that works there.
    pub(crate) acting: String,
}

impl Bench {
    pub(crate) async fn new(workbench: Workbench<'_>) -> Result<Self, SchemaError> {
        let scratch = ScratchDatabase::create(workbench.target, workbench.application).await?;
        match prepare(&scratch).await {
            Ok((session, reader, acting)) => Ok(Self { scratch, session, reader, acting }),
            Err(error) => {
                // What went wrong first is what is said.
                drop(scratch.remove().await);
                Err(error)
            }
        }
    }

    pub(crate) async fn clear(self) -> Result<(), SchemaError> {
        drop((self.session, self.reader));
        Ok(self.scratch.remove().await?)
    }

    /// Runs scripts, statement by statement.
    pub(crate) async fn load(&self, scripts: &[Script]) -> Result<(), SchemaError> {
        for script in scripts {
            let path = &script.path;
            let statements = crosstrack_script::statements(&script.text)
                .map_err(|source| SchemaError::Split { path: path.clone(), source })?;
            for statement in statements {
                let done = self.session.rows("load a schema", statement.text).await;
                done.map_err(|source| SchemaError::Statement {
                    path: path.clone(),
                    line: statement.line,
                    statement: statement.text.lines().next().unwrap_or_default().to_owned(),
                    source,
                })?;
            }
        }
        Ok(())
    }

    /// Runs statements in as few transactions as they allow. The first error is the statement that is refused; then nothing of its
    /// transaction is left.
    pub(crate) async fn run(&self, statements: &[Statement]) -> Result<(), (String, QueryError)> {
        let purpose = "try a statement";
        let done = async |sql: &str| {
            self.session.rows(purpose, sql).await.map(drop).map_err(|source| (sql.to_owned(), source))
        };
        done("SET check_function_bodies TO off; SET search_path TO \"$user\", public").await?;
        for part in Statement::parts(statements) {
            if let [alone] = part
                && alone.is_outside()
            {
                done(&alone.sql).await?;
                continue;
            }
            done("BEGIN").await?;
            for statement in part {
                if let Err(refused) = done(&statement.sql).await {
                    drop(done("ROLLBACK").await);
                    return Err(refused);
                }
            }
            done("COMMIT").await?;
        }
        Ok(())
    }

    /// The catalog as it is now, with what stands on what.
    pub(crate) async fn catalog(&mut self) -> Result<Catalog, SchemaError> {
        catalog(&mut self.reader, &Scope::default()).await
    }
}

/// The catalog of a database, with what stands on what.
pub(crate) async fn catalog(reader: &mut Reader, scope: &Scope) -> Result<Catalog, SchemaError> {
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, scope).await?;
    let catalog = read_dependencies(&snapshot, catalog).await?;
    snapshot.end().await?;
    Ok(catalog)
}

async fn prepare(scratch: &ScratchDatabase) -> Result<(Session, Reader, String), SchemaError> {
    let session = scratch.database().session("schema").await?;
    let reader = scratch.database().reader().await?;
    let rows = session.rows("ask who works here", "SELECT current_user::text AS acting").await?;
    let acting = rows.first().map_or(Ok(""), |row| row.text("acting"))?.to_owned();
    Ok((session, reader, acting))
}
