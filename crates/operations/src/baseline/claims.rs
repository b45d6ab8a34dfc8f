//! Is really there what a baseline claims? The migrations are replayed on a scratch database, and what they make there is looked for
//! in the database itself.
//!
//! More objects than that are nobody's business. Neither is the order of columns, for a table that was built by hand may have
//! another, nor the owner: the replay's is whoever asks.

use std::collections::BTreeSet;

use crosstrack_catalog::{Catalog, Change, Difference, Id, differences, outermost};
use crosstrack_database::Snapshot;
use crosstrack_engine::BaselinePlan;
use crosstrack_model::{Direction, Step};
use crosstrack_replay::{Ground, ReplayError, Replaying, catalog_without_ledgers};

/// What the claimed migrations make and the database does not have, or has otherwise. In each difference the first is what the
/// migrations make.
///
/// # Errors
/// When there can be no scratch database, when a script fails there, or when a catalog cannot be read. The scratch database is
/// dropped all the same.
pub async fn missing_of_claims(
    replaying: Replaying<'_>,
    plan: &BaselinePlan,
    snapshot: Snapshot<'_>,
) -> Result<Vec<Difference>, ReplayError> {
    let live = catalog_without_ledgers(snapshot, replaying.tracks).await?;
    let mut ground = Ground::fresh(replaying).await?;
    let replayed = replay(&mut ground, plan).await;
    let removed = ground.remove().await;
    let (made, catalog) = replayed?;
    removed?;
    let expected: Catalog = catalog.facts().filter(|fact| made.contains(&fact.id)).cloned().collect();
    let is_lack = |change: &Change| match change {
        Change::Removed => true,
        Change::Changed { attribute, .. } => attribute != "owner",
        Change::Added | Change::Reordered { .. } => false,
    };
    let mut lacking = differences(&expected, &live);
    lacking.retain(|difference| is_lack(&difference.change));
    Ok(outermost(lacking))
}

/// Runs the migrations on the scratch database. Gives what the claimed ones made or changed, and the catalog as it is at the end.
async fn replay(
    ground: &mut Ground<'_>,
    plan: &BaselinePlan,
) -> Result<(BTreeSet<Id>, Catalog), ReplayError> {
    let states = ground.inspect().await?.tracks;
    let mut steps = ground.steps(&states)?;
    steps.retain(|step| {
        plan.replay
            .iter()
            .any(|(track, migration)| *track == step.track && migration.label == step.migration.label)
    });
    let is_claimed = |step: &Step| {
        plan.claims
            .iter()
            .any(|claim| claim.track == step.track && claim.migration.label == step.migration.label)
    };
    let mut made = BTreeSet::new();
    let mut catalog = ground.catalog().await?;
    for group in steps.chunk_by(|left, right| is_claimed(left) == is_claimed(right)) {
        ground.run(Direction::Up, group).await?.map_err(ReplayError::Execute)?;
        let after = ground.catalog().await?;
        if group.first().is_some_and(is_claimed) {
            made.extend(differences(&catalog, &after).into_iter().map(|difference| difference.id));
        }
        catalog = after;
    }
    Ok((made, catalog))
}
