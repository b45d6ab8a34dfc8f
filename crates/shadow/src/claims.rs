//! The check of a baseline: the migrations are replayed on a shadow database, and what they make there is looked for in the target.
//!
//! Further objects of the target are not its business. Neither is the order of columns, for a table that was built by hand may have
//! another, nor the owner.

use std::collections::BTreeSet;

use crosstrack_catalog::{Catalog, Change, Difference, Id, differences, outermost};
use crosstrack_database::Snapshot;
use crosstrack_engine::BaselinePlan;
use crosstrack_model::{Direction, Step};

use crate::catalog::catalog_without_ledgers;
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::replay::{Replay, with_replay};

/// The objects that the claimed migrations make and the target does not have, or has otherwise. In each difference the first is what the
/// migrations make.
///
/// # Errors
/// When there can be no shadow database, when a script fails there, or when a catalog cannot be read.
pub async fn missing_of_claims(
    history: History<'_>,
    plan: &BaselinePlan,
    snapshot: Snapshot<'_>,
) -> Result<Vec<Difference>, ShadowError> {
    let live = catalog_without_ledgers(snapshot, history.tracks).await?;
    let mut steps = history.steps()?;
    steps.retain(|step| {
        plan.replay
            .iter()
            .any(|(track, migration)| *track == step.track && migration.label == step.migration.label)
    });
    let all = Steps { replayed: &[], tried: &steps };
    let (made, catalog): (BTreeSet<Id>, Catalog) =
        with_replay(history, all, async |replay| made(replay, plan, &steps).await).await?;
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

/// Runs the migrations. Gives the facts that the claimed ones made or changed, and the catalog as it is at the end.
async fn made(
    replay: &mut Replay<'_>,
    plan: &BaselinePlan,
    steps: &[Step],
) -> Result<(BTreeSet<Id>, Catalog), ShadowError> {
    let is_claimed = |step: &Step| {
        plan.claims
            .iter()
            .any(|claim| claim.track == step.track && claim.migration.label == step.migration.label)
    };
    let mut made = BTreeSet::new();
    let mut catalog = replay.catalog().await?;
    for group in steps.chunk_by(|left, right| is_claimed(left) == is_claimed(right)) {
        replay.run(Direction::Up, group).await?.map_err(ShadowError::Execute)?;
        let after = replay.catalog().await?;
        if group.first().is_some_and(is_claimed) {
            made.extend(differences(&catalog, &after).into_iter().map(|difference| difference.id));
        }
        catalog = after;
    }
    Ok((made, catalog))
}
