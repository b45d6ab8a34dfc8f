//! One stretch of a history that is proven on a shadow database of its own.
//!
//! Where a down migration has spoiled the shadow database, the next one begins from a template.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Instant;

use crosstrack_catalog::{Catalog, Difference};
use crosstrack_database::Session;
use crosstrack_engine::ExecuteError;
use crosstrack_model::{Direction, Step};

use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::prove::proof::{MigrationProof, Verdict};
use crate::prove::rows::{Watch, is_watched};
use crate::prove::trial::{Judged, Trial};
use crate::replay::{Replay, is_of_a_script, with_next_replay};
use crate::template::Chain;

/// Everything that a proof of these steps may run.
fn with_down_migrations(steps: &[Step]) -> Vec<Step> {
    steps.iter().flat_map(|step| std::iter::once(step.clone()).chain(down_step(step))).collect()
}

/// A stretch of a history.
pub(crate) struct Lane<'a> {
    pub(crate) history: History<'a>,
    /// All up migrations, in order.
    pub(crate) steps: &'a [Step],
    /// The places of those that are tested in this lane.
    pub(crate) places: &'a [usize],
    /// Gets each verdict.
    pub(crate) verdicts: Sender<MigrationProof>,
    /// The place of the first migration that cannot be applied at all: nothing after it can be tried.
    pub(crate) end: &'a AtomicUsize,
    /// The number of places that are done.
    done: usize,
    /// Whether the next migration is tried without rows, because it does not take them.
    is_without_rows: bool,
    unmodelled: BTreeSet<String>,
}

impl<'a> Lane<'a> {
    /// Tests the migrations at these places of the steps.
    pub(crate) fn new(
        history: History<'a>,
        steps: &'a [Step],
        places: &'a [usize],
        verdicts: Sender<MigrationProof>,
        end: &'a AtomicUsize,
    ) -> Self {
        Self {
            history,
            steps,
            places,
            verdicts,
            end,
            done: 0,
            is_without_rows: false,
            unmodelled: BTreeSet::new(),
        }
    }

    /// Tests them all. Gives the names of the objects that the catalog compares by name only.
    ///
    /// # Errors
    /// When there can be no shadow database or it is lost, or when the run is stopped.
    pub(crate) async fn run(mut self) -> Result<BTreeSet<String>, ShadowError> {
        let (history, steps, mut chain) = (self.history, self.steps, Chain::default());
        while let Some(place) = self.next() {
            let tried = with_down_migrations(&steps[place..]);
            let segment = Steps { replayed: &steps[..place], tried: &tried };
            let tested =
                with_next_replay(history, segment, &mut chain, async |replay| self.segment(replay).await);
            match tested.await {
                Err(ShadowError::Execute(error)) if is_of_a_script(&error) => self.cannot_begin(place, error),
                result => result?,
            }
        }
        Ok(self.unmodelled)
    }

    /// None where an earlier lane ends before this one begins.
    fn next(&self) -> Option<usize> {
        let first = self.places.first()?;
        self.places.get(self.done).copied().filter(|_| *first <= self.end.load(Ordering::Relaxed))
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
        let unmodelled = &mut self.unmodelled;
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
        self.done += 1;
        if is_the_end {
            self.end.fetch_min(place, Ordering::Relaxed);
            self.done = self.places.len();
        }
        // A command that was stopped does not listen any more.
        let _ = self.verdicts.send(migration);
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

pub(crate) fn name(step: &Step) -> String {
    format!("{}/{}", step.track, step.migration.label)
}

/// The step down, unless there is none or the migration says that it is irreversible.
fn down_step(step: &Step) -> Option<Step> {
    let script = step.migration.backward.clone().filter(|_| !step.migration.directives.irreversible)?;
    Some(Step { direction: Direction::Down, script, hazards: Vec::new(), ..step.clone() })
}
