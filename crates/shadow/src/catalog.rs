//! The catalog as migrations leave it, without the migrations tables: they belong to no migration.
//!
//! It must not compare.

use crosstrack_catalog::{Catalog, Scope, read_catalog, read_dependencies};
use crosstrack_database::Snapshot;
use crosstrack_engine::Track;

use crate::error::ShadowError;

/// Reads the catalog of any database, without the migrations tables. The snapshot is ended: a concurrent build waits for an old one.
///
/// # Errors
/// When the server refuses or does not answer any more.
pub async fn catalog_without_ledgers(
    snapshot: Snapshot<'_>,
    tracks: &[Track],
) -> Result<Catalog, ShadowError> {
    let catalog = read_catalog(&snapshot, &without_ledgers(tracks)).await?;
    snapshot.end().await?;
    Ok(catalog)
}

/// The same with the dependencies between its facts.
pub(crate) async fn catalog_with_dependencies(
    snapshot: Snapshot<'_>,
    tracks: &[Track],
) -> Result<Catalog, ShadowError> {
    let catalog = read_catalog(&snapshot, &without_ledgers(tracks)).await?;
    let catalog = read_dependencies(&snapshot, catalog).await?;
    snapshot.end().await?;
    Ok(catalog)
}

/// Everything but the migrations tables.
pub(crate) fn without_ledgers(tracks: &[Track]) -> Scope {
    Scope { left_out: tracks.iter().map(|track| track.adapter.ledger_table(&track.settings)).collect() }
}
