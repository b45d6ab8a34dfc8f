//! A transaction of a track's session: what is done in it is done whole or not at all.
//!
//! It is opened and ended here and not by the ORM's own code, so that what belongs to it can stand beside script and ledger row:
//! the settings where the session is not ours for longer, and the journal's count of a statement.

use crosstrack_fault::{Point, reach};
use crosstrack_model::{Migration, Script, Version};
use std::time::Duration;

use crate::session::{StepError, TrackSession};

/// A transaction that can be opened on a track's session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transaction<'a> {
    /// Settings that hold for the transaction, as SQL; empty for none.
    pub opening: &'a str,
    /// What is run before the commit, as SQL; empty for nothing.
    pub closing: &'a str,
}

impl Transaction<'_> {
    /// Runs a script forward, and its ledger row.
    ///
    /// # Errors
    /// When the server refuses anything of it. Then nothing of it is left, unless the script ends the transaction itself.
    pub async fn apply(
        &self,
        session: &mut dyn TrackSession,
        migration: &Migration,
    ) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        reach(Point::BeforeScript);
        let result = session.apply(migration).await;
        reach(Point::BeforeCommit);
        self.end(session, result).await?;
        reach(Point::AfterCommit);
        Ok(())
    }

    /// Runs a script backward, and takes the ledger row away.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn revert(
        &self,
        session: &mut dyn TrackSession,
        migration: &Migration,
        script: &Script,
    ) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        reach(Point::BeforeScript);
        let result = session.revert(migration, script).await;
        reach(Point::BeforeCommit);
        self.end(session, result).await?;
        reach(Point::AfterCommit);
        Ok(())
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn execute(&self, session: &mut dyn TrackSession, statement: &str) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        let result = session.execute(statement).await;
        self.end(session, result).await
    }

    /// Writes the ledger row without running anything, exactly as the ORM would. `took` is how long the script ran, when it ran
    /// statement by statement; `None` when it did not run at all.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn mark(
        &self,
        session: &mut dyn TrackSession,
        migration: &Migration,
        took: Option<Duration>,
    ) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        let result = session.mark(migration, took).await;
        self.end(session, result).await
    }

    /// Writes the ledger row as [`Self::mark`] does, in the place of the one that is there.
    ///
    /// # Errors
    /// When the server refuses it; then the row is as it was.
    pub async fn mark_anew(
        &self,
        session: &mut dyn TrackSession,
        migration: &Migration,
    ) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        let result = match session.unmark(&migration.version).await {
            Ok(()) => session.mark(migration, None).await,
            Err(error) => Err(error),
        };
        self.end(session, result).await
    }

    /// Writes the checksum of the script as it is now into the ledger row.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn restamp(
        &self,
        session: &mut dyn TrackSession,
        migration: &Migration,
    ) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        let result = session.restamp(migration).await;
        self.end(session, result).await
    }

    /// Takes the ledger row away without running anything.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn unmark(&self, session: &mut dyn TrackSession, version: &Version) -> Result<(), StepError> {
        session.begin(self.opening).await?;
        let result = session.unmark(version).await;
        self.end(session, result).await
    }

    async fn end(
        &self,
        session: &mut dyn TrackSession,
        result: Result<(), StepError>,
    ) -> Result<(), StepError> {
        let committed = match result {
            Ok(()) => session.commit(self.closing).await,
            Err(error) => Err(error),
        };
        if committed.is_err() {
            session.rollback().await;
        }
        committed
    }
}
