//! `up`: apply what is pending, in order, and verify.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{
    ExecuteError, Execution, Inspection, RunSummary, Stop, UpSelection, execute, plan_up,
};
use crosstrack_model::{GateOutcome, Item, Plan, Reference, TrackName};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::HookMoment;
use crosstrack_verify::verify;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change, Confirmed};
use crate::saved_plan::{self, Loaded};
use crate::{failure, hooks, origin};

/// The flags of `up`, and of `plan`, which shows what `up` would do.
#[derive(Clone, Debug, Args)]
pub(crate) struct Selection {
    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// Stop after this migration
    #[arg(long, alias = "target-version", value_name = "TRACK/VERSION")]
    to: Option<Reference>,
    /// At most so many migrations
    #[arg(long, short = 'n', alias = "number", value_name = "N")]
    steps: Option<usize>,
    /// Run migrations that are older than the newest applied one, too
    #[arg(long)]
    allow_late: bool,
}

impl From<Selection> for UpSelection {
    fn from(selection: Selection) -> Self {
        let Selection { track, to, steps, allow_late } = selection;
        Self { track, to, steps, allow_late, only: None }
    }
}

/// The flags of `up`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Run exactly the plan that `plan --save` has put into this file, or nothing when anything has moved since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["track", "to", "steps", "allow_late", "create"])]
    plan: Option<PathBuf>,
    /// Show the steps and touch nothing
    #[arg(long, conflicts_with = "backup")]
    dry_run: bool,
    /// Make the database first, where it is not there
    #[arg(long, conflicts_with = "dry_run")]
    create: bool,
    /// Take and check a backup first, also where the environment does not demand it
    #[arg(long)]
    backup: bool,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let (saved, selection) = match &arguments.plan {
        Some(path) => saved_plan::read(path).map(|(saved, selection)| (Some(saved), selection))?,
        None => (None, UpSelection::from(arguments.selection)),
    };
    let mut deployment = if arguments.create {
        Deployment::open_or_create(context, context.settings()?, &arguments.answering).await?
    } else {
        context.deployment().await?
    };
    let inspection = deployment.inspect(context).await?;
    let plan = make_plan(&deployment, &inspection, &selection)?;
    if let Some(saved) = &saved {
        saved.check(&mut deployment, (&inspection, &plan)).await?;
    }
    if arguments.dry_run {
        context.print.answer(&crosstrack_report::plan(&plan, false), || {
            crosstrack_report::plan_document("up", &plan, None, Outcome::Done)
        });
        return Ok(Outcome::Done);
    }
    // Whoever finds nothing pending, and no run that may be lost, has nothing to lock for.
    if plan.changes_nothing() && inspection.journal.is_settled() {
        if deployment.settings.hooks.iter().any(|hook| hook.always && hook.moment == HookMoment::AfterUp) {
            // Hooks are a change of somebody's.
            let change =
                Change { what: "run the hooks".into(), loses: None, answering: &arguments.answering };
            change.check(&deployment, &inspection, context)?;
        }
        return nothing_pending(&mut deployment, &inspection, &plan, context).await;
    }
    let change = Change {
        what: crosstrack_report::change(&plan),
        loses: crosstrack_report::losses(&plan, None),
        answering: &arguments.answering,
    };
    if !plan.changes_nothing() {
        change.confirm(&deployment, &inspection, context)?;
    }
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let confirmed = Confirmed { change, plan: plan.fingerprint(), backup: arguments.backup };
    let run = LockedRun {
        lock: &lock,
        stop,
        selection: &selection,
        saved: saved.as_ref(),
        confirmed: Some(confirmed),
    };
    let result = run.to_its_end(&mut deployment, context).await;
    lock.release().await;
    result
}

/// What moved while a saved plan ran has not kept it from doing a part.
fn after_a_part(problem: Problem, applied: usize) -> Problem {
    match applied {
        0 => problem,
        _ => Problem { outcome: Outcome::Failed, ..problem }
            .changed(format!("this run applied {applied} migrations before that")),
    }
}

/// How often a plan is made anew because an application that migrates at its start came first.
const PLANS: usize = 5;

/// A run that holds the lock.
pub(super) struct LockedRun<'a> {
    pub(super) lock: &'a LockedSession,
    pub(super) stop: Stop,
    pub(super) selection: &'a UpSelection,
    /// The file that the plan must still be.
    pub(super) saved: Option<&'a Loaded>,
    /// `None` where it follows on something that was confirmed.
    pub(super) confirmed: Option<Confirmed<'a>>,
}

