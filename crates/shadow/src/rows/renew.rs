//! Other rows in the place of those that are there: after a migration they show what the new columns can hold.

use crosstrack_catalog::Scope;
use crosstrack_database::{QueryError, Session};

use crate::rows::fill::{Filled, fill};
use crate::rows::scope;

/// Empties all tables and fills them anew. Sequences stay where they are.
///
/// # Errors
/// When the server does not answer any more, or refuses to empty a table.
pub async fn renew(session: &Session, scope: &Scope) -> Result<Filled, QueryError> {
    empty(session, scope).await?;
    fill(session, scope).await
}

/// Empties all tables. Sequences stay where they are.
///
/// # Errors
/// When the server does not answer any more, or refuses to empty a table.
pub async fn empty(session: &Session, scope: &Scope) -> Result<(), QueryError> {
    let purpose = "empty the tables of a shadow database";
    let sql = format!("WITH {} SELECT string_agg(name, ', ') AS tables FROM own", scope::tables(scope));
    let rows = session.rows(purpose, &sql).await?;
    if let Some(tables) = rows.first().map(|row| row.optional("tables")).transpose()?.flatten() {
        session.rows(purpose, &format!("TRUNCATE {tables} CASCADE")).await?;
    }
    Ok(())
}
