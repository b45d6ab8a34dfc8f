//! One migration up, down and up again, and the verdict on it.
//!
//! It must not decide where the next one begins: it says whether the shadow database is what the migrations leave.

use std::collections::BTreeSet;

use crosstrack_catalog::{Catalog, Change, Difference, differences, outermost};
use crosstrack_engine::ExecuteError;
use crosstrack_loss::Loss;
use crosstrack_model::{Direction, Step};

use crate::error::ShadowError;
use crate::prove::proof::Verdict;
use crate::prove::rows::{Watch, announced, changes_values, is_about_rows, is_rolled_back};
use crate::replay::Replay;
use crate::rows::Witness;

/// The verdict on one migration.
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) reordered: Vec<Difference>,
    /// The catalog, where the migration did not spoil the shadow database.
    pub(crate) left: Option<Catalog>,
    /// Whether the script failed with rows in the tables, and may succeed without.
    pub(crate) may_be_the_rows: bool,
}

impl Judged {
    fn left(verdict: Verdict, catalog: Catalog) -> Self {
        Self { left: Some(catalog), ..Self::spoiled(verdict) }
    }

    fn spoiled(verdict: Verdict) -> Self {
        Self { verdict, reordered: Vec::new(), left: None, may_be_the_rows: false }
    }
}

/// The end of a trial: a verdict that comes early, or an error of the shadow server.
enum End {
    Early(Box<Judged>),
    Broken(ShadowError),
}

impl From<ShadowError> for End {
    fn from(error: ShadowError) -> Self {
        Self::Broken(error)
    }
}

impl From<Judged> for End {
    fn from(judged: Judged) -> Self {
        Self::Early(Box::new(judged))
    }
}

/// A migration that is being tried.
pub(crate) struct Trial<'a, 'b> {
    pub(crate) replay: &'a mut Replay<'b>,
    pub(crate) step: &'a Step,
    /// None where there is no down migration, or where it is not meant to be reverted.
    pub(crate) down: Option<&'a Step>,
    /// The rows; none where the migration is tried without.
    pub(crate) watch: Option<Watch<'a>>,
    /// The objects whose definitions the catalog does not read.
    pub(crate) unmodelled: &'a mut BTreeSet<String>,
    /// The columns that a revert brings back in another order.
    pub(crate) reordered: Vec<Difference>,
}

/// A failed script.
struct Failed {
    error: Box<ExecuteError>,
    may_be_the_rows: bool,
}

impl Failed {
    fn judged(self, verdict: impl FnOnce(Box<ExecuteError>) -> Verdict) -> Judged {
        Judged { may_be_the_rows: self.may_be_the_rows, ..Judged::spoiled(verdict(self.error)) }
    }
}

impl Trial<'_, '_> {
    /// Tries it.
    ///
    /// # Errors
    /// When the shadow server does not answer any more.
    pub(crate) async fn judge(mut self, before: Catalog) -> Result<Judged, ShadowError> {
        let judged = match self.round_trip(&before).await {
            Ok(judged) => judged,
            Err(End::Early(judged)) => *judged,
            Err(End::Broken(error)) => return Err(error),
        };
        Ok(Judged { reordered: self.reordered, ..judged })
    }

