//! `down`: revert what was applied last, under the tracks' rollback policies.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{
    DownRequest, DownSelection, Execution, Inspection, RunSummary, Stop, execute, plan_down,
};
use crosstrack_model::{Plan, Reference, RollbackPolicy, Step, TrackName};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::{BackupRule, HookMoment};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change, Confirmed, back_up};
use crate::{failure, hooks, origin, preview};

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
    #[command(flatten)]
    answering: Answering,
}

/// What is to be reverted.
pub(super) struct Asked {
    pub(super) selection: DownSelection,
    pub(super) track: Option<TrackName>,
    pub(super) from_journal: bool,
}

/// How a way back ended.
pub(super) enum Reverted {
    /// There was nothing to revert, or the policies leave it to a person; the answer is given.
    Settled(Outcome),
    /// It was gone.
    Done {
        /// What was done.
        summary: RunSummary,
        /// What was planned.
        plan: Plan,
    },
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
    if arguments.dry_run {
        let mut deployment = context.deployment().await?;
        let inspection = deployment.inspect(context).await?;
        let plan = make_plan(&mut deployment, &inspection, &asked).await?;
        let foreseen = preview::of_way_back(&mut deployment, (&inspection, &plan), context).await?;
        let shown = crosstrack_report::plan(&plan, false) + &crosstrack_report::losses_in_full(&foreseen);
        context.print.answer(&shown, || {
            crosstrack_report::plan_document("down", &plan, Some(&foreseen), Outcome::Done)
        });
        return Ok(Outcome::Done);
    }
    go_back(&asked, &arguments.answering, context).await
}

/// Reverts what is asked, and says so.
pub(super) async fn go_back(
    asked: &Asked,
    answering: &Answering,
    context: &Context,
) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    let plan = make_plan(&mut deployment, &inspection, asked).await?;
    if inspection.journal.is_settled()
        && let Some(outcome) = settled_by_policy(&deployment, &plan, context)?
    {
        return Ok(outcome);
    }
    let foreseen = preview::of_way_back(&mut deployment, (&inspection, &plan), context).await?;
    let loses = crosstrack_report::losses(&plan, Some(&foreseen));
    let change = Change { what: crosstrack_report::change(&plan), loses, answering };
    if plan.step_count() > 0 {
        change.confirm(&deployment, &inspection, context)?;
    }
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let confirmed = Confirmed { change, plan: plan.fingerprint(), backup: false };
    let result = revert(&mut deployment, (&lock, &stop), (asked, &confirmed), context).await;
    lock.release().await;
    let (summary, plan) = match result? {
        Reverted::Done { summary, plan } => (summary, plan),
        Reverted::Settled(outcome) => return Ok(outcome),
    };
    let can_come_again = plan.steps().all(|step| step.from_run.is_none());
    context.print.answer(&crosstrack_report::reverted(&summary, can_come_again, context.program), || {
        crosstrack_report::run_document(context.command(), &summary, &[], Outcome::Done)
    });
    Ok(Outcome::Done)
}

/// Plans and executes under the lock.
pub(super) async fn revert(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    (asked, confirmed): (&Asked, &Confirmed<'_>),
    context: &Context,
) -> Result<Reverted, Problem> {
    // Another run may have come first: what counts, for the policies too, is what is applied under the lock.
    let inspection = deployment.inspect_alone(lock, context).await?;
    let plan = make_plan(deployment, &inspection, asked).await?;
    if let Some(outcome) = settled_by_policy(deployment, &plan, context)? {
        return Ok(Reverted::Settled(outcome));
    }
    confirmed.still_holds(deployment, (lock, stop), (&inspection, &plan), context).await?;
    let is_backed_up = deployment.settings.rules.backup == BackupRule::Required;
    if strictest(deployment, &plan) == RollbackPolicy::Backup && !is_backed_up {
        let taken = back_up(deployment, (&inspection, stop), "as the track's rollback policy wants", context);
        taken.await.map_err(no_way_back)?;
    }
    hooks::run(HookMoment::BeforeDown, plan.step_count(), (deployment, stop), context)?;
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
        origin: &origin::origin(context.command(), &deployment.settings, &context.environment),
        wait_for_lock: deployment.settings.database.wait_for_lock,
        stop,
    };
    let result = execute(&execution, &plan, &context.listener()).await;
    let summary = result.map_err(|error| failure::execute(&error))?;
    hooks::run(HookMoment::AfterDown, summary.steps.len(), (deployment, stop), context)?;
    Ok(Reverted::Done { summary, plan })
}

/// Why a backup that cannot be taken keeps the run from reverting.
fn no_way_back(problem: Problem) -> Problem {
    match problem.outcome {
        Outcome::Refused => problem.because(Some(
            "the track's rollback policy is `backup`: without a backup nothing is reverted".into(),
        )),
        _ => problem,
    }
}

pub(super) async fn make_plan(
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
pub(super) fn settled_by_policy(
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
        crosstrack_report::plan_document(context.command(), plan, None, Outcome::Refused)
    });
    Outcome::Refused
}

fn nothing_to_revert(context: &Context) {
    context.print.answer("Nothing to revert: no migration is applied.\n", || {
        crosstrack_report::run_document(context.command(), &RunSummary::default(), &[], Outcome::Done)
    });
}
