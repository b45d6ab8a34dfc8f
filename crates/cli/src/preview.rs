//! Before a way back: what it would drop, and how much of that is there.
//!
//! Must not keep anybody from going back, nor need a right that going back does not need: what cannot be rehearsed is told from the
//! statements, with the reason.

use crosstrack_engine::{Inspection, Stop};
use crosstrack_loss::count;
use crosstrack_model::Plan;
use crosstrack_rehearse::{Foreseen, Unrehearsed, losses_of_way_back};
use crosstrack_replay::ReplayError;
use crosstrack_report::Problem;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// What a plan of a way back would drop.
pub(crate) async fn of_way_back(
    deployment: &mut Deployment,
    (inspection, plan): (&Inspection, &Plan),
    context: &Context,
) -> Result<Foreseen, Problem> {
    if deployment.database.is_behind_pooler() {
        return Ok(Foreseen::Unrehearsed { reason: "a pooler is between".to_owned() });
    }
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let (defaults, stop) = (deployment.session_defaults(), Stop::default());
    let (replaying, snapshot) = deployment.claims((&origin, defaults, &stop));
    let losses = match losses_of_way_back(replaying, &inspection.tracks, plan).await {
        Ok(losses) => losses,
        Err(error) => return Ok(Foreseen::Unrehearsed { reason: reason(&error) }),
    };
    let counted = count(&snapshot, &losses).await.map_err(|error| failure::query(&error))?;
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    Ok(Foreseen::Rehearsed(counted))
}

/// Why it was not rehearsed, in one line.
fn reason(error: &Unrehearsed) -> String {
    match error {
        Unrehearsed::Replay(ReplayError::Execute(source)) => {
            format!("a replay on a scratch database failed: {source}")
        }
        error => error.to_string(),
    }
}
