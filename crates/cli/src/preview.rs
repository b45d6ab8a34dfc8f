//! Before a way back: what it would drop, and how much of that is there.
//!
//! Must not keep anybody from going back, nor need a right that going back does not need: what cannot be rehearsed is told from the
//! statements, with the reason.

use std::time::Duration;

use crosstrack_engine::{Inspection, SessionDefaults, Stop};
use crosstrack_loss::count;
use crosstrack_model::Plan;
use crosstrack_rehearse::{Foreseen, Unrehearsed, losses_of_way_back, may_lose};
use crosstrack_replay::ReplayError;
use crosstrack_report::Problem;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// How long a statement may take on a scratch database.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a plan of a way back would drop.
pub(crate) async fn of_way_back(
    deployment: &mut Deployment,
    (inspection, plan): (&Inspection, &Plan),
    context: &Context,
) -> Result<Foreseen, Problem> {
    if !may_lose(plan) {
        return Ok(Foreseen::Rehearsed(Vec::new()));
    }
    if deployment.is_behind_pooler().await? {
        return Ok(Foreseen::Unrehearsed { reason: "a pooler is between".to_owned() });
    }
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let stop = Stop::default();
    // Without rows a statement that takes longer waits for something, and nobody waits for a preview.
    let defaults = SessionDefaults { statement_timeout: Some(PATIENCE), ..deployment.session_defaults() };
    let (replaying, snapshot) = deployment.claims((&origin, defaults, &stop));
    let losses = match Box::pin(losses_of_way_back(replaying, &inspection.tracks, plan)).await {
        Ok(losses) => losses,
        Err(error) => return Ok(Foreseen::Unrehearsed { reason: reason(&error) }),
    };
    let mut counted = count(&snapshot, &losses).await.map_err(|error| failure::query(&error))?;
    // What weighs most is seen first.
    counted.sort_by_key(|loss| std::cmp::Reverse(loss.weight()));
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
