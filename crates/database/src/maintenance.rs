//! A database of the same server, to make or drop the one that is named from: nobody can do that from inside.

use crosstrack_settings::Target;

use crate::connect::{ConnectError, Database};
use crate::query::QueryError;
use crate::session::{Session, quote_identifier, quote_literal};

/// Databases that every server has, unless somebody took them away.
const ALWAYS_THERE: [&str; 2] = ["postgres", "template1"];

/// Why a database could not be made or dropped.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// No other database of the server could be opened.
    #[error("cannot reach the server through another of its databases")]
    Connect(#[source] ConnectError),
    /// The server refused.
    #[error("cannot {what} the database `{name}`")]
    Refused {
        /// `create` or `drop`.
        what: &'static str,
        /// The database.
        name: String,
        /// What the server says.
        source: QueryError,
    },
}

/// Makes the database of a target; says whether there was none.
///
/// # Errors
/// When the server does not answer, or the user may not create databases.
pub async fn create_database(target: &Target, application: &str) -> Result<bool, MaintenanceError> {
    let session = session_beside(target, application).await?;
    let sql = format!("CREATE DATABASE {}", quote_identifier(&target.database));
    match session.rows("create a database", &sql).await {
        Ok(_) => Ok(true),
        // `duplicate_database`, and the same when two make it at once.
        Err(error) if error.server_error().is_some_and(|e| matches!(e.code.as_str(), "42P04" | "23505")) => {
            Ok(false)
        }
        Err(source) => Err(refused("create", target, source)),
    }
}

/// Drops the database of a target, whoever is connected if `force` says so; says whether it was there.
///
/// # Errors
/// When the server does not answer, or refuses: the user does not own it, or somebody is connected.
pub async fn drop_database(
    target: &Target,
    application: &str,
    force: bool,
) -> Result<bool, MaintenanceError> {
    let session = session_beside(target, application).await?;
    let failed = |source| refused("drop", target, source);
    let is_there = format!("SELECT FROM pg_database WHERE datname = {}", quote_literal(&target.database));
    if session.rows("look for a database", &is_there).await.map_err(failed)?.is_empty() {
        return Ok(false);
    }
    let force = if force { " WITH (FORCE)" } else { "" };
    let sql = format!("DROP DATABASE {}{force}", quote_identifier(&target.database));
    session.rows("drop a database", &sql).await.map_err(failed)?;
    Ok(true)
}

fn refused(what: &'static str, target: &Target, source: QueryError) -> MaintenanceError {
    MaintenanceError::Refused { what, name: target.database.clone(), source }
}

async fn session_beside(target: &Target, application: &str) -> Result<Session, MaintenanceError> {
    let database = beside(target, application).await.map_err(MaintenanceError::Connect)?;
    let session = database.session("maintenance").await.map_err(MaintenanceError::Connect)?;
    // Limits that the role gives its statements are not meant for these.
    let settle = "SET statement_timeout TO 0; SET lock_timeout TO 0";
    session.rows("settle a session", settle).await.map_err(|source| refused("reach", target, source))?;
    Ok(session)
}

/// Another database of the target's server.
///
/// # Errors
/// When none of those that every server has can be opened; what the server says of the first.
pub async fn beside(target: &Target, application: &str) -> Result<Database, ConnectError> {
    let mut first = None;
    for name in ALWAYS_THERE.into_iter().filter(|name| *name != target.database) {
        match Database::connect(target.with_database(name), application.to_owned()).await {
            Ok((database, _)) => return Ok(database),
            Err(error) => first = first.or(Some(error)),
        }
    }
    match first {
        Some(error) => Err(error),
        None => Database::connect(target.clone(), application.to_owned()).await.map(|(database, _)| database),
    }
}
