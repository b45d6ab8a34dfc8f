//! A statement outside any transaction: what builds concurrently starts without an invalid index of its own, and leaves none.

use crosstrack_track::{StepError, TrackSession};

use super::by_statement::{ByStatement, broken};
use super::error::Leftover;
use super::index::{Build, Found, drop_leftover};
use super::reindex::Rebuild;
use super::step::Progress;

impl ByStatement<'_> {
    /// Runs a statement outside any transaction. `is_in_doubt` when an earlier run began it and nobody saw how it ended.
    pub(super) async fn outside(
        &self,
        session: &mut dyn TrackSession,
        (statement, is_in_doubt): (&str, bool),
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        if let Some(build) = Build::of(statement, session, self.frame).await? {
            return self.build(&build, session, (statement, progress)).await;
        }
        if let Some(rebuild) =
            Rebuild::of(statement, session, (self.frame, is_in_doubt, &progress.leftovers)).await?
        {
            return self.rebuild(&rebuild, session, (statement, progress)).await;
        }
        session.execute(statement).await
    }

    async fn build(
        &self,
        build: &Build<'_>,
        session: &mut dyn TrackSession,
        (statement, progress): (&str, &mut Progress),
    ) -> Result<(), StepError> {
        self.clear(build, session, progress).await?;
        let Err(error) = session.execute(statement).await else { return Ok(()) };
        settle(session).await;
        match self.others(build).await {
            // Somebody else began to build it at the same moment, and was first.
            Ok((Found::Built, true)) => return Err(StepError::BuiltMeanwhile { index: build.index() }),
            Ok((Found::Leftover, _)) => clear_up(session, vec![build.index()], progress).await,
            // What went wrong first is what is said.
            Ok(_) | Err(_) => {}
        }
        Err(error)
    }

    /// Sees to it that nothing stands in the place of an index that is about to be built.
    async fn clear(
        &self,
        build: &Build<'_>,
        session: &mut dyn TrackSession,
        progress: &mut Progress,
    ) -> Result<(), StepError> {
        match self.others(build).await? {
            (Found::Built, true) => Err(StepError::BuiltMeanwhile { index: build.index() }),
            (Found::UnderWay, _) => Err(StepError::Stopped),
            (Found::Foreign, _) => Err(StepError::InTheWay { index: build.index() }),
            (Found::Leftover, _) => drop_from_before(session, vec![build.index()], progress).await,
            (Found::Nothing | Found::Built | Found::Other, _) => Ok(()),
        }
    }

    /// What is there when nobody else builds any more, or the run is asked to stop.
    async fn others(&self, build: &Build<'_>) -> Result<(Found, bool), StepError> {
        let may_wait = || self.frame.check_stop().is_ok();
        build.wait_for_others(self.frame.lock(), may_wait).await.map_err(broken)
    }

    async fn rebuild(
        &self,
        rebuild: &Rebuild,
        session: &mut dyn TrackSession,
        (statement, progress): (&str, &mut Progress),
    ) -> Result<(), StepError> {
        let from_before = rebuild.leftovers(self.frame.lock()).await.map_err(broken)?;
        drop_from_before(session, from_before, progress).await?;
        let Err(error) = session.execute(statement).await else { return Ok(()) };
        settle(session).await;
        if let Ok(leftovers) = rebuild.leftovers(self.frame.lock()).await {
            clear_up(session, leftovers, progress).await;
        }
        Err(error)
    }
}

/// Waits until a statement that failed holds nothing any more: the server says that it failed before it has let go of its locks, and
/// until then it looks as if somebody were still building.
async fn settle(session: &mut dyn TrackSession) {
    session.rollback().await;
}

/// Drops what an earlier attempt left; what cannot be dropped is kept in mind.
async fn drop_from_before(
    session: &mut dyn TrackSession,
    indexes: Vec<String>,
    progress: &mut Progress,
) -> Result<(), StepError> {
    progress.leftovers = indexes.into_iter().map(|index| Leftover { index, is_dropped: false }).collect();
    while let Some(left) = progress.leftovers.last() {
        drop_leftover(session, &left.index).await?;
        progress.leftovers.pop();
    }
    Ok(())
}

/// Drops what a failed statement left, and keeps in mind what could not be dropped. The statement's own error is what is said.
async fn clear_up(session: &mut dyn TrackSession, indexes: Vec<String>, progress: &mut Progress) {
    progress.leftovers.clear();
    for index in indexes {
        let is_dropped = drop_leftover(session, &index).await.is_ok();
        progress.leftovers.push(Leftover { index, is_dropped });
    }
}
