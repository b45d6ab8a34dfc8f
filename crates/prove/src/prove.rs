//! `prove`: each migration forward, back and forward again, with the catalog read in between.
//!
//! One run finds them all: where a way back has spoiled the ground, a new one is brought up to the same migration.

use std::collections::BTreeSet;
use std::time::Instant;

use crosstrack_catalog::{Catalog, Change, Difference, differences, outermost};
use crosstrack_engine::ExecuteError;
use crosstrack_model::{Direction, Step};
use crosstrack_replay::{Ground, ReplayError, Replaying};

use crate::proof::{MigrationProof, Proof, Verdict};
use crate::selection::Selection;

/// Proves what is selected, in the order of the plan. `on_migration` is told of each as it is judged.
///
/// # Errors
/// When the server does not let a scratch database be made or is lost, when there is no plan, when it is asked to stop. The
/// scratch database is dropped all the same.
pub async fn prove(
    replaying: Replaying<'_>,
    selection: &Selection,
    on_migration: &mut (dyn FnMut(&MigrationProof) + Send),
) -> Result<Proof, ReplayError> {
    let began = Instant::now();
    let ground = Ground::fresh(replaying).await?;
    let mut run = Run {
        replaying,
        steps: Vec::new(),
        ground,
        applied: 0,
        is_sound: true,
        before: None,
        unmodelled: BTreeSet::new(),
    };
    let result = run.all(selection, on_migration).await;
    let removed = run.ground.remove().await;
    let proof = result?;
    removed?;
    Ok(Proof { unmodelled: run.unmodelled, elapsed: began.elapsed(), ..proof })
}

/// A proof under way.
struct Run<'a> {
    replaying: Replaying<'a>,
    /// All migrations forward, in order.
    steps: Vec<Step>,
    ground: Ground<'a>,
    /// How many of the steps are applied on the ground.
    applied: usize,
    /// Whether the ground is what those steps make of an empty database.
    is_sound: bool,
    /// The catalog as it is on the ground, if it was read.
    before: Option<Catalog>,
    /// What was seen that is compared by its name only.
    unmodelled: BTreeSet<String>,
}

/// What a script has done wrong, or what else ends the proof.
type Tried<T> = Result<Result<T, Box<ExecuteError>>, ReplayError>;

