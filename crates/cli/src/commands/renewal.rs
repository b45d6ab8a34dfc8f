//! Back and forward again under one lock: what `redo` and `refresh` have in common.

use crosstrack_engine::{Inspection, Stop, UpSelection};
use crosstrack_model::Plan;
use crosstrack_report::{Outcome, Problem};

use super::down::{Asked, Reverted, make_plan, revert, settled_by_policy};
use super::up::LockedRun;
use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change, Confirmed};
use crate::preview;

/// Reverts what is asked, and applies what `again` makes of it.
pub(super) async fn renew(
    asked: &Asked,
    answering: &Answering,
    again: impl Fn(&Plan) -> UpSelection,
    context: &Context,
) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    let plan = make_plan(&mut deployment, &inspection, asked).await?;
    if let Some(outcome) = settled_before(&deployment, (&inspection, &plan), context)? {
        return Ok(outcome);
    }
    let foreseen = preview::of_way_back(&mut deployment, (&inspection, &plan), context).await?;
    let change = Change {
        what: format!("{} and apply again", crosstrack_report::change(&plan)),
        loses: crosstrack_report::losses(&plan, Some(&foreseen)),
        answering,
    };
    change.confirm(&deployment, &inspection, context)?;
    let confirmed = Confirmed { change, plan: plan.fingerprint(), backup: false };
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let there_and_back = async {
        match revert(&mut deployment, (&lock, &stop), (asked, &confirmed), context).await? {
            Reverted::Settled(outcome) => Ok(outcome),
            Reverted::Done { plan, .. } => {
                forward(&mut deployment, (&lock, &stop), &again(&plan), context).await
            }
        }
    };
    let result = there_and_back.await;
    lock.release().await;
    result
}

/// Applies what is selected, under a lock that is held.
pub(super) async fn forward(
    deployment: &mut Deployment,
    (lock, stop): (&crosstrack_database::LockedSession, &Stop),
    selection: &UpSelection,
    context: &Context,
) -> Result<Outcome, Problem> {
    let run = LockedRun { lock, stop: stop.clone(), selection, saved: None, confirmed: None };
    run.to_its_end(deployment, context).await
}

/// How it ends when the policies leave the way back to a person.
fn settled_before(
    deployment: &Deployment,
    (inspection, plan): (&Inspection, &Plan),
    context: &Context,
) -> Result<Option<Outcome>, Problem> {
    if inspection.journal.is_settled() { settled_by_policy(deployment, plan, context) } else { Ok(None) }
}
