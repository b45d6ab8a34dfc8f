//! The short way of `fresh`, on the development server: a copy of a template takes the place of the database.
//!
//! It is taken only where its result is that of the long way, and the database is not touched before that is certain. In every other
//! case the long way is left to the caller, with the reason.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crosstrack_database::{LockRequest, LockedSession, POOLER_PATIENCE, Reader};
use crosstrack_engine::{Origin, ReplacementRun, RunSummary, UpSelection, carry_over, plan_up};
use crosstrack_model::{Event, GateOutcome, Item, Plan, Step};
use crosstrack_report::Problem;
use crosstrack_settings::HookMoment;
use crosstrack_shadow::{Contents, Fingerprint, History, Object, Replacement};
use crosstrack_verify::{Expectations, verify};

use super::target::{Seen, obstacle, see};
use super::{Request, objects};
use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure::chain;
use crate::{hooks, origin, shadow};

/// The end of the attempt.
pub(super) enum Copied {
    /// The copy is in its place.
    Done,
    /// The database is as it was.
    NotPossible(Box<Deployment>),
}

/// Replaces the database by a copy of the template of all migrations, where that is possible.
pub(super) async fn replace(
    mut deployment: Deployment,
    request: &Request<'_>,
    context: &Context,
) -> Result<Copied, Problem> {
    let began = Instant::now();
    let copy = match obstacle(&mut deployment, request).await? {
        Some(reason) => Err(reason),
        None => Box::pin(make_copy(&mut deployment, request, context)).await?,
    };
    match copy {
        Ok(copy) => Box::pin(copy.take_place(deployment, (request, began), context)).await,
        Err(None) => Ok(Copied::NotPossible(Box::new(deployment))),
        Err(Some(reason)) => Ok(not_possible(deployment, &reason, context)),
    }
}

fn not_possible(deployment: Deployment, reason: &str, context: &Context) -> Copied {
    context.print.story(&format!("note: not copied from a template: {reason}\n"));
    Copied::NotPossible(Box::new(deployment))
}

/// The reason for which there is no copy; nothing where the settings say so.
pub(super) type Reason = Option<String>;

/// A copy that is as good as the result of the long way, and the lock of the database.
struct Copy {
    replacement: Replacement,
    seen: Seen,
    summary: RunSummary,
    plan: Plan,
    /// The database when it was compared with the copy.
    fingerprint: Fingerprint,
}

async fn make_copy(
    deployment: &mut Deployment,
    request: &Request<'_>,
    context: &Context,
) -> Result<Result<Copy, Reason>, Problem> {
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let server = shadow::beside(context, &deployment.database);
    let (tracks, phases) = (deployment.tracks.clone(), deployment.settings.phases.clone());
    let history = History {
        server: &server,
        tracks: &tracks,
        phases: &phases,
        defaults: deployment.session_defaults(),
        origin: &origin,
        stop: request.stop,
    };
    // What is wrong with the migrations the long way says.
    let Ok(plan) = plan_up(&history.states(), &phases, &UpSelection::default()) else { return Ok(Err(None)) };
    let steps: Vec<Step> = plan.steps().cloned().collect();
    let (created, seen) =
        tokio::join!(Replacement::create(history, &steps), see(deployment, request, context));
    let (replacement, seen) = match (created, seen) {
        (Ok(replacement), Ok(seen)) => (replacement, seen),
        (Err(error), Ok(seen)) => {
            seen.lock.release().await;
            return Ok(Err(Some(chain(&error))));
        }
        (created, Err(problem)) => {
            if let Ok(replacement) = created {
                drop(replacement.remove().await);
            }
            return Err(problem);
        }
    };
    let examined =
        Examined { deployment, seen: &seen, replacement: &replacement, plan: &plan, origin: &origin };
    match examined.examine((history, request), context).await {
        Ok((summary, fingerprint)) => Ok(Ok(Copy { replacement, seen, summary, plan, fingerprint })),
        Err(reason) => {
            seen.lock.release().await;
            drop(replacement.remove().await);
            Ok(Err(Some(reason)))
        }
    }
}

/// A copy that is compared with the database.
struct Examined<'a> {
    deployment: &'a Deployment,
    seen: &'a Seen,
    replacement: &'a Replacement,
    plan: &'a Plan,
    origin: &'a Origin,
}