impl LockedRun<'_> {
    pub(super) async fn to_its_end(
        &self,
        deployment: &mut Deployment,
        context: &Context,
    ) -> Result<Outcome, Problem> {
        let mut done = Vec::new();
        for _ in 0..PLANS {
            if let Some(outcome) = self.once(deployment, &mut done, context).await? {
                return Ok(outcome);
            }
        }
        Err(Problem {
            outcome: Outcome::Locked,
            message: format!("other programs changed the ledgers {PLANS} times while this run was planned"),
            place: None,
            causes: Vec::new(),
            changed: Some(format!("this run applied {} migrations", done.len())),
            hints: vec!["wait until they are done, then run `crosstrack up` again".into()],
        })
    }

    /// What stops a run that follows on another part of the command has not touched nothing.
    fn after_what_was_done(&self, problem: Problem) -> Problem {
        if self.confirmed.is_some() {
            return problem;
        }
        let outcome = if problem.outcome == Outcome::Refused { Outcome::Failed } else { problem.outcome };
        Problem { outcome, ..problem }
            .changed("what this command reverted or dropped before is gone, and not applied again; `crosstrack up` applies it")
    }

    /// Plans and executes. `None` when another program changed a ledger meanwhile, so that a new plan is needed; `done` has what
    /// was applied until then.
    ///
    /// Another run may have come first, too: what counts is what is pending under the lock.
    async fn once(
        &self,
        deployment: &mut Deployment,
        done: &mut Vec<(String, Duration)>,
        context: &Context,
    ) -> Result<Option<Outcome>, Problem> {
        let inspection = deployment.inspect_alone(self.lock, context).await;
        let inspection = inspection.map_err(|problem| match done.len() {
            0 => problem,
            applied => problem.changed(format!("this run applied {applied} migrations before that")),
        })?;
        let plan = make_plan(deployment, &inspection, self.selection)?;
        if let Some(saved) = self.saved {
            let checked = saved.check(deployment, (&inspection, &plan)).await;
            checked.map_err(|problem| after_a_part(problem, done.len()))?;
        }
        if plan.changes_nothing() && done.is_empty() {
            return nothing_pending(deployment, &inspection, &plan, context).await.map(Some);
        }
        if let Some(confirmed) = self.confirmed.as_ref().filter(|_| done.is_empty()) {
            let alone = (self.lock, &self.stop);
            confirmed.still_holds(deployment, alone, (&inspection, &plan), context).await?;
        }
        let steps = plan.step_count();
        if steps > 0 {
            let ran = hooks::run(HookMoment::BeforeUp, steps, (deployment, &self.stop), context);
            ran.map_err(|problem| self.after_what_was_done(problem))?;
        }
        context.print.detail(|| crosstrack_report::plan(&plan, true));
        let execution = Execution {
            lock: self.lock,
            tracks: &deployment.tracks,
            inspection: &inspection,
            expectations: &deployment.expectations,
            defaults: deployment.session_defaults(),
            origin: &origin::origin(context.command(), &deployment.settings, &context.environment),
            wait_for_lock: deployment.settings.database.wait_for_lock,
            stop: &self.stop,
        };
        match execute(&execution, &plan, &context.listener()).await {
            Ok(mut summary) => {
                summary.steps.splice(..0, done.drain(..));
                hooks::run(HookMoment::AfterUp, summary.steps.len(), (deployment, &self.stop), context)?;
                finished(&summary, &plan, context);
                Ok(Some(Outcome::Done))
            }
            Err(ExecuteError::Moved { track, summary }) => {
                context.print.story(&format!("{track}: another program migrates too; planning anew\n"));
                done.extend(summary.steps);
                Ok(None)
            }
            Err(error) => Err(failure::execute(&error)),
        }
    }
}

fn make_plan(
    deployment: &Deployment,
    inspection: &Inspection,
    selection: &UpSelection,
) -> Result<Plan, Problem> {
    let settings = &deployment.settings;
    plan_up(&inspection.tracks, &settings.phases, selection).map_err(|error| failure::plan(&error))
}

/// The plain sentence, and the checks all the same: a deployment is done when the database is what it says.
async fn nothing_pending(
    deployment: &mut Deployment,
    inspection: &Inspection,
    plan: &Plan,
    context: &Context,
) -> Result<Outcome, Problem> {
    let mut gates = Vec::new();
    let (snapshot, expectations) = deployment.checks();
    for item in &plan.items {
        let Item::Gate(gate) = item else { continue };
        let checks: Vec<&str> = gate.checks.iter().map(String::as_str).collect();
        let reports =
            verify(&snapshot, expectations, &checks).await.map_err(|error| failure::verify(&error))?;
        gates.push(GateOutcome { phase: gate.phase.clone(), reports });
    }
    let outcome = if gates.iter().all(GateOutcome::passed) { Outcome::Done } else { Outcome::No };
    for gate in gates.iter().filter(|gate| !gate.passed()) {
        context.print.story(&crosstrack_report::verified(&gate.reports));
        context.print.annotate(|| crosstrack_report::finding_annotations(&gate.reports));
    }
    hooks::run(HookMoment::AfterUp, 0, (deployment, &Stop::default()), context)?;
    let summary = RunSummary { gates, ..RunSummary::default() };
    context.print.answer(&crosstrack_report::nothing_pending(inspection, &summary.gates), || {
        crosstrack_report::run_document(context.command(), &summary, &skipped(plan), outcome)
    });
    Ok(outcome)
}

pub(super) fn finished(summary: &RunSummary, plan: &Plan, context: &Context) {
    let text = crosstrack_report::summary(summary, &plan.skipped_gates);
    context.print.answer(&text, || {
        crosstrack_report::run_document(context.command(), summary, &skipped(plan), Outcome::Done)
    });
}

fn skipped(plan: &Plan) -> Vec<String> {
    plan.skipped_gates.iter().map(|gate| gate.phase.clone()).collect()
}
