//! Our side, where an ORM's own code is the judge: a track applied, reverted and read through the contract alone.
//!
//! As a run does it, without plan, lock and journal. Must not know more of an adapter than its contract.

use std::time::{Duration, Instant};

use crosstrack_database::SessionLimits;
use crosstrack_model::{Ledger, Migration, Script, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{Adapter, StepError, TrackSession, Transaction};

use crate::database::TestDatabase;

/// A track on a database.
#[derive(Clone)]
pub struct TestTrack<'a> {
    /// The adapter.
    pub adapter: &'static dyn Adapter,
    /// The database.
    pub database: &'a TestDatabase,
    /// The settings of the track.
    pub settings: TrackSettings,
}

impl TestTrack<'_> {
    /// The migrations on disk, in order.
    pub fn migrations(&self) -> Vec<Migration> {
        self.adapter.discover(&self.settings).expect("the folder is in order")
    }

    /// A session as a run opens it: the ledger made.
    pub async fn session(&self) -> TestSession {
        let database = self.database.database().await;
        let mut session =
            TestSession(self.adapter.open(&database, &self.settings).await.expect("the test server answers"));
        session.prepare_ledger().await.expect("the ledger can be made");
        session
    }

    /// Applies every migration that is not in the ledger, in order.
    pub async fn apply_all(&self) {
        self.apply(usize::MAX).await;
    }

    /// Applies as many of the migrations that are not in the ledger, in order.
    pub async fn apply(&self, count: usize) {
        let ledger = self.ledger().await;
        let mut session = self.session().await;
        let pending = |migration: &Migration| ledger.entry(&migration.version).is_none();
        for migration in self.migrations().into_iter().filter(pending).take(count) {
            session.settle(&self.limits()).await.expect("the settings are taken");
            if migration.forward.transactional {
                session.apply(&migration).await.expect("the migration can be applied");
            } else {
                let took = run(&mut session, &migration.forward).await;
                session.mark(&migration, Some(took)).await.expect("the ledger row can be written");
            }
        }
    }

    /// Reverts as many migrations as are in the ledger and on disk, the newest first.
    pub async fn revert(&self, count: usize) {
        let ledger = self.ledger().await;
        let mut session = self.session().await;
        let applied = |migration: &Migration| ledger.entry(&migration.version).is_some();
        for migration in self.migrations().into_iter().rev().filter(applied).take(count) {
            session.settle(&self.limits()).await.expect("the settings are taken");
            let backward = migration.backward.as_ref().expect("there is a way back");
            if backward.transactional {
                session.revert(&migration, backward).await.expect("the migration can be reverted");
            } else {
                run(&mut session, backward).await;
                session.unmark(&migration.version).await.expect("the ledger row can be removed");
            }
        }
    }

    /// The ledger as a run reads it: an absent table is an empty ledger.
    pub async fn ledger(&self) -> Ledger {
        if !self.database.has(&self.adapter.ledger_table(&self.settings)) {
            return Ledger::default();
        }
        let mut reader = self.database.database().await.reader().await.expect("the test server answers");
        let snapshot = reader.snapshot();
        let entries =
            self.adapter.read_ledger(&snapshot, &self.settings).await.expect("the ledger can be read");
        snapshot.end().await.expect("the snapshot can be ended");
        Ledger::of(entries)
    }

    /// The versions in the ledger.
    pub async fn applied(&self) -> Vec<String> {
        let entries = self.ledger().await.entries;
        entries.iter().map(|entry| entry.version.as_str().to_owned()).collect()
    }

    /// What puts a session back, with limits that a test does not wait for.
    pub fn limits(&self) -> String {
        SessionLimits {
            lock_timeout: Duration::from_millis(200),
            statement_timeout: None,
            schema: self.settings.schema.clone(),
            waits_for_disk: true,
        }
        .as_sql()
    }
}

/// A track's session, in which whatever is written is a transaction of its own, as in a run.
pub struct TestSession(pub Box<dyn TrackSession>);

/// As the contract of [`TrackSession`] and [`Transaction`] has them.
#[expect(missing_docs, reason = "the contract says it")]
#[expect(clippy::missing_errors_doc, reason = "the contract says it")]
impl TestSession {
    pub async fn prepare_ledger(&mut self) -> Result<(), StepError> {
        self.0.prepare_ledger().await
    }

    pub async fn settle(&mut self, sql: &str) -> Result<(), StepError> {
        self.0.settle(sql).await
    }

    pub async fn execute(&mut self, statement: &str) -> Result<(), StepError> {
        self.0.execute(statement).await
    }

    pub async fn apply(&mut self, migration: &Migration) -> Result<(), StepError> {
        Transaction::default().apply(self.0.as_mut(), migration).await
    }

    pub async fn revert(&mut self, migration: &Migration, script: &Script) -> Result<(), StepError> {
        Transaction::default().revert(self.0.as_mut(), migration, script).await
    }

    pub async fn mark(&mut self, migration: &Migration, took: Option<Duration>) -> Result<(), StepError> {
        Transaction::default().mark(self.0.as_mut(), migration, took).await
    }

    pub async fn restamp(&mut self, migration: &Migration) -> Result<(), StepError> {
        Transaction::default().restamp(self.0.as_mut(), migration).await
    }

    pub async fn unmark(&mut self, version: &Version) -> Result<(), StepError> {
        Transaction::default().unmark(self.0.as_mut(), version).await
    }
}

/// Runs a script outside a transaction, in one message: what the ORM can run, too, holds one statement.
async fn run(session: &mut TestSession, script: &Script) -> Duration {
    let began = Instant::now();
    session.execute(&script.sql).await.expect("the script can be run");
    began.elapsed()
}
