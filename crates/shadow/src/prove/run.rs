//! `prove`: each migration up, down and up again, with the catalog read in between.
//!
//! One call finds all faults: where a down migration has spoiled the shadow database, the next one begins from a template.

use std::time::Instant;

use crosstrack_catalog::{Catalog, Change, Difference, differences, outermost};
use crosstrack_engine::ExecuteError;
use crosstrack_model::{Direction, Step};

use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::prove::proof::{MigrationProof, Proof, Verdict};
use crate::prove::rows::{Harm, Watch, announced, changes_values, is_about_rows, is_rolled_back, is_watched};
use crate::prove::selection::Selection;
use crate::replay::{Replay, is_of_a_script, with_replay};

/// Tests the selected migrations in the order of the plan. `on_migration` is told of each verdict.
///
/// # Errors
/// When there can be no shadow database or it is lost, when there is no plan, when the run is stopped. The shadow database is dropped all
/// the same.
pub async fn prove(
    history: History<'_>,
    selection: &Selection,
    on_migration: &mut (dyn FnMut(&MigrationProof) + Send),
) -> Result<Proof, ShadowError> {
    let began = Instant::now();
    let steps = history.steps()?;
    let places = selection.places(&steps, &history.states())?;
    let mut run = Run {
        steps: &steps,
        places: &places,
        done: 0,
        is_without_rows: false,
        proof: Proof::default(),
        on_migration,
    };
    while let Some(place) = run.next() {
        let tried = with_down_migrations(&steps[place..]);
        let segment = Steps { replayed: &steps[..place], tried: &tried };
        match with_replay(history, segment, async |replay| run.segment(replay).await).await {
            Err(ShadowError::Execute(error)) if is_of_a_script(&error) => run.cannot_begin(place, error),
            result => result?,
        }
    }
    Ok(Proof { elapsed: began.elapsed(), ..run.proof })
}

/// Everything that a proof of these steps may run.
fn with_down_migrations(steps: &[Step]) -> Vec<Step> {
    steps.iter().flat_map(|step| std::iter::once(step.clone()).chain(down_step(step))).collect()
}

/// A proof under way.
struct Run<'a> {
    /// All up migrations, in order.
    steps: &'a [Step],
    /// The places of those that are tested.
    places: &'a [usize],
    /// The number of places that are done.
    done: usize,
    /// Whether the next migration is tried without rows, because it does not take them.
    is_without_rows: bool,
    proof: Proof,
    on_migration: &'a mut (dyn FnMut(&MigrationProof) + Send),
}

/// The inner error is of a script, the outer one ends the proof.
type Tried<T> = Result<Result<T, Box<ExecuteError>>, ShadowError>;

/// The verdict on one migration.
struct Judged {
    verdict: Verdict,
    reordered: Vec<Difference>,
    /// The catalog, where the migration did not spoil the shadow database.
    left: Option<Catalog>,
    /// Whether the script failed with rows in the tables, and may succeed without.
    may_be_the_rows: bool,
}

impl Judged {
    fn left(verdict: Verdict, catalog: Catalog) -> Self {
        Self { left: Some(catalog), ..Self::spoiled(verdict) }
    }

    fn spoiled(verdict: Verdict) -> Self {
        Self { verdict, reordered: Vec::new(), left: None, may_be_the_rows: false }
    }

    fn failed(verdict: Verdict, has_rows: bool) -> Self {
        let may_be_the_rows = has_rows && verdict.error().is_some_and(is_about_rows);
        Self { may_be_the_rows, ..Self::spoiled(verdict) }
    }
}

