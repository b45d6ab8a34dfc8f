//! `down`: revert what was applied last, under the tracks' rollback policies.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{
    DownRequest, DownSelection, Execution, Inspection, RunSummary, Stop, execute, plan_down,
};
use crosstrack_model::{Plan, Reference, RollbackPolicy, Step, TrackName};
use crosstrack_operations::{BackupRequest, take_backup};
use crosstrack_report::{Outcome, Problem};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// The flags of `down`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many migrations [default: 1]
    #[arg(long, short = 'n', alias = "number", value_name = "N", conflicts_with_all = ["batch", "to"])]
    steps: Option<usize>,
    /// All that the last `up` applied
    #[arg(long, conflicts_with = "to")]
    batch: bool,
    /// All that was applied after this migration, which stays
    #[arg(long, alias = "target-version", value_name = "TRACK/VERSION")]
    to: Option<Reference>,
    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// Show the steps and touch nothing
    #[arg(long)]
    dry_run: bool,
    /// Where a migration's file is gone, run the backward script that the journal kept when it was applied
    #[arg(long)]
    from_journal: bool,
}

/// What is to be reverted.
struct Asked {
    selection: DownSelection,
    track: Option<TrackName>,
    from_journal: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let asked = Asked {
        selection: match (arguments.batch, arguments.to) {
            (true, _) => DownSelection::Batch,
            (false, Some(to)) => DownSelection::To(to),
            (false, None) => DownSelection::Steps(arguments.steps.unwrap_or(1)),
        },
        track: arguments.track,
        from_journal: arguments.from_journal,
    };
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect().await?;
    let plan = make_plan(&mut deployment, &inspection, &asked).await?;
    if arguments.dry_run {
        context.print.answer(&crosstrack_report::plan(&plan, false), || {
            crosstrack_report::plan_document("down", &plan, Outcome::Done)
        });
        return Ok(Outcome::Done);
    }
    if inspection.journal.is_settled()
        && let Some(outcome) = settled_by_policy(&deployment, &plan, context)?
    {
        return Ok(outcome);
    }
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let result = revert(&mut deployment, (&lock, &stop), &asked, context).await;
    lock.release().await;
    result
}

/// Plans and executes under the lock.
async fn revert(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    asked: &Asked,
    context: &Context,
) -> Result<Outcome, Problem> {
    // Another run may have come first: what counts, for the policies too, is what is applied under the lock.
    let inspection = deployment.inspect_alone(lock, context).await?;
    let plan = make_plan(deployment, &inspection, asked).await?;
    if let Some(outcome) = settled_by_policy(deployment, &plan, context)? {
        return Ok(outcome);
    }
    if strictest(deployment, &plan) == RollbackPolicy::Backup {
        back_up(deployment, &inspection, stop, context)?;
    }
    if asked.from_journal {
        context.print.story(&crosstrack_report::script_sources(&plan));
    }
    context.print.detail(|| crosstrack_report::plan(&plan, true));
    let execution = Execution {
        lock,
        tracks: &deployment.tracks,
        inspection: &inspection,
        expectations: &deployment.expectations,
        defaults: deployment.session_defaults(),
        origin: &origin::origin("down", &deployment.settings, &context.environment),
        wait_for_lock: deployment.settings.database.wait_for_lock,
        stop,
    };
    let result = execute(&execution, &plan, &context.listener()).await;
    let summary = result.map_err(|error| failure::execute(&error))?;
    let can_come_again = plan.steps().all(|step| step.from_run.is_none());
    context.print.answer(&crosstrack_report::reverted(&summary, can_come_again, context.program), || {
        crosstrack_report::run_document("down", &summary, &[], Outcome::Done)
    });
    Ok(Outcome::Done)
}

async fn make_plan(
    deployment: &mut Deployment,
    inspection: &Inspection,
    asked: &Asked,
) -> Result<Plan, Problem> {
    let ways_back = if asked.from_journal { deployment.ways_back(inspection).await? } else { Vec::new() };
    let request =
        DownRequest { selection: &asked.selection, track: asked.track.as_ref(), ways_back: &ways_back };
    let phases = &deployment.settings.phases;
    plan_down(&inspection.tracks, phases, &inspection.journal.steps, request)
        .map_err(|error| failure::plan(&error))
}

/// How the command ends when there is nothing that it may run.
fn settled_by_policy(
    deployment: &Deployment,
    plan: &Plan,
    context: &Context,
) -> Result<Option<Outcome>, Problem> {
    if plan.step_count() == 0 {
        nothing_to_revert(context);
        return Ok(Some(Outcome::Done));
    }
    match strictest(deployment, plan) {
        RollbackPolicy::Forbidden => Err(forbidden(deployment, plan)),
        RollbackPolicy::Manual => Ok(Some(manual(plan, context))),
        RollbackPolicy::Automatic | RollbackPolicy::Backup => Ok(None),
    }
}

fn policy(deployment: &Deployment, step: &Step) -> RollbackPolicy {
    deployment.settings.track(&step.track).map_or(RollbackPolicy::Manual, |track| track.rollback)
}

/// A plan is as strict as its strictest step: either all of it happens or none.
fn strictest(deployment: &Deployment, plan: &Plan) -> RollbackPolicy {
    let policies = plan.steps().map(|step| policy(deployment, step));
    policies.max().unwrap_or(RollbackPolicy::Automatic)
}

fn forbidden(deployment: &Deployment, plan: &Plan) -> Problem {
    let step = plan.steps().find(|step| policy(deployment, step) == RollbackPolicy::Forbidden);
    let reference = step.map(|step| format!("{}/{}", step.track, step.migration.label)).unwrap_or_default();
    Problem {
        outcome: Outcome::Refused,
        message: format!(
            "`{reference}` may not be reverted: the rollback policy of its track is `forbidden`"
        ),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["write a new migration that undoes it: `crosstrack create`".into()],
    }
}

/// Prints the exact steps and touches nothing.
fn manual(plan: &Plan, context: &Context) -> Outcome {
    context.print.answer(&crosstrack_report::manual_steps(plan, context.program), || {
        crosstrack_report::plan_document("down", plan, Outcome::Refused)
    });
    Outcome::Refused
}

fn back_up(
    deployment: &Deployment,
    inspection: &Inspection,
    stop: &Stop,
    context: &Context,
) -> Result<(), Problem> {
    let settings = &deployment.settings;
    let programs = crate::server::programs(context, settings);
    let moment = super::create::moment();
    let folder = settings.root.join("backups");
    let request = BackupRequest {
        target: deployment.database.target(),
        endpoint: deployment.database.endpoint(),
        server_version: &inspection.server.version,
        folder: &folder,
        moment: &moment,
        programs: programs.as_deref(),
        search_path: context.environment.get("PATH").unwrap_or_default(),
        is_stopped: &|| stop.requested().is_some(),
    };
    context.print.story("taking a backup, as the track's rollback policy wants\n");
    let backup = take_backup(&request).map_err(|error| failure::backup(&error, stop.requested()))?;
    context.print.story(&format!(
        "backup: {} ({} bytes), read back and sound\n",
        backup.path.display(),
        backup.bytes
    ));
    Ok(())
}

fn nothing_to_revert(context: &Context) {
    context.print.answer("Nothing to revert: no migration is applied.\n", || {
        crosstrack_report::run_document("down", &RunSummary::default(), &[], Outcome::Done)
    });
}
