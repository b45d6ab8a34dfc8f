//! A database for each test, and declarations from text.
//!
//! Must not know what a test is about.

use std::path::{Path, PathBuf};

use crosstrack_database::{Database, Session};
use crosstrack_model::{CheckReport, Finding, FindingKind};
use crosstrack_settings::{Environment, Request, TrackSettings};
use crosstrack_testkit::TestDatabase;
use crosstrack_verify::{CHECK_NAMES, Expectations, mend, read_expectations, verify};
use tempfile::TempDir;

/// The tables that most tests declare something about.
pub(crate) const TABLES: &str = r#"
    CREATE TYPE mood AS ENUM ('calm', 'busy');
    CREATE TABLE users (
        id int PRIMARY KEY, email varchar(80) NOT NULL, name text, "displayName" text, age int,
        created_at timestamptz, mood mood, details jsonb
    );
    CREATE TABLE posts (id int PRIMARY KEY, user_id int, editor_id int, title text);
"#;

/// A database that no other test knows, and a session on it.
pub(crate) struct Scratch {
    pub(crate) database: Database,
    pub(crate) session: Session,
    /// Dropped last: the database goes with it.
    _database: TestDatabase,
}

impl Scratch {
    /// A fresh database in which these statements have run.
    pub(crate) async fn new(setup: &str) -> Self {
        let test = TestDatabase::new("verify");
        let database = test.database().await;
        let session = test.session("verify").await;
        let scratch = Self { database, session, _database: test };
        scratch.run(setup).await;
        scratch
    }

    pub(crate) async fn run(&self, sql: &str) {
        if let Err(error) = self.session.rows("run a test's statements", sql).await {
            panic!("{error}: {:?}\n{sql}", error.server_error());
        }
    }

    pub(crate) async fn verify(&self, expectations: &Expectations) -> Vec<CheckReport> {
        let mut reader = self.database.reader().await.unwrap();
        let snapshot = reader.snapshot();
        let reports = verify(&snapshot, expectations, CHECK_NAMES).await.unwrap();
        snapshot.end().await.unwrap();
        reports
    }

    pub(crate) async fn findings(&self, expectations: &Expectations) -> Vec<Finding> {
        self.verify(expectations).await.into_iter().flat_map(|report| report.findings).collect()
    }

    /// Asserts that verify finds just this and that what it shows mends it.
    pub(crate) async fn assert_mended(&self, declared: &str, kinds: &[FindingKind]) -> Vec<Finding> {
        let expectations = expectations(declared);
        let findings = self.findings(&expectations).await;
        assert_kinds(&findings, kinds);
        assert!(findings.iter().all(|finding| !finding.mend.is_empty()), "{findings:#?}");
        let mut shown = Vec::new();
        let done = mend(&self.session, &findings, &mut |statement| shown.push(statement.to_owned())).await;
        assert_eq!(done.map_err(|error| format!("{error:?}")), Ok(shown.len()));
        assert_eq!(self.findings(&expectations).await, [], "after {shown:#?}");
        findings
    }

    /// Asserts that verify finds just this and offers no statement.
    pub(crate) async fn assert_unmended(&self, declared: &str, kinds: &[FindingKind]) -> Vec<Finding> {
        let findings = self.findings(&expectations(declared)).await;
        assert_kinds(&findings, kinds);
        assert!(findings.iter().all(|finding| finding.mend.is_empty()), "{findings:#?}");
        findings
    }

    /// Asserts that everything is as declared.
    pub(crate) async fn assert_sound(&self, declared: &str) {
        assert_eq!(self.findings(&expectations(declared)).await, []);
    }
}

fn assert_kinds(findings: &[Finding], kinds: &[FindingKind]) {
    let found: Vec<FindingKind> = findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(found, kinds, "{findings:#?}");
}

/// A folder with one track whose declarations are this text; the track's own lines come first.
pub(crate) struct Declared {
    _folder: TempDir,
    pub(crate) tracks: Vec<TrackSettings>,
}

impl Declared {
    pub(crate) fn new(track: &str, indexes: &str, constraints: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir(folder.path().join("migrations")).unwrap();
        write("indexes.toml", indexes);
        write("constraints.toml", constraints);
        write(
            "crosstrack.toml",
            &format!(
                "[[track]]\nname = \"shop\"\nadapter = \"sqlx\"\npath = \"migrations\"\nindexes = \"indexes.toml\"\n\
                 constraints = \"constraints.toml\"\n{track}\n[[phase]]\nname = \"all\"\ntracks = [\"shop\"]\n"
            ),
        );
        let tracks = tracks_of(folder.path());
        Self { _folder: folder, tracks }
    }
}

/// The tracks of a folder's `crosstrack.toml`.
pub(crate) fn tracks_of(folder: &Path) -> Vec<TrackSettings> {
    let request = Request {
        working_directory: folder.to_owned(),
        adapters: &["diesel", "sqlx"],
        checks: CHECK_NAMES,
        ..Request::default()
    };
    let settings = crosstrack_settings::load(&request, &Environment::default()).unwrap();
    settings.tracks
}

/// Declarations from one text: `[[index]]` makes it a file of indexes, anything else a file of constraints.
pub(crate) fn expectations(declared: &str) -> Expectations {
    expectations_of_track("", declared)
}

/// The same for a track with further settings.
pub(crate) fn expectations_of_track(track: &str, declared: &str) -> Expectations {
    let (indexes, constraints) = if declared.contains("[[index]]") { (declared, "") } else { ("", declared) };
    read_expectations(&Declared::new(track, indexes, constraints).tracks).unwrap()
}

/// The top of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
