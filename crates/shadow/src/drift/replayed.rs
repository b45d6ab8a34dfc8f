//! The replay: the applied migrations on a shadow database, with the catalog read at each change of track.
//!
//! Must not look at the database itself.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Id};
use crosstrack_model::{Direction, Step};

use crate::drift::ownership::Ownership;
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::replay::{with_replay, with_view};

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

/// The applied migrations, replayed.
///
/// # Errors
/// When a script fails, or the server does not answer any more.
pub(crate) async fn replay(history: History<'_>, steps: &[Step]) -> Result<Replayed, ShadowError> {
    let blocks: Vec<&[Step]> = steps.chunk_by(|left, right| left.track == right.track).collect();
    let mut replayed = Replayed::default();
    if blocks.len() > BLOCKS {
        let tried = Steps { replayed: &[], tried: steps };
        return with_replay(history, tried, async |replay| {
            replayed.record(&[], replay.catalog().await?);
            for block in blocks {
                replay.run(Direction::Up, block).await?.map_err(ShadowError::Execute)?;
                replayed.record(block, replay.catalog().await?);
            }
            Ok(replayed.settled())
        })
        .await;
    }
    let catalog = async |steps: &[Step]| with_view(history, steps, async |view| view.catalog().await).await;
    // Each block ends at a template, so that a later migration costs only itself. One after the other: a block that creates roles on a
    // named server has to be alone there.
    replayed.record(&[], catalog(&[]).await?);
    let mut end = 0;
    for block in blocks {
        end += block.len();
        replayed.record(block, catalog(&steps[..end]).await?);
    }
    Ok(replayed.settled())
}

impl Replayed {
    /// The catalog after a block of one track's steps; an empty block is the beginning, which belongs to no track.
    fn record(&mut self, block: &[Step], after: Catalog) {
        if let Some(step) = block.first() {
            self.ownership.record(&step.track, &self.catalog, &after);
        }
        self.catalog = after;
    }

    fn settled(mut self) -> Self {
        self.ownership.settle(&self.catalog);
        self
    }
}
