//! `plan --rehearse`: the pending migrations run on a shadow database, and their effect on the data is read from the target.
//!
//! It must not write to the target.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crosstrack_catalog::{Catalog, Change, Difference, Kind, differences, outermost};
use crosstrack_database::{Database, Reader};
use crosstrack_engine::open_session;
use crosstrack_loss::{Amount, CountedLoss, Loss, count, losses, without_renamed};
use crosstrack_model::{Plan, Step, TrackState};

use crate::catalog::catalog_without_ledgers;
use crate::error::ShadowError;
use crate::history::History;
use crate::rehearse::error::RehearseError;
use crate::rehearse::obstacle::{Question, ask};
use crate::rehearse::place::{Copying, look, with_beginning};
use crate::rehearse::rehearsal::{Base, Failure, Rehearsal, RehearsedStep, Unasked};
use crate::rehearse::run::Run;
use crate::rehearse::size::sizes;

/// What is rehearsed.
#[derive(Clone, Copy)]
pub struct Rehearsing<'a> {
    /// The deployment, and its shadow server.
    pub history: History<'a>,
    /// What a copy is made with.
    pub copying: Copying<'a>,
    /// What is applied.
    pub applied: &'a [TrackState],
    /// What is to be run.
    pub plan: &'a Plan,
}

/// The result of the run on the shadow database.
struct Seen {
    steps: Vec<RehearsedStep>,
    failure: Option<Failure>,
    differences: Vec<Difference>,
    losses: Vec<Loss>,
    questions: Vec<Question>,
    unasked: Vec<Unasked>,
    /// The catalog of the shadow database before the plan.
    before: Catalog,
}

/// Rehearses a plan. `on_step` is told of each migration as it is done, and whether it
/// went through.
///
/// # Errors
/// When there can be no shadow database or it is lost, when a script may reach beyond it, or when the run is stopped. A migration that fails
/// is no error.
pub async fn rehearse(
    rehearsing: Rehearsing<'_>,
    on_step: &mut (dyn FnMut(&RehearsedStep, bool) + Send),
) -> Result<Rehearsal, RehearseError> {
    let began = Instant::now();
    let Rehearsing { history, copying, applied, plan } = rehearsing;
    let steps: Vec<Step> = plan.steps().cloned().collect();
    let on_step = Mutex::new(on_step);
    let work = async |database: &Database| {
        tokio::select! {
            seen = run(database, history, &steps, &on_step) => seen,
            () = history.stop.wait() => Err(RehearseError::Stopped),
        }
    };
    let (base, seen) = with_beginning(history, copying, (applied, &steps), work).await?;
    let mut reader = copying.live.reader().await.map_err(RehearseError::Connect)?;
    let mut rehearsal = where_the_data_is(&mut reader, history, (base, seen)).await?;
    rehearsal.elapsed = began.elapsed();
    Ok(rehearsal)
}

/// Told of each step, and whether it succeeded.
type OnStep<'a> = Mutex<&'a mut (dyn FnMut(&RehearsedStep, bool) + Send)>;

async fn run(
    database: &Database,
    history: History<'_>,
    plan: &[Step],
    on_step: &OnStep<'_>,
) -> Result<Seen, RehearseError> {
    // `up` creates missing migrations tables before the first step, and a script may name them.
    for track in history.tracks {
        let session = open_session(database, track, false).await;
        session.map_err(|error| ShadowError::Execute(Box::new(error)))?;
    }
    let mut reader = database.reader().await.map_err(RehearseError::Connect)?;
    let before = look(&mut reader, history.tracks).await?;
    let mut run = Run::on(database, history.tracks, history.defaults).await?;
    let (mut steps, mut failure) = (Vec::new(), None);
    for step in plan {
        let (rehearsed, failed) = run.step(step).await?;
        on_step.lock().unwrap_or_else(PoisonError::into_inner)(&rehearsed, failed.is_none());
        steps.push(rehearsed);
        if failed.is_some() {
            failure = failed;
            break;
        }
    }
    let (questions, unasked) = (std::mem::take(&mut run.questions), std::mem::take(&mut run.unasked));
    // The transaction of a failed migration ends with its session.
    drop(run);
    let after = look(&mut reader, history.tracks).await?;
    let found = differences(&before.0, &after.0);
    Ok(Seen {
        steps,
        failure,
        losses: without_renamed(losses(&found), &before.1, &after.1),
        differences: outermost(found),
        questions,
        unasked,
        before: before.0,
    })
}

/// Reads what the plan would meet: the sizes of what it touches, the data that goes, and what stands in its way.
async fn where_the_data_is(
    reader: &mut Reader,
    history: History<'_>,
    (base, seen): (Base, Seen),
) -> Result<Rehearsal, RehearseError> {
    let snapshot = reader.snapshot();
    let tables = touched(&seen.steps);
    let sizes = sizes(&snapshot, &tables).await?;
    let answers = ask(&snapshot, &seen.questions).await?;
    let mut losses = count(&snapshot, &seen.losses).await?;
    for loss in &mut losses {
        forget_plain_cast(loss, &answers.not_plain);
    }
    snapshot.end().await?;
    let live = catalog_without_ledgers(reader.snapshot(), history.tracks).await?;
    // A copy's texts may be written otherwise than those that they were copied from.
    let is_a_copy = !matches!(base, Base::Replay { .. });
    let is_left_out =
        |kind| base == Base::CopyWithoutOwners && matches!(kind, Kind::Grant | Kind::DefaultGrant);
    let is_another = |difference: &Difference| match difference.change {
        Change::Added | Change::Removed => !is_left_out(difference.id.kind),
        Change::Changed { .. } | Change::Reordered { .. } => !is_a_copy,
    };
    let mut unlike = outermost(differences(&live, &seen.before));
    unlike.retain(is_another);
    Ok(Rehearsal {
        base,
        unlike,
        steps: seen.steps,
        failure: seen.failure,
        sizes,
        differences: seen.differences,
        losses,
        obstacles: answers.obstacles,
        unasked: seen.unasked.into_iter().chain(answers.unasked).collect(),
        unanswered: answers.late,
        elapsed: std::time::Duration::ZERO,
    })
}

/// Values that a plain cast does not convert are no loss where the plan converts them otherwise, or writes them before.
fn forget_plain_cast(loss: &mut CountedLoss, not_plain: &BTreeSet<(String, String)>) {
    let (Loss::Narrowing { table, column, .. }, Amount::Unfit { .. }) = (&loss.loss, &loss.amount) else {
        return;
    };
    if not_plain.contains(&(table.clone(), column.clone())) {
        let reason = "the plan does more than a cast of the values".to_owned();
        loss.amount = Amount::Unknown { reason };
    }
}

/// The tables that are named by what was measured.
fn touched(steps: &[RehearsedStep]) -> BTreeSet<String> {
    let effects = steps.iter().flat_map(|step| &step.statements).map(|statement| &statement.effects);
    let tables = effects.flat_map(|effects| {
        let locked = effects.locks.iter().map(|lock| &lock.table);
        let built = effects.builds.iter().map(|build| &build.table);
        let named = effects.rewrites.iter().chain(&effects.emptied).chain(&effects.scans);
        locked.chain(built).chain(named)
    });
    tables.cloned().collect()
}