impl Examined<'_> {
    /// Makes the checks of the phases in the copy, writes its audit log and compares; gives the fingerprint of the database. The error is
    /// the reason against the copy.
    async fn examine(
        &self,
        (history, request): (History<'_>, &Request<'_>),
        context: &Context,
    ) -> Result<(RunSummary, Fingerprint), String> {
        let database = self.replacement.database();
        let reader = async { database.reader().await.map_err(|error| chain(&error)) };
        let lock = async {
            let request = LockRequest { wait: POOLER_PATIENCE, on_wait: &mut |_| {} };
            LockedSession::take(database, request).await.map_err(|error| chain(&error))
        };
        let (mut reader, lock) = tokio::try_join!(reader, lock)?;
        let target = self.deployment.database.target();
        let fingerprint = self.plan.fingerprint();
        let run = ReplacementRun { origin: self.origin, plan: &fingerprint, database: &target.database };
        let written =
            async { carry_over(&lock, &self.seen.journal, &run).await.map_err(|error| chain(&error)) };
        let done = async {
            let gates = gates(&mut reader, (self.plan, &self.deployment.expectations));
            let (gates, run) = tokio::try_join!(gates, written)?;
            let fingerprint = self.check((history, &lock), (&mut reader, context)).await?;
            Ok::<_, String>((gates, run, fingerprint))
        };
        let done = done.await;
        lock.release().await;
        let (gates, run, fingerprint) = done?;
        if request.stop.requested().is_some() {
            return Err("the command was asked to stop".to_owned());
        }
        let name = |step: &Step| (format!("{}/{}", step.track, step.migration.label), Duration::ZERO);
        let steps = self.plan.steps().map(name).collect();
        Ok((RunSummary { run, steps, gates, ..RunSummary::default() }, fingerprint))
    }

    /// Refuses a copy that is not as good as the result of the long way. It is the last thing before the exchange: an earlier copy of the template is known by its fingerprint, anything else is compared.
    async fn check(
        &self,
        (history, lock): (History<'_>, &LockedSession),
        (reader, context): (&mut Reader, &Context),
    ) -> Result<Fingerprint, String> {
        let applied = history.applied(&self.seen.inspection.tracks).map_err(|error| chain(&error))?;
        let is_complete = applied.len() == self.plan.step_count();
        let before = self.seen.fingerprint().await?;
        if is_complete && self.replacement.is_known_as(&before) {
            return Ok(before);
        }
        self.compare((history, is_complete), (reader, context)).await?;
        self.remember(lock).await?;
        if self.seen.fingerprint().await? == before {
            Ok(before)
        } else {
            Err("the database has just been changed".to_owned())
        }
    }

    /// Refuses a copy that differs from the database in something that the long way would keep.
    async fn compare(
        &self,
        (history, is_complete): (History<'_>, bool),
        (reader, context): (&mut Reader, &Context),
    ) -> Result<(), String> {
        let target = async {
            let mut reader = self.deployment.database.reader().await.map_err(|error| chain(&error))?;
            Contents::read(reader.snapshot()).await.map_err(|error| chain(&error))
        };
        let copy = async { Contents::read(reader.snapshot()).await.map_err(|error| chain(&error)) };
        let (target, copy) = tokio::try_join!(target, copy)?;
        let own: BTreeSet<Object> = if is_complete {
            copy.objects().cloned().collect()
        } else if target.objects().next().is_none() {
            BTreeSet::new()
        } else {
            let found = objects(self.deployment, (&self.seen.inspection, history.stop), context).await;
            found.map_err(|problem| problem.message)?.into_iter().collect()
        };
        let is_own = |object: &&Object| own.contains(*object);
        if let Some(other) = target.objects().find(|object| !is_own(object)) {
            return Err(format!("the migrations did not make the {} {}", other.kind, other.identity));
        }
        let made: BTreeSet<Object> = own.into_iter().chain(copy.objects().cloned()).collect();
        match target.difference(&copy, &made) {
            None => Ok(()),
            Some(difference) => Err(format!("the database and the template differ in: {difference}")),
        }
    }

    /// Remembers the copy for the next command. It would be compared again without that.
    async fn remember(&self, lock: &LockedSession) -> Result<(), String> {
        let fingerprint = Fingerprint::read(lock.session()).await.map_err(|error| chain(&error))?;
        self.replacement.remember(&fingerprint).await.map_err(|error| chain(&error))
    }
}

/// Makes the checks of all phases.
async fn gates(
    reader: &mut Reader,
    (plan, expectations): (&Plan, &Expectations),
) -> Result<Vec<GateOutcome>, String> {
    let snapshot = reader.snapshot();
    let mut gates = Vec::new();
    for item in &plan.items {
        let Item::Gate(gate) = item else { continue };
        let checks: Vec<&str> = gate.checks.iter().map(String::as_str).collect();
        let reports = verify(&snapshot, expectations, &checks).await.map_err(|error| chain(&error))?;
        let outcome = GateOutcome { phase: gate.phase.clone(), reports };
        if !outcome.passed() {
            return Err(format!("the checks of phase `{}` do not pass", gate.phase));
        }
        gates.push(outcome);
    }
    Ok(gates)
}

impl Copy {
    /// Exchanges the databases. From here on the database has the result.
    async fn take_place(
        self,
        deployment: Deployment,
        (request, began): (&Request<'_>, Instant),
        context: &Context,
    ) -> Result<Copied, Problem> {
        let Self { replacement, seen, mut summary, plan, fingerprint } = self;
        context.print.story(&format!(
            "warning: what the migrations made is dropped\n{}",
            crosstrack_report::rows_by_table(&seen.rows)
        ));
        let (target, settings) = (deployment.database.target().clone(), deployment.settings.clone());
        seen.lock.release().await;
        drop(deployment);
        if let Err(error) = replacement.take_place(&target.database, &fingerprint).await {
            let deployment =
                Deployment::open_at(target, settings).await.map_err(|failure| failure.problem)?;
            return Ok(not_possible(deployment, &chain(&error), context));
        }
        context
            .print
            .story(&format!("replaced by a copy of the template of {} migrations\n", summary.steps.len()));
        let events = context.listener();
        for gate in &summary.gates {
            events(Event::GateFinished(gate.clone()));
        }
        if settings.hooks.iter().any(|hook| hook.moment == HookMoment::AfterUp) {
            let deployment =
                Deployment::open_at(target, settings).await.map_err(|failure| failure.problem)?;
            hooks::run(HookMoment::AfterUp, summary.steps.len(), (&deployment, request.stop), context)?;
        }
        summary.elapsed = began.elapsed();
        super::super::up::finished(&summary, &plan, context);
        Ok(Copied::Done)
    }
}
