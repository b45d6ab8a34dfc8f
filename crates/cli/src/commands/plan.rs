//! `plan`: the steps that `up` would run, in order, with the exact SQL. It touches nothing.

use std::path::PathBuf;

use clap::Args;
use crosstrack_engine::{Inspection, UpSelection, plan_up};
use crosstrack_model::Plan;
use crosstrack_report::{Outcome, Problem};
use crosstrack_shadow::rehearse::{Copying, Rehearsal, Rehearsing, rehearse};

use super::up::Selection;
use crate::context::Context;
use crate::deployment::Deployment;
use crate::{backups, failure, origin, saved_plan};

/// The flags of `plan`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Without the SQL
    #[arg(long)]
    summary: bool,
    /// Run the plan on a shadow database with the same schema, and show what it locks, rewrites, reads, changes and loses
    #[arg(long, conflicts_with = "summary")]
    rehearse: bool,
    /// Save the plan with all that it was made of, for `up --plan`; a rehearsed one only when it goes through
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    deployment.warn_of_mark(&inspection, context);
    let settings = &deployment.settings;
    let selection = UpSelection::from(arguments.selection);
    let plan =
        plan_up(&inspection.tracks, &settings.phases, &selection).map_err(|error| failure::plan(&error))?;
    let mut rehearsed = false;
    let mut outcome = Outcome::Done;
    if arguments.rehearse {
        let rehearsal = rehearse_plan(&deployment, (&inspection, &plan), context).await?;
        outcome = answer(&rehearsal, &plan, context);
        rehearsed = rehearsal.goes_through();
    }
    if let Some(path) = arguments.save.as_ref().filter(|_| outcome == Outcome::Done) {
        let made_of = (&selection, rehearsed);
        saved_plan::save(&mut deployment, (&inspection, &plan), made_of, path, context).await?;
    }
    if arguments.rehearse {
        return Ok(outcome);
    }
    context.print.answer(&crosstrack_report::plan(&plan, !arguments.summary), || {
        crosstrack_report::plan_document("plan", &plan, None, Outcome::Done)
    });
    Ok(Outcome::Done)
}

/// Runs the plan on a shadow database.
async fn rehearse_plan(
    deployment: &Deployment,
    (inspection, plan): (&Inspection, &Plan),
    context: &Context,
) -> Result<Rehearsal, Problem> {
    if deployment.shadow_is_behind_pooler().await? {
        return Err(failure::rehearsal_behind_pooler());
    }
    let stop = Deployment::stop(context);
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let programs = backups::programs(&deployment.settings, &inspection.server.version, context);
    let mut why_not = programs.as_ref().err().map_or(String::new(), |problem| problem.message.clone());
    // `pg_dump` changes the search path of its session, and the pooler would give that session to others.
    let is_pooled = deployment.is_behind_pooler().await?;
    if is_pooled {
        "the connection goes through a pooler".clone_into(&mut why_not);
    }
    let server = deployment.shadow(context)?;
    let rehearsing = Rehearsing {
        history: deployment.history(&server, (&origin, &stop)),
        copying: Copying {
            live: &deployment.database,
            programs: programs.as_ref().ok().filter(|_| !is_pooled).ok_or(why_not.as_str()),
            is_stopped: &|| stop.requested().is_some(),
        },
        applied: &inspection.tracks,
        plan,
    };
    let print = context.print.clone();
    let mut on_step = |step: &_, went_through| {
        print.story(&crosstrack_report::rehearsed_step(step, went_through));
    };
    Box::pin(rehearse(rehearsing, &mut on_step)).await.map_err(|error| failure::rehearse(&error, &stop))
}

/// The answer is no when a migration fails or the data contradicts one: nothing was touched, and nothing refused to be done.
fn answer(rehearsal: &Rehearsal, plan: &Plan, context: &Context) -> Outcome {
    let problem = rehearsal.failure.as_ref().map(failure::rehearsed);
    let outcome = if rehearsal.goes_through() { Outcome::Done } else { Outcome::No };
    let text = crosstrack_report::rehearsal(rehearsal, problem.as_ref(), plan.step_count(), context.program);
    context.print.answer(&text, || {
        crosstrack_report::rehearsal_document((rehearsal, plan), problem.as_ref(), outcome)
    });
    outcome
}
