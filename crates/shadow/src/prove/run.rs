//! `prove`: each migration up, down and up again, with the catalog read in between.
//!
//! One call finds all faults: where a down migration has spoiled the shadow database, the next one begins from a template.

use std::time::Instant;

use crosstrack_catalog::{Catalog, Difference};
use crosstrack_database::Session;
use crosstrack_engine::ExecuteError;
use crosstrack_model::{Direction, Step};

use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::prove::proof::{MigrationProof, Proof, Verdict};
use crate::prove::rows::{Watch, is_watched};
use crate::prove::selection::Selection;
use crate::prove::trial::{Judged, Trial};
use crate::replay::{Replay, is_of_a_script, with_next_replay};
use crate::template::Chain;

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
    let mut chain = Chain::default();
    while let Some(place) = run.next() {
        let tried = with_down_migrations(&steps[place..]);
        let segment = Steps { replayed: &steps[..place], tried: &tried };
        let tested = with_next_replay(history, segment, &mut chain, async |replay| run.segment(replay).await);
        match tested.await {
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

impl Run<'_> {
    fn next(&self) -> Option<usize> {
        self.places.get(self.done).copied()
    }

    /// Tests migrations until one spoils the shadow database, or until the end.
    async fn segment(&mut self, replay: &mut Replay<'_>) -> Result<(), ShadowError> {
        let Some(mut applied) = self.next() else { return Ok(()) };
        let session = replay.session("rows").await?;
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
            let judged = self.judge(replay, &session, place, before_catalog).await?;
            if judged.may_be_the_rows {
                // Once more from a template, without rows.
                self.is_without_rows = true;
                return Ok(());
            }
            self.is_without_rows = false;
            applied = place + 1;
            self.record(place, judged.verdict, judged.reordered, began);
            before = judged.left;
            if before.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn judge(
        &mut self,
        replay: &mut Replay<'_>,
        session: &Session,
        place: usize,
        before: Catalog,
    ) -> Result<Judged, ShadowError> {
        let step = &self.steps[place];
        let down = down_step(step);
        let watched = down.as_ref().filter(|down| !self.is_without_rows && is_watched(step, down));
        let watch = match watched {
            Some(down) => Some(Watch::begin(session, &replay.tables(), [&step.script, &down.script]).await?),
            None => None,
        };
        let unmodelled = &mut self.proof.unmodelled;
        let trial = Trial { replay, step, down: down.as_ref(), watch, unmodelled, reordered: Vec::new() };
        trial.judge(before).await
    }

    fn record(&mut self, place: usize, verdict: Verdict, reordered: Vec<Difference>, began: Instant) {
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
        self.record(at, Verdict::FailsForward(error), Vec::new(), Instant::now());
    }
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
