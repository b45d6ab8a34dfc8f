//! Invalid indexes: what a failed concurrent build leaves behind.
//!
//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS` succeeds over an invalid index of the same name, and a ledger would then say
//! that all is well.

use crosstrack_database::{LockedSession, QueryError, quote_identifier, quote_literal};
use crosstrack_script::{IndexName, concurrent_index_name};
use crosstrack_track::{StepError, TrackSession};

/// The index that a statement builds concurrently, as SQL text, if it builds one.
pub(super) fn built_index(statement: &str, schema: Option<&str>) -> Option<String> {
    let IndexName { schema: written, name } = concurrent_index_name(statement)?;
    Some(match written.as_deref().or(schema) {
        Some(schema) => format!("{}.{}", quote_identifier(schema), quote_identifier(&name)),
        None => quote_identifier(&name),
    })
}

/// Drops an index if it is there and invalid. Says whether it was.
pub(super) async fn drop_if_invalid(
    lock: &LockedSession,
    session: &mut dyn TrackSession,
    index: &str,
) -> Result<bool, StepError> {
    let is_invalid =
        is_invalid(lock, index).await.map_err(|source| StepError::Broken { source: Box::new(source) })?;
    if is_invalid {
        session.execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")).await?;
    }
    Ok(is_invalid)
}

async fn is_invalid(lock: &LockedSession, index: &str) -> Result<bool, QueryError> {
    let sql = format!(
        "SELECT 1 AS invalid FROM pg_index WHERE indexrelid = to_regclass({}) AND NOT indisvalid",
        quote_literal(index)
    );
    let rows = lock.session().rows("say whether an index is valid", &sql).await?;
    Ok(!rows.is_empty())
}
