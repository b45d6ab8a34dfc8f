//! A schema as SQL that is the same on every machine: the statements that create it in an empty database, or after what is there before it.

use crosstrack_alter::Statement;
use crosstrack_catalog::Catalog;

use crosstrack_shadow::ShadowServer;

use crate::bench::on_a_bench;
use crate::error::{SchemaError, Unproven};
use crate::way::{attempt, make};

/// A schema as SQL, and the part of it that the SQL does not create.
#[derive(Debug)]
pub struct Canonical {
    /// The statements.
    pub statements: Vec<Statement>,
    /// The part of the schema that they do not create on a shadow database; `None` when they create all of it.
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