impl Run<'_> {
    fn next(&self) -> Option<usize> {
        self.places.get(self.done).copied()
    }

    /// Tests migrations until one spoils the shadow database, or until the end.
    async fn segment(&mut self, replay: &mut Replay<'_>) -> Result<(), ShadowError> {
        let Some(mut applied) = self.next() else { return Ok(()) };
        let mut before = None;
        while let Some(place) = self.next() {
            let began = Instant::now();
            if applied < place {
                if let Err(error) = replay.run(Direction::Up, &self.steps[applied..place]).await? {
                    self.cannot_begin(place, error);
                    return Ok(());
                }
                before = None;
            }
            let before_catalog = match before.take() {
                Some(catalog) => catalog,
                None => replay.catalog().await?,
            };
            let judged = self.judge(replay, &self.steps[place], before_catalog).await?;
            if judged.may_be_the_rows {
                // Once more from a template, without rows.
                self.is_without_rows = true;
                return Ok(());
            }
            self.is_without_rows = false;
            applied = place + 1;
            before = judged.left;
            self.record(place, (judged.verdict, judged.reordered), began);
            if before.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn judge(
        &mut self,
        replay: &mut Replay<'_>,
        step: &Step,
        before: Catalog,
    ) -> Result<Judged, ShadowError> {
        let down = down_step(step);
        let watched = down.as_ref().filter(|down| !self.is_without_rows && is_watched(step, down));
        let watch = match watched {
            Some(_) => Some(Watch::begin(replay).await?),
            None => None,
        };
        let rows = match &watch {
            Some(watch) => Some(watch.read().await?),
            None => None,
        };
        if let Err(error) = run_step(replay, Direction::Up, step).await? {
            return Ok(Judged::failed(Verdict::FailsForward(error), watch.is_some()));
        }
        let after = replay.catalog().await?;
        self.proof.unmodelled.extend(after.unmodelled().map(|id| id.name.clone()));
        let Some(down) = down else {
            let is_meant = step.migration.directives.irreversible;
            let verdict = if is_meant { Verdict::Irreversible } else { Verdict::NoWayBack };
            return Ok(Judged::left(verdict, after));
        };
        if let Err(error) = run_step(replay, Direction::Down, &down).await? {
            // With rows in the tables nothing goes on.
            let left = is_rolled_back(&error).then_some(after).filter(|_| watch.is_none());
            let judged = Judged::failed(Verdict::FailsBack(error), watch.is_some());
            return Ok(Judged { left, ..judged });
        }
        let back = replay.catalog().await?;
        let (reordered, left) = compare(&before, &back);
        if !left.is_empty() {
            return Ok(Judged { reordered, ..Judged::spoiled(Verdict::LeavesBehind(left)) });
        }
        let losses = [announced(&before, &after), announced(&after, &back)].concat();
        if let (Some(watch), Some(rows)) = (&watch, &rows) {
            let harm = rows.harm(&watch.read().await?, &losses);
            if !harm.is_empty() {
                return Ok(Judged { reordered, ..Judged::spoiled(Verdict::HarmsRows(harm)) });
            }
        }
        if let Err(error) = run_step(replay, Direction::Up, step).await? {
            return Ok(Judged { reordered, ..Judged::failed(Verdict::FailsAgain(error), watch.is_some()) });
        }
        let again = replay.catalog().await?;
        let (_, different) = compare(&after, &again);
        if !different.is_empty() {
            return Ok(Judged { reordered, ..Judged::spoiled(Verdict::ComesBackDifferent(different)) });
        }
        let Some(watch) = watch else {
            return Ok(Judged { reordered, ..Judged::left(Verdict::Proven, again) });
        };
        let mut harm = Harm::none();
        if changes_values(&before, &after) {
            // Rows of the new schema go down, too.
            harm = watch.harm_of_down(replay, (step, &down), &losses).await?;
        }
        let Harm { sentences, is_undone } = harm;
        let verdict = if sentences.is_empty() { Verdict::Proven } else { Verdict::HarmsRows(sentences) };
        let is_sound = watch.end().await? && is_undone;
        Ok(Judged { reordered, left: is_sound.then_some(again), ..Judged::spoiled(verdict) })
    }

    fn record(&mut self, place: usize, (verdict, reordered): (Verdict, Vec<Difference>), began: Instant) {
        let step = &self.steps[place];
        let script = match (&verdict, &step.migration.backward) {
            (Verdict::FailsForward(_) | Verdict::FailsAgain(_) | Verdict::Irreversible, _) | (_, None) => {
                &step.script
            }
            (_, Some(down)) => down,
        };
        let is_the_end = matches!(verdict, Verdict::FailsForward(_));
        let migration = MigrationProof {
            reference: name(step),
            script: script.path.clone(),
            verdict,
            reordered,
            duration: began.elapsed(),
        };
        (self.on_migration)(&migration);
        let blamed = migration.reference.clone();
        self.proof.migrations.push(migration);
        let rest = &self.places[self.done..];
        self.done += 1;
        if is_the_end {
            let rest = rest.iter().map(|place| name(&self.steps[*place]));
            self.proof.not_reached = rest.filter(|name| *name != blamed).collect();
            self.done = self.places.len();
        }
    }

    /// A migration before this place, or at it, fails: it may be an earlier one, which was not selected.
    fn cannot_begin(&mut self, place: usize, error: Box<ExecuteError>) {
        let at = blamed(self.steps, &error).unwrap_or(place);
        self.record(at, (Verdict::FailsForward(error), Vec::new()), Instant::now());
    }
}

async fn run_step(replay: &mut Replay<'_>, direction: Direction, step: &Step) -> Tried<()> {
    replay.run(direction, std::slice::from_ref(step)).await
}

/// The place of the migration that an error is about.
fn blamed(steps: &[Step], error: &ExecuteError) -> Option<usize> {
    let reference = match error {
        ExecuteError::Step(failure) => &failure.reference,
        ExecuteError::Split { reference, .. } | ExecuteError::NotInLedger { reference, .. } => reference,
        _ => return None,
    };
    steps.iter().position(|step| name(step) == *reference)
}

fn name(step: &Step) -> String {
    format!("{}/{}", step.track, step.migration.label)
}

/// The step down, unless there is none or the migration says that it is irreversible.
fn down_step(step: &Step) -> Option<Step> {
    let script = step.migration.backward.clone().filter(|_| !step.migration.directives.irreversible)?;
    Some(Step { direction: Direction::Down, script, hazards: Vec::new(), ..step.clone() })
}

/// The differences in the order of columns, and the others.
fn compare(first: &Catalog, second: &Catalog) -> (Vec<Difference>, Vec<Difference>) {
    let (reordered, other): (Vec<Difference>, Vec<Difference>) = differences(first, second)
        .into_iter()
        .partition(|difference| matches!(difference.change, Change::Reordered { .. }));
    (reordered, outermost(other))
}
