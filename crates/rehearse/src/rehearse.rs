//! `plan --rehearse`: the pending migrations run for real on a scratch database, and what they would do is read where the data is.
//!
//! Must not write to the database that is named, nor leave the scratch database behind.

use std::collections::BTreeSet;
use std::time::Instant;

use crosstrack_catalog::{Catalog, Change, Difference, Kind, differences, outermost};
use crosstrack_database::Reader;
use crosstrack_loss::{Loss, count, losses, without_renamed};
use crosstrack_model::{Plan, TrackState};
use crosstrack_replay::{Replaying, catalog_without_ledgers};
use crosstrack_script::reaches_beyond_database;

use crate::error::RehearseError;
use crate::obstacle::{Question, obstacles};
use crate::place::{Copying, Place, look};
use crate::rehearsal::{Base, Failure, Rehearsal, RehearsedStep};
use crate::run::Run;
use crate::size::sizes;

/// What is rehearsed.
#[derive(Clone, Copy)]
pub struct Rehearsing<'a> {
    /// The deployment, and the server on which scratch databases are made.
    pub replaying: Replaying<'a>,
    /// What a copy is made with.
    pub copying: Copying<'a>,
    /// What is applied.
    pub applied: &'a [TrackState],
    /// What is to be run.
    pub plan: &'a Plan,
}

/// What the run on the scratch database has shown.
struct Seen {
    steps: Vec<RehearsedStep>,
    failure: Option<Failure>,
    differences: Vec<Difference>,
    losses: Vec<Loss>,
    questions: Vec<Question>,
    /// The catalog of the scratch database before the plan.
    before: Catalog,
}

/// Rehearses a plan. `on_step` is told of each migration as it is done, and whether it
/// went through.
///
/// # Errors
/// When there can be no scratch database or it is lost, when a script reaches beyond its database, or when it is asked to stop. A
/// migration that fails is no error.
pub async fn rehearse(
    rehearsing: Rehearsing<'_>,
    on_step: &mut (dyn FnMut(&RehearsedStep, bool) + Send),
) -> Result<Rehearsal, RehearseError> {
    let began = Instant::now();
    let Rehearsing { replaying, copying, applied, plan } = rehearsing;
    if let Some(step) = plan.steps().find(|step| reaches_beyond_database(&step.script.sql)) {
        return Err(RehearseError::beyond(step));
    }
    let place = Place::make(replaying, copying, applied).await?;
    let seen = tokio::select! {
        seen = run(&place, replaying, plan, on_step) => seen,
        () = replaying.stop.wait() => Err(RehearseError::Stopped),
    };
    let base = place.base.clone();
    let removed = place.remove().await;
    let seen = seen?;
    removed?;
    let mut reader = copying.live.reader().await.map_err(RehearseError::Connect)?;
    let mut rehearsal = where_the_data_is(&mut reader, replaying, (base, seen)).await?;
    rehearsal.elapsed = began.elapsed();
    Ok(rehearsal)
}

async fn run(
    place: &Place<'_>,
    replaying: Replaying<'_>,
    plan: &Plan,
    on_step: &mut (dyn FnMut(&RehearsedStep, bool) + Send),
) -> Result<Seen, RehearseError> {
    let database = place.database();
    let mut reader = database.reader().await.map_err(RehearseError::Connect)?;
    let before = look(&mut reader, replaying.tracks).await?;
    let mut run = Run::on(database, replaying.tracks, replaying.defaults).await?;
    let (mut steps, mut failure) = (Vec::new(), None);
    for step in plan.steps() {
        let (rehearsed, failed) = run.step(step).await?;
        on_step(&rehearsed, failed.is_none());
        steps.push(rehearsed);
        if failed.is_some() {
            failure = failed;
            break;
        }
    }
    let questions = std::mem::take(&mut run.questions);
    // What a failed migration has begun is given up before anybody looks.
    drop(run);
    let after = look(&mut reader, replaying.tracks).await?;
    let found = differences(&before.0, &after.0);
    Ok(Seen {
        steps,
        failure,
        losses: without_renamed(losses(&found), &before.1, &after.1),
        differences: outermost(found),
        questions,
        before: before.0,
    })
}

/// Reads what the plan would meet: the sizes of what it touches, the data that goes, and what stands in its way.
async fn where_the_data_is(
    reader: &mut Reader,
    replaying: Replaying<'_>,
    (base, seen): (Base, Seen),
) -> Result<Rehearsal, RehearseError> {
    let snapshot = reader.snapshot();
    let tables = touched(&seen.steps);
    let sizes = sizes(&snapshot, &tables).await?;
    let (obstacles, unanswered) = obstacles(&snapshot, &seen.questions).await?;
    let losses = count(&snapshot, &seen.losses).await?;
    snapshot.end().await?;
    let live = catalog_without_ledgers(reader.snapshot(), replaying.tracks).await?;
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
        obstacles,
        unanswered,
        elapsed: std::time::Duration::ZERO,
    })
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
