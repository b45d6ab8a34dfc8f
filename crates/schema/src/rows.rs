//! Rows as witnesses: statements that are right for an empty schema can destroy data. They are run once more with rows in all tables, up and
//! down, and each value that no statement announced as lost has to be unchanged.
//!
//! It must not judge the schema: that was done before.

use crosstrack_alter::Statement;
use crosstrack_catalog::{Catalog, Change, Difference, Kind};
use crosstrack_database::QueryError;
use crosstrack_loss::Loss;
use crosstrack_shadow::ShadowServer;
use crosstrack_shadow::rows::{Tables, Witness, fill, refuses_rows, renew};

use crate::bench::{Bench, on_a_bench};
use crate::error::{SchemaError, Unproven};
use crate::way::{Direction, Way, make};

/// The kinds of facts whose change or removal can reach rows.
const WITH_ROWS: [Kind; 9] = [
    Kind::Table,
    Kind::Column,
    Kind::Default,
    Kind::Sequence,
    Kind::EnumType,
    Kind::Domain,
    Kind::CompositeType,
    Kind::RangeType,
    Kind::Trigger,
];

/// True for a difference that can change existing rows.
pub(crate) fn reaches_rows(difference: &Difference) -> bool {
    difference.change != Change::Added && WITH_ROWS.contains(&difference.id.kind)
}

/// Runs ways with rows in the tables, to the end and back.
///
/// # Errors
/// When a statement changes rows without announcing it, or leaves a sequence behind its rows.
pub(crate) async fn check_rows(
    server: &ShadowServer,
    from: &Catalog,
    ways: &[Way],
) -> Result<(), SchemaError> {
    on_a_bench(server, &[], async |bench| {
        make(server, bench, from).await?;
        let filled = fill(bench.session(), &Tables::default()).await?;
        for way in ways {
            if !runs_and_keeps(bench, &way.up, Direction::Up).await? {
                return Ok(());
            }
        }
        renew(bench.session(), &Tables::default(), &filled).await?;
        for way in ways.iter().rev() {
            if !runs_and_keeps(bench, &way.down, Direction::Down).await? {
                return Ok(());
            }
        }
        Ok(())
    })
    .await
}

/// True for statements that run on these rows; where the server refuses them, no row is harmed.
async fn runs_and_keeps(
    bench: &Bench<'_>,
    statements: &[Statement],
    direction: Direction,
) -> Result<bool, SchemaError> {
    let (session, tables) = (bench.session(), Tables::default());
    let before = Witness::read(session, &tables).await?;
    match bench.run(statements).await {
        Ok(()) => {}
        Err((_, error)) if is_about_rows(&error) => return Ok(false),
        Err((statement, source)) => {
            let unproven = Box::new(Unproven::Refused { statement, source });
            return Err(SchemaError::Unproven { direction, unproven });
        }
    }
    let losses: Vec<Loss> = statements.iter().flat_map(|statement| statement.losses.clone()).collect();
    let changes = before.harm(&Witness::read(session, &tables).await?, &losses);
    if changes.is_empty() {
        return Ok(true);
    }
    Err(SchemaError::Unproven { direction, unproven: Box::new(Unproven::Rows { changes }) })
}

fn is_about_rows(error: &QueryError) -> bool {
    error.server_error().is_some_and(|server| refuses_rows(&server.code))
}
