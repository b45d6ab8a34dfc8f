//! The replay: the applied migrations on a scratch database, with one look at the catalog for each change of track.
//!
//! Must not look at the database itself.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Id};
use crosstrack_model::{Direction, TrackState};
use crosstrack_replay::{Ground, ReplayError};

use crate::basis::is_of_applied;
use crate::ownership::Ownership;

/// What the applied migrations make.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replayed {
    /// Everything that is there at the end.
    pub(crate) catalog: Catalog,
    /// Whose it is.
    pub(crate) ownership: Ownership,
    /// Texts of the database that were held against those of the replay: whether the server reads them as the same.
    pub(crate) texts: BTreeMap<Text, bool>,
}

/// A text that a database has for an attribute, where the replay has another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text {
    pub(crate) id: Id,
    pub(crate) attribute: String,
    pub(crate) said: String,
}

/// Replays what these states say is applied, on a new ground.
///
/// # Errors
/// When a script fails, or the server does not answer any more.
pub(crate) async fn replay(ground: &mut Ground<'_>, applied: &[TrackState]) -> Result<Replayed, ReplayError> {
    let states = ground.inspect().await?.tracks;
    let mut steps = ground.steps(&states)?;
    steps.retain(|step| is_of_applied(step, applied));
    let mut replayed = Replayed { catalog: ground.catalog().await?, ..Replayed::default() };
    for block in steps.chunk_by(|left, right| left.track == right.track) {
        ground.run(Direction::Up, block).await?.map_err(ReplayError::Execute)?;
        let after = ground.catalog().await?;
        if let Some(step) = block.first() {
            replayed.ownership.record(&step.track, &replayed.catalog, &after);
        }
        replayed.catalog = after;
    }
    replayed.ownership.settle(&replayed.catalog);
    Ok(replayed)
}
