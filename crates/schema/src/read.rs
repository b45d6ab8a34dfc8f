//! Reads a schema, from a database or from files.

use crosstrack_catalog::{Catalog, Scope};
use crosstrack_database::Database;
use crosstrack_settings::Target;

use crate::bench::{Bench, Workbench, catalog};
use crate::error::SchemaError;
use crate::script::Script;
use crate::way::make;

/// Reads the schema of a database, without the tables that are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn read_database(
    target: Target,
    application: &str,
    left_out: Vec<String>,
) -> Result<Catalog, SchemaError> {
    let (_, mut reader) = Database::connect(target, application.to_owned()).await?;
    catalog(&mut reader, &Scope { left_out }).await
}

/// Makes the schema of files on a scratch database, and reads it. They may stand on a schema that is there before them.
///
/// # Errors
/// When there is no scratch database, or the server does not accept a statement.
pub async fn read_scripts(
    workbench: Workbench<'_>,
    before: Option<&Catalog>,
    scripts: &[Script],
) -> Result<Catalog, SchemaError> {
    let mut bench = Bench::new(workbench).await?;
    let read = async {
        if let Some(before) = before {
            make(workbench, &mut bench, before).await?;
        }
        bench.load(scripts).await?;
        bench.catalog().await
    };
    let catalog = read.await;
    let cleared = bench.clear().await;
    let catalog = catalog?;
    cleared?;
    Ok(catalog)
}
