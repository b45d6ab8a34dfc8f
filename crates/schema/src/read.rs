//! Reads a schema, from a database or from files.

use crosstrack_catalog::{Catalog, Scope};
use crosstrack_database::Database;
use crosstrack_settings::Target;

use crosstrack_shadow::{Script, ShadowServer};

use crate::bench::{catalog, on_a_bench};
use crate::error::SchemaError;
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

/// Makes the schema of files on a shadow database, and reads it. They may stand on a schema that is there before them.
///
/// # Errors
/// When there is no shadow database, or the server does not accept a statement.
pub async fn read_scripts(
    server: &ShadowServer,
    before: Option<&Catalog>,
    scripts: &[Script],
) -> Result<Catalog, SchemaError> {
    on_a_bench(server, scripts, async |bench| {
        if let Some(before) = before {
            make(server, bench, before).await?;
        }
        bench.load(scripts).await?;
        bench.catalog().await
    })
    .await
}
