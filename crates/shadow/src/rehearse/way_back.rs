//! The preview of a revert: the applied migrations are replayed on a shadow database, the down migrations run there, and the catalogs say
//! which data is dropped.
//!
//! It must not keep a command waiting: what cannot be tried in time is told from the statements.

use std::time::Duration;

use crosstrack_catalog::differences;
use crosstrack_engine::ExecuteError;
use crosstrack_loss::{CountedLoss, Loss, losses, without_renamed};
use crosstrack_model::{Direction, Plan, Standing, Step, TrackState};
use crosstrack_script::loses_nothing;

use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::rehearse::error::name;
use crate::replay::{Replay, with_replay};

/// How long a preview may take, with the replay before it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why a revert was not tried.
#[derive(Debug, thiserror::Error)]
pub enum Unrehearsed {
    /// What was applied is not what the file says, or there is no file.
    #[error("`{reference}` is {standing}, so that a replay would not be what was applied")]
    NotReplayable {
        /// The migration.
        reference: String,
        /// Its state.
        standing: &'static str,
    },
    /// A part of the revert is done already.
    #[error("an earlier run has done a part of `{reference}`")]
    HalfDone {
        /// The migration.
        reference: String,
    },
    /// It took too long.
    #[error("a shadow database takes longer than {} seconds", .patience.as_secs())]
    TooLong {
        /// The limit.
        patience: Duration,
    },
    /// It could not be replayed.
    #[error(transparent)]
    Replay(#[from] ShadowError),
}

/// What is known before a revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreseen {
    /// It was tried on a shadow database, and the affected rows of the target were counted.
    Rehearsed(Vec<CountedLoss>),
    /// It was not tried: only the statements tell.
    Unrehearsed {
        /// The reason.
        reason: String,
    },
}

/// The outcome of a revert on a shadow database.
#[derive(Debug)]
pub enum Revert {
    /// Every down migration runs, and this data is dropped.
    Runs(Vec<Loss>),
    /// A down migration fails.
    Fails {
        /// The migration: `track/label`.
        reference: String,
        /// The migrations that are reverted before it: `track/label`.
        before: Vec<String>,
        /// The failure.
        source: Box<ExecuteError>,
    },
}

/// Whether a plan may drop data: not when the statements themselves show that they drop none.
pub fn may_lose(plan: &Plan) -> bool {
    plan.steps().any(|step| !loses_nothing(&step.script.sql))
}

/// Tries a plan of down migrations. Nothing is tried where the statements show that no data is dropped.
///
/// # Errors
/// When it cannot be tried here.
pub async fn try_revert(
    history: History<'_>,
    applied: &[TrackState],
    plan: &Plan,
) -> Result<Revert, Unrehearsed> {
    if !may_lose(plan) {
        return Ok(Revert::Runs(Vec::new()));
    }
    check(applied, plan)?;
    let _aside = crosstrack_fault::aside();
    let up = history.applied(applied).map_err(ShadowError::Plan)?;
    let down: Vec<Step> = plan.steps().cloned().collect();
    let steps = Steps { replayed: &up, tried: &down };
    let tried = with_replay(history, steps, async |replay| revert(replay, &down).await);
    // One that is not done in time is dropped by the next command that creates a shadow database.
    match tokio::time::timeout(PATIENCE, tried).await {
        Ok(revert) => Ok(revert?),
        Err(_) => Err(Unrehearsed::TooLong { patience: PATIENCE }),
    }
}

/// Checks that a replay is what was applied.
fn check(applied: &[TrackState], plan: &Plan) -> Result<(), Unrehearsed> {
    for state in applied {
        for line in state.lines.iter().filter(|line| state.ledger.entry(&line.version).is_some()) {
            if line.standing != Standing::Applied {
                let reference = format!("{}/{}", state.track, line.label);
                return Err(Unrehearsed::NotReplayable { reference, standing: line.standing.as_str() });
            }
        }
    }
    match plan.steps().find(|step| step.start.statements_done > 0 || step.start.in_doubt) {
        Some(step) => Err(Unrehearsed::HalfDone { reference: name(step) }),
        None => Ok(()),
    }
}

async fn revert(replay: &mut Replay<'_>, down: &[Step]) -> Result<Revert, ShadowError> {
    let before = (replay.catalog().await?, replay.view().identities().await?);
    for (place, step) in down.iter().enumerate() {
        if let Err(source) = replay.run(Direction::Down, std::slice::from_ref(step)).await? {
            let before = down[..place].iter().map(name).collect();
            return Ok(Revert::Fails { reference: name(step), before, source });
        }
    }
    let after = (replay.catalog().await?, replay.view().identities().await?);
    Ok(Revert::Runs(without_renamed(losses(&differences(&before.0, &after.0)), &before.1, &after.1)))
}
