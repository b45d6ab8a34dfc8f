//! A schema as SQL that is the same on every machine: what leads from an empty database to it.

use crosstrack_alter::{Statement, alter};
use crosstrack_catalog::Catalog;

use crate::bench::{Bench, Workbench};
use crate::error::SchemaError;

/// The statements that make a schema on an empty database, or on what is there before it.
///
/// # Errors
/// When there is no scratch database, or no order of statements leads there.
pub async fn canonical(
    workbench: Workbench<'_>,
    before: Option<&Catalog>,
    catalog: &Catalog,
) -> Result<Vec<Statement>, SchemaError> {
    let mut bench = Bench::new(workbench).await?;
    let empty = bench.catalog().await;
    let acting = bench.acting.clone();
    bench.clear().await?;
    let empty = empty?;
    Ok(alter(before.unwrap_or(&empty), catalog, &acting)?)
}