    async fn round_trip(&mut self, before: &Catalog) -> Result<Judged, End> {
        let rows = self.rows().await?;
        self.up().await?.map_err(|failed| failed.judged(Verdict::FailsForward))?;
        let after = self.replay.catalog().await?;
        self.unmodelled.extend(after.unmodelled().map(|id| id.name.clone()));
        let Some(down) = self.down else {
            let is_meant = self.step.migration.directives.irreversible;
            let verdict = if is_meant { Verdict::Irreversible } else { Verdict::NoWayBack };
            return Ok(Judged::left(verdict, after));
        };
        if let Err(failed) = self.run(Direction::Down, down).await? {
            let stays = is_rolled_back(&failed.error) && self.end_watch().await?;
            let judged = failed.judged(Verdict::FailsBack);
            return Ok(Judged { left: Some(after).filter(|_| stays), ..judged });
        }
        let back = self.replay.catalog().await?;
        let (reordered, left) = compare(before, &back);
        self.reordered = reordered;
        if !left.is_empty() {
            return Ok(Judged::spoiled(Verdict::LeavesBehind(left)));
        }
        let losses = [announced(before, &after), announced(&after, &back)].concat();
        if let (Some(rows), Some(now)) = (rows, self.rows().await?) {
            let harm = rows.harm(&now, &losses);
            if !harm.is_empty() {
                return Ok(Judged::spoiled(Verdict::HarmsRows(harm)));
            }
        }
        self.up().await?.map_err(|failed| failed.judged(Verdict::FailsAgain))?;
        let again = self.replay.catalog().await?;
        let (_, different) = compare(&after, &again);
        if !different.is_empty() {
            return Ok(Judged::spoiled(Verdict::ComesBackDifferent(different)));
        }
        // Rows of the new schema go down, too.
        if changes_values(before, &after) {
            self.revert_new_rows(down, &losses).await?;
        }
        let is_sound = self.end_watch().await?;
        Ok(Judged { left: is_sound.then_some(again), ..Judged::spoiled(Verdict::Proven) })
    }

    /// The rows as they are now.
    async fn rows(&self) -> Result<Option<Witness>, ShadowError> {
        match &self.watch {
            Some(watch) => watch.read().await.map(Some),
            None => Ok(None),
        }
    }

    async fn up(&mut self) -> Result<Result<(), Failed>, ShadowError> {
        self.run(Direction::Up, self.step).await
    }

    /// Runs a script. Where it fails because of the rows and is rolled back, it runs once more without them.
    async fn run(&mut self, direction: Direction, step: &Step) -> Result<Result<(), Failed>, ShadowError> {
        let steps = std::slice::from_ref(step);
        let Err(error) = self.replay.run(direction, steps).await? else { return Ok(Ok(())) };
        if self.watch.is_none() || !is_about_rows(&error) {
            return Ok(Err(Failed { error, may_be_the_rows: false }));
        }
        if !is_rolled_back(&error) || !self.end_watch().await? {
            return Ok(Err(Failed { error, may_be_the_rows: true }));
        }
        let again = self.replay.run(direction, steps).await?;
        Ok(again.map_err(|error| Failed { error, may_be_the_rows: false }))
    }

    /// Whether the tables are as the migrations leave them, once the rows are removed.
    async fn end_watch(&mut self) -> Result<bool, ShadowError> {
        match self.watch.take() {
            Some(watch) => watch.end().await,
            None => Ok(true),
        }
    }

    /// Reverts a migration with rows of the new schema in the tables. Where the server refuses the rows they are unharmed.
    async fn revert_new_rows(&mut self, down: &Step, losses: &[Loss]) -> Result<(), End> {
        let Some(watch) = &self.watch else { return Ok(()) };
        watch.renew().await?;
        let before = watch.read().await?;
        if let Err(error) = self.replay.run(Direction::Down, std::slice::from_ref(down)).await? {
            return if is_rolled_back(&error) {
                Ok(())
            } else {
                Err(Judged::spoiled(Verdict::Proven).into())
            };
        }
        let harm = before.harm(&watch.read().await?, losses);
        if !harm.is_empty() {
            return Err(Judged::spoiled(Verdict::HarmsRows(harm)).into());
        }
        match self.replay.run(Direction::Up, std::slice::from_ref(self.step)).await? {
            Ok(()) => Ok(()),
            Err(_) => Err(Judged::spoiled(Verdict::Proven).into()),
        }
    }
}

/// The differences in the order of columns, and the others.
fn compare(first: &Catalog, second: &Catalog) -> (Vec<Difference>, Vec<Difference>) {
    let (reordered, other): (Vec<Difference>, Vec<Difference>) = differences(first, second)
        .into_iter()
        .partition(|difference| matches!(difference.change, Change::Reordered { .. }));
    (reordered, outermost(other))
}
