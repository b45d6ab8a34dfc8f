//! A schema as SQL that is the same on every machine: what leads from an empty database to it, or from what is there before it.

use crosstrack_alter::Statement;
use crosstrack_catalog::Catalog;

use crosstrack_shadow::ShadowServer;

use crate::bench::on_a_bench;
use crate::error::{SchemaError, Unproven};
use crate::way::{attempt, make};

/// A schema as SQL, and what the SQL does not bring about.
#[derive(Debug)]
pub struct Canonical {
    /// The statements.
    pub statements: Vec<Statement>,
    /// What they do not bring about on a shadow database; nothing when they make exactly the schema.
    pub missing: Option<Unproven>,
}

/// The statements that make a schema on an empty database, or on what is there before it. They are tried on a shadow database; a
/// schema of another server may stand on roles that are not there, so that what is missing is said and no failure.
///
/// # Errors
/// When there is no shadow database, or no order of statements leads there.
pub async fn canonical(
    server: &ShadowServer,
    before: Option<&Catalog>,
    catalog: &Catalog,
) -> Result<Canonical, SchemaError> {
    on_a_bench(server, &[], async |bench| {
        let start = match before {
            Some(before) => {
                make(server, bench, before).await?;
                before.clone()
            }
            None => bench.catalog().await?,
        };
        let (statements, missing) = attempt(server, bench, (&start, catalog)).await?;
        Ok(Canonical { statements, missing })
    })
    .await
}