impl Run<'_> {
    async fn all(
        &mut self,
        selection: &Selection,
        on_migration: &mut (dyn FnMut(&MigrationProof) + Send),
    ) -> Result<Proof, ReplayError> {
        let states = self.ground.inspect().await?.tracks;
        self.steps = self.ground.steps(&states)?;
        let places = selection.places(&self.steps, &states)?;
        let mut proof = Proof::default();
        for (index, place) in places.iter().enumerate() {
            let migration = self.migration(*place).await?;
            on_migration(&migration);
            let is_the_end = matches!(migration.verdict, Verdict::FailsForward(_));
            proof.migrations.push(migration);
            if is_the_end {
                // What stands in the way may be an earlier one, which was not to be proven.
                let blamed = proof.migrations.last().map(|migration| migration.reference.clone());
                let rest = places[index..].iter().map(|place| name(&self.steps[*place]));
                proof.not_reached = rest.filter(|name| Some(name) != blamed.as_ref()).collect();
                break;
            }
        }
        Ok(proof)
    }

    /// Proves one migration, or finds an earlier one that cannot be applied.
    async fn migration(&mut self, place: usize) -> Result<MigrationProof, ReplayError> {
        let began = Instant::now();
        let (at, verdict, reordered) = match self.bring_to(place).await? {
            Ok(()) => {
                let (verdict, reordered) = self.judge(place).await?;
                (place, verdict, reordered)
            }
            Err(error) => (self.blamed(&error).unwrap_or(place), Verdict::FailsForward(error), Vec::new()),
        };
        let step = &self.steps[at];
        let script = match (&verdict, &step.migration.backward) {
            (Verdict::FailsForward(_) | Verdict::FailsAgain(_) | Verdict::Irreversible, _) | (_, None) => {
                &step.script
            }
            (_, Some(backward)) => backward,
        };
        Ok(MigrationProof {
            reference: name(step),
            script: script.path.clone(),
            verdict,
            reordered,
            duration: began.elapsed(),
        })
    }

    /// Applies what comes before, on a new ground if this one is spoiled.
    async fn bring_to(&mut self, place: usize) -> Tried<()> {
        if !self.is_sound {
            let spoiled = std::mem::replace(&mut self.ground, Ground::fresh(self.replaying).await?);
            (self.applied, self.is_sound, self.before) = (0, true, None);
            spoiled.remove().await?;
        }
        if self.applied < place {
            let steps = &self.steps[self.applied..place];
            if let Err(error) = self.ground.run(Direction::Up, steps).await? {
                return Ok(Err(error));
            }
            (self.applied, self.before) = (place, None);
        }
        Ok(Ok(()))
    }

    async fn judge(&mut self, place: usize) -> Result<(Verdict, Vec<Difference>), ReplayError> {
        let step = self.steps[place].clone();
        let before = match self.before.take() {
            Some(before) => before,
            None => self.ground.catalog().await?,
        };
        // Until the end is reached, nobody can say what the ground is like.
        self.is_sound = false;
        if let Err(error) = self.run(Direction::Up, &step).await? {
            return Ok((Verdict::FailsForward(error), Vec::new()));
        }
        self.applied = place + 1;
        let after = self.ground.catalog().await?;
        self.unmodelled.extend(after.unmodelled().map(|id| id.name.clone()));
        let Some(back) = way_back(&step) else {
            let is_meant = step.migration.directives.irreversible;
            self.stands_at(after);
            return Ok((if is_meant { Verdict::Irreversible } else { Verdict::NoWayBack }, Vec::new()));
        };
        self.judge_way_back((&step, &back), (&before, after)).await
    }

    /// Back and forward again, from where the step has led.
    async fn judge_way_back(
        &mut self,
        (step, back): (&Step, &Step),
        (before, after): (&Catalog, Catalog),
    ) -> Result<(Verdict, Vec<Difference>), ReplayError> {
        if let Err(error) = self.run(Direction::Down, back).await? {
            if nothing_is_left(&error) {
                self.stands_at(after);
            }
            return Ok((Verdict::FailsBack(error), Vec::new()));
        }
        let (reordered, left) = compare(before, &self.ground.catalog().await?);
        if !left.is_empty() {
            return Ok((Verdict::LeavesBehind(left), reordered));
        }
        if let Err(error) = self.run(Direction::Up, step).await? {
            return Ok((Verdict::FailsAgain(error), reordered));
        }
        let again = self.ground.catalog().await?;
        let (_, different) = compare(&after, &again);
        if !different.is_empty() {
            return Ok((Verdict::ComesBackDifferent(different), reordered));
        }
        self.stands_at(again);
        Ok((Verdict::Proven, reordered))
    }

    async fn run(&mut self, direction: Direction, step: &Step) -> Tried<()> {
        self.ground.run(direction, std::slice::from_ref(step)).await
    }

    /// The ground is as the applied steps have made it, and its catalog is this.
    fn stands_at(&mut self, catalog: Catalog) {
        (self.is_sound, self.before) = (true, Some(catalog));
    }

    /// The place of the migration that an error is about.
    fn blamed(&self, error: &ExecuteError) -> Option<usize> {
        let reference = match error {
            ExecuteError::Step(failure) => &failure.reference,
            ExecuteError::Split { reference, .. } | ExecuteError::NotInLedger { reference, .. } => reference,
            _ => return None,
        };
        self.steps.iter().position(|step| name(step) == *reference)
    }
}

fn name(step: &Step) -> String {
    format!("{}/{}", step.track, step.migration.label)
}

/// The step back, unless there is none or the migration says that it is none.
fn way_back(step: &Step) -> Option<Step> {
    let script = step.migration.backward.clone().filter(|_| !step.migration.directives.irreversible)?;
    Some(Step { direction: Direction::Down, script, hazards: Vec::new(), ..step.clone() })
}

/// Whether a failed step has left the database as it was.
fn nothing_is_left(error: &ExecuteError) -> bool {
    matches!(error, ExecuteError::Step(failure) if failure.transactional && failure.own_transaction.is_none())
}

/// What differs: in the order of columns, and otherwise.
fn compare(first: &Catalog, second: &Catalog) -> (Vec<Difference>, Vec<Difference>) {
    let (reordered, other): (Vec<Difference>, Vec<Difference>) = differences(first, second)
        .into_iter()
        .partition(|difference| matches!(difference.change, Change::Reordered { .. }));
    (reordered, outermost(other))
}
