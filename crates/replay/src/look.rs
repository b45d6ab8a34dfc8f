//! A look at a catalog as migrations leave it. The ledgers are no part of it: they belong to no migration.

use crosstrack_catalog::{Catalog, Scope, read_catalog, read_dependencies};
use crosstrack_database::Snapshot;
use crosstrack_engine::Track;

use crate::replaying::ReplayError;

/// The catalog without the ledgers, of a scratch database or of any other. The snapshot is ended: nothing is built while somebody
/// holds an old view of the server.
///
/// # Errors
/// When the server refuses or does not answer any more.
pub async fn catalog_without_ledgers(
    snapshot: Snapshot<'_>,
    tracks: &[Track],
) -> Result<Catalog, ReplayError> {
    let catalog = read_catalog(&snapshot, &without_ledgers(tracks)).await?;
    snapshot.end().await.map_err(ReplayError::Query)?;
    Ok(catalog)
}

/// The same with what stands on what.
pub(crate) async fn catalog_with_dependencies(
    snapshot: Snapshot<'_>,
    tracks: &[Track],
) -> Result<Catalog, ReplayError> {
    let catalog = read_catalog(&snapshot, &without_ledgers(tracks)).await?;
    let catalog = read_dependencies(&snapshot, catalog).await?;
    snapshot.end().await.map_err(ReplayError::Query)?;
    Ok(catalog)
}

fn without_ledgers(tracks: &[Track]) -> Scope {
    Scope { left_out: tracks.iter().map(|track| track.adapter.ledger_table(&track.settings)).collect() }
}
