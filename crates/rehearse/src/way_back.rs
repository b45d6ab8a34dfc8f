//! Which data the way back would drop: what is applied is replayed on a scratch database, the backward scripts run there, and the
//! catalogs say what is gone.
//!
//! Must not run a script that reaches beyond its database, for nobody has said yes yet; and must not keep anybody waiting.

use std::time::Duration;

use crosstrack_catalog::differences;
use crosstrack_loss::{CountedLoss, Loss, losses, without_renamed};
use crosstrack_model::{Direction, Plan, Standing, Step, TrackState};
use crosstrack_replay::{Ground, ReplayError, Replaying};
use crosstrack_script::{loses_nothing, reaches_beyond_database};

/// How long a rehearsal of a way back may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a way back was not rehearsed.
#[derive(Debug, thiserror::Error)]
pub enum Unrehearsed {
    /// A script may do something that a scratch database does not keep apart.
    #[error("`{reference}` may reach beyond its database")]
    BeyondDatabase {
        /// The migration.
        reference: String,
    },
    /// What was applied is not what the file says, or there is no file.
    #[error("`{reference}` is {standing}, so that a replay would not be what was applied")]
    NotReplayable {
        /// The migration.
        reference: String,
        /// How it stands.
        standing: &'static str,
    },
    /// A part of the way back is done already.
    #[error("an earlier run has done a part of `{reference}`")]
    HalfDone {
        /// The migration.
        reference: String,
    },
    /// It took too long.
    #[error("a rehearsal takes longer than {} seconds", .patience.as_secs())]
    TooLong {
        /// How long it was waited for.
        patience: Duration,
    },
    /// It could not be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// What is known beforehand of the data that a plan drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreseen {
    /// It was rehearsed, and what would be lost was counted.
    Rehearsed(Vec<CountedLoss>),
    /// Only the statements' words tell.
    Unrehearsed {
        /// Why.
        reason: String,
    },
}

/// Whether a plan may lose something: not when the scripts' words say that nothing goes.
pub fn may_lose(plan: &Plan) -> bool {
    plan.steps().any(|step| !loses_nothing(&step.script.sql))
}

/// What data a plan of a way back would drop. Nothing is rehearsed where the scripts' words say that nothing goes.
///
/// # Errors
/// When it cannot be rehearsed here. The scratch database is dropped again, and nothing else was touched.
pub async fn losses_of_way_back(
    replaying: Replaying<'_>,
    applied: &[TrackState],
    plan: &Plan,
) -> Result<Vec<Loss>, Unrehearsed> {
    if !may_lose(plan) {
        return Ok(Vec::new());
    }
    check(applied, plan)?;
    let _aside = crosstrack_fault::aside();
    let too_long = || Unrehearsed::TooLong { patience: PATIENCE };
    // One that is not made in time is nobody's, and dropped by the next that makes one.
    let made = tokio::time::timeout(PATIENCE, Ground::fresh(replaying)).await;
    let mut ground = made.map_err(|_| too_long())??;
    let found = tokio::time::timeout(PATIENCE, rehearse(&mut ground, applied, plan)).await;
    let removed = ground.remove().await;
    let found = found.map_err(|_| too_long())??;
    removed?;
    Ok(found)
}

/// Sees to it that a replay would be what was applied, and that nothing but a scratch database feels it.
fn check(applied: &[TrackState], plan: &Plan) -> Result<(), Unrehearsed> {
    for state in applied {
        for line in state.lines.iter().filter(|line| state.ledger.entry(&line.version).is_some()) {
            let reference = format!("{}/{}", state.track, line.label);
            if line.standing != Standing::Applied {
                return Err(Unrehearsed::NotReplayable { reference, standing: line.standing.as_str() });
            }
            let migration = state.migration(&line.version);
            if migration.is_some_and(|migration| reaches_beyond_database(&migration.forward.sql)) {
                return Err(Unrehearsed::BeyondDatabase { reference });
            }
        }
    }
    for step in plan.steps() {
        let reference = format!("{}/{}", step.track, step.migration.label);
        if step.start.statements_done > 0 || step.start.in_doubt {
            return Err(Unrehearsed::HalfDone { reference });
        }
        if reaches_beyond_database(&step.script.sql) {
            return Err(Unrehearsed::BeyondDatabase { reference });
        }
    }
    Ok(())
}

async fn rehearse(
    ground: &mut Ground<'_>,
    applied: &[TrackState],
    plan: &Plan,
) -> Result<Vec<Loss>, ReplayError> {
    let is_applied = |step: &Step| {
        let state = applied.iter().find(|state| state.track == step.track);
        state.is_some_and(|state| state.ledger.entry(&step.migration.version).is_some())
    };
    let states = ground.inspect().await?.tracks;
    let mut forward = ground.steps(&states)?;
    forward.retain(is_applied);
    ground.run(Direction::Up, &forward).await?.map_err(ReplayError::Execute)?;
    let before = (ground.catalog().await?, ground.identities().await?);
    let back: Vec<Step> = plan.steps().cloned().collect();
    ground.run(Direction::Down, &back).await?.map_err(ReplayError::Execute)?;
    let after = (ground.catalog().await?, ground.identities().await?);
    Ok(without_renamed(losses(&differences(&before.0, &after.0)), &before.1, &after.1))
}
