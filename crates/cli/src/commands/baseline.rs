//! `baseline`: adopts a database that was built by hand or by the ORM alone. No script runs there.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{Inspection, Stop, UpSelection, plan_baseline};
use crosstrack_model::{Reference, TrackName};
use crosstrack_operations::{Scene, baseline};
use crosstrack_report::{BaselineView, Outcome, Problem};
use crosstrack_shadow::missing_of_claims;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change};
use crate::{failure, origin};

/// The flags of `baseline`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// Up to and including this migration; what comes after it stays pending
    #[arg(long, value_name = "TRACK/VERSION")]
    to: Option<Reference>,
    /// Show what would be told, with the check, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not look whether what the migrations make is really there
    #[arg(long)]
    unchecked: bool,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let Arguments { track, to, dry_run, unchecked, answering } = arguments;
    let selection = UpSelection { track, to, ..UpSelection::default() };
    let mut deployment = context.deployment().await?;
    let asked = Asked { selection, is_checked: !unchecked, stop: Deployment::stop(context) };
    let inspection = deployment.inspect(context).await?;
    if dry_run {
        return adopt(&mut deployment, (&inspection, None), &asked, context).await;
    }
    let what = "write what is there into the ledgers".to_owned();
    let change = Change { what, loses: None, answering: &answering };
    change.confirm(&deployment, &inspection, context)?;
    let lock = deployment.lock(&asked.stop, context).await?;
    let result = under_lock(&mut deployment, (&lock, &change), &asked, context).await;
    lock.release().await;
    result
}

/// What is to be adopted.
struct Asked {
    selection: UpSelection,
    is_checked: bool,
    stop: Stop,
}

async fn under_lock(
    deployment: &mut Deployment,
    (lock, change): (&LockedSession, &Change<'_>),
    asked: &Asked,
    context: &Context,
) -> Result<Outcome, Problem> {
    let inspection = deployment.inspect_alone(lock, context).await?;
    change.confirm_again(deployment, (&inspection, lock), context).await?;
    adopt(deployment, (&inspection, Some(lock)), asked, context).await
}

/// Plans, checks, and with the lock writes.
async fn adopt(
    deployment: &mut Deployment,
    (inspection, lock): (&Inspection, Option<&LockedSession>),
    asked: &Asked,
    context: &Context,
) -> Result<Outcome, Problem> {
    let plan = plan_baseline(&inspection.tracks, &deployment.settings.phases, &asked.selection)
        .map_err(|error| failure::plan(&error))?;
    let origin = origin::origin("baseline", &deployment.settings, &context.environment);
    let mut lacking = None;
    if asked.is_checked {
        context
            .print
            .story("replaying the migrations on a shadow database to check that their objects exist here\n");
        let server = deployment.shadow(context)?;
        let (history, snapshot) = deployment.history_and_view(&server, (&origin, &asked.stop));
        let found = Box::pin(missing_of_claims(history, &plan, snapshot)).await;
        lacking = Some(found.map_err(|error| failure::claim(&error))?);
    }
    let is_true = lacking.as_ref().is_none_or(Vec::is_empty);
    let run = match lock {
        Some(lock) if is_true && !plan.changes_nothing() => {
            let scene = Scene { lock, tracks: &deployment.tracks, inspection, origin: &origin };
            Some(baseline(scene, &plan).await.map_err(|error| failure::baseline(&error))?)
        }
        _ => None,
    };
    let view = BaselineView { plan: &plan, lacking: lacking.as_deref(), run };
    let outcome = if is_true { Outcome::Done } else { Outcome::No };
    context.print.answer(&crosstrack_report::baseline(&view, context.program), || {
        crosstrack_report::baseline_document(&view, outcome)
    });
    Ok(outcome)
}
