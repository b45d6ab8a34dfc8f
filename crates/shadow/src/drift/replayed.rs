//! The replay: the applied migrations on a shadow database, with the catalog read at each change of track.
//!
//! Must not look at the database itself.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Id};
use crosstrack_model::{Direction, Step, TrackState};

use crate::drift::ownership::Ownership;
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::replay::{Replay, with_replay};

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

/// The most blocks that are replayed from templates of their own.
const BLOCKS: usize = 4;

/// Replays the applied migrations, and lets `at_end` work on the shadow database as they leave it.
///
/// # Errors
/// When a script fails, or the server does not answer any more.
pub(crate) async fn replay(
    history: History<'_>,
    applied: &[TrackState],
    at_end: impl AsyncFnOnce(&mut Replay<'_>, Replayed) -> Result<Replayed, ShadowError>,
) -> Result<Replayed, ShadowError> {
    let steps = history.applied(applied)?;
    let blocks: Vec<&[Step]> = steps.chunk_by(|left, right| left.track == right.track).collect();
    let mut replayed = Replayed::default();
    if blocks.len() > BLOCKS {
        return with_replay(history, Steps { replayed: &[], tried: &steps }, async |replay| {
            replayed.catalog = replay.catalog().await?;
            for block in blocks {
                replay.run(Direction::Up, block).await?.map_err(ShadowError::Execute)?;
                replayed.record(block, replay.catalog().await?);
            }
            replayed.ownership.settle(&replayed.catalog);
            at_end(replay, replayed).await
        })
        .await;
    }
    // Each block ends at a template, so that a later migration costs only itself.
    let mut end = 0;
    let none: &[Step] = &[];
    for block in std::iter::once(none).chain(blocks) {
        end += block.len();
        let prefix = Steps { replayed: &steps[..end], tried: &[] };
        if end == steps.len() {
            return with_replay(history, prefix, async |replay| {
                replayed.record(block, replay.catalog().await?);
                replayed.ownership.settle(&replayed.catalog);
                at_end(replay, replayed).await
            })
            .await;
        }
        let after = with_replay(history, prefix, async |replay| replay.catalog().await).await?;
        replayed.record(block, after);
    }
    Ok(replayed)
}

impl Replayed {
    /// The catalog after a block of one track's steps; an empty block is the beginning, which belongs to no track.
    fn record(&mut self, block: &[Step], after: Catalog) {
        if let Some(step) = block.first() {
            self.ownership.record(&step.track, &self.catalog, &after);
        }
        self.catalog = after;
    }
}
