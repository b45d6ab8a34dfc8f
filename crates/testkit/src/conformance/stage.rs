//! What a case works on: a database, a folder, the track that both belong to.
//!
//! Must not know more of an adapter than its contract.

use crosstrack_database::Database;
use crosstrack_model::{Ledger, Migration};
use crosstrack_settings::{Target, TrackSettings};
use crosstrack_track::StepError;

use super::Subject;
use crate::database::TestDatabase;
use crate::folder::{Folder, SqlMigration};
use crate::track::{TestSession, TestTrack};

/// The only migration of most cases.
pub(super) const FIRST: &str = "20250101000000_first";

pub(super) struct Stage {
    pub(super) subject: Subject,
    pub(super) database: TestDatabase,
    pub(super) folder: Folder,
    pub(super) track: TrackSettings,
}

impl Stage {
    /// A fresh database and a folder with these migrations.
    pub(super) fn new(subject: Subject, migrations: &[SqlMigration<'_>]) -> Self {
        let folder = (subject.folder)(migrations);
        let track = folder.track("track");
        Self { subject, database: TestDatabase::new(subject.adapter.name()), folder, track }
    }

    /// A fresh database and a folder with one migration.
    pub(super) fn with_script(subject: Subject, forward: &str) -> Self {
        Self::new(subject, &[(FIRST, forward, Some("select 1"))])
    }

    /// The migrations on disk.
    pub(super) fn migrations(&self) -> Vec<Migration> {
        self.as_track().migrations()
    }

    /// The first migration on disk.
    pub(super) fn first(&self) -> Migration {
        self.migrations().remove(0)
    }

    /// A session as a run opens it: the ledger made, the settings put.
    pub(super) async fn session(&self) -> TestSession {
        let mut session = self.as_track().session().await;
        session.settle(&self.settings()).await.expect("the settings are taken");
        session
    }

    /// A session without anything.
    pub(super) async fn open(&self) -> TestSession {
        self.open_at(self.database.target()).await
    }

    /// A session without anything, by another way to the same database.
    pub(super) async fn open_at(&self, target: Target) -> TestSession {
        let connected = Database::connect(target, "crosstrack-tests".to_owned()).await;
        let (database, _) = connected.expect("the test server answers");
        TestSession(self.subject.adapter.open(&database, &self.track).await.expect("the test server answers"))
    }

    /// What puts the session back.
    pub(super) fn settings(&self) -> String {
        self.as_track().limits()
    }

    /// The ledger as a run reads it: an absent table is an empty ledger.
    pub(super) async fn ledger(&self) -> Ledger {
        self.as_track().ledger().await
    }

    /// The versions in the ledger.
    pub(super) async fn applied(&self) -> Vec<String> {
        self.as_track().applied().await
    }

    fn as_track(&self) -> TestTrack<'_> {
        let settings = self.track.clone();
        TestTrack { adapter: self.subject.adapter, database: &self.database, settings }
    }
}

/// The SQLSTATE of a step that the server refused.
#[track_caller]
pub(super) fn code(result: Result<(), StepError>) -> String {
    let error = result.expect_err("the server should have refused it");
    match error.server_error() {
        Some(server) => server.code.clone(),
        None => panic!("the server should have refused it, but: {error:?}"),
    }
}
