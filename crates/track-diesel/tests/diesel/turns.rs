//! Both sides take turns on one database, and Diesel's own harness is the judge.

use crosstrack_testkit::{Folder, TestDatabase, TestTrack, dump};
use crosstrack_track_diesel::Diesel;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use crate::history::histories;

const LEDGER: &str = "select version from __diesel_schema_migrations order by version collate \"C\"";

async fn diesel(database: &TestDatabase) -> AsyncMigrationHarness<AsyncPgConnection> {
    let (client, _) = database.session("diesel").await.into_parts();
    AsyncMigrationHarness::new(AsyncPgConnection::try_from(client).await.unwrap())
}

fn theirs(folder: &Folder) -> FileBasedMigrations {
    FileBasedMigrations::from_path(folder.path()).unwrap()
}

fn ours<'a>(database: &'a TestDatabase, folder: &Folder) -> TestTrack<'a> {
    TestTrack { adapter: &Diesel, database, settings: folder.track("auth") }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_pending_for_diesel_after_we_applied_all() {
    for folder in histories() {
        let database = TestDatabase::new("diesel_all");
        let ours = ours(&database, &folder);
        ours.apply_all().await;
        let mut diesel = diesel(&database).await;
        assert!(!diesel.has_pending_migration(theirs(&folder)).unwrap());
        let mut applied: Vec<_> =
            diesel.applied_migrations().unwrap().iter().map(ToString::to_string).collect();
        applied.reverse();
        assert_eq!(applied, ours.applied().await);
        assert_eq!(applied.len(), ours.migrations().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_diesel_left_halfway_is_finished_by_us() {
    for folder in histories() {
        let database = TestDatabase::new("diesel_half");
        let ours = ours(&database, &folder);
        let versions: Vec<_> =
            ours.migrations().iter().map(|migration| migration.version.as_str().to_owned()).collect();
        let mut diesel = diesel(&database).await;
        for _ in 0..3 {
            diesel.run_next_migration(theirs(&folder)).unwrap();
        }
        assert_eq!(ours.applied().await, versions[..3]);
        ours.apply_all().await;
        assert_eq!(ours.applied().await, versions);
        assert!(!diesel.has_pending_migration(theirs(&folder)).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_left_halfway_is_finished_by_diesel() {
    for folder in histories() {
        let database = TestDatabase::new("diesel_rest");
        let ours = ours(&database, &folder);
        ours.apply(3).await;
        let ran = diesel(&database).await.run_pending_migrations(theirs(&folder)).unwrap().len();
        assert_eq!(ran, ours.migrations().len() - 3);
        assert_eq!(ours.applied().await.len(), ours.migrations().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn diesel_reverts_what_we_applied() {
    for folder in histories() {
        let database = TestDatabase::new("diesel_back");
        let ours = ours(&database, &folder);
        ours.session().await;
        let before = dump(&database);
        ours.apply_all().await;
        let mut diesel = diesel(&database).await;
        diesel.revert_last_migration(theirs(&folder)).unwrap();
        assert_eq!(ours.applied().await.len(), ours.migrations().len() - 1);
        diesel.revert_all_migrations(theirs(&folder)).unwrap();
        assert_eq!(ours.ledger().await.entries, []);
        assert_eq!(dump(&database), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn we_revert_what_diesel_applied() {
    for folder in histories() {
        let database = TestDatabase::new("we_back");
        let ours = ours(&database, &folder);
        let mut diesel = diesel(&database).await;
        assert!(diesel.has_pending_migration(theirs(&folder)).unwrap());
        let before = dump(&database);
        diesel.run_pending_migrations(theirs(&folder)).unwrap();
        ours.revert(1).await;
        assert_eq!(diesel.pending_migrations(theirs(&folder)).unwrap().len(), 1);
        ours.revert(usize::MAX).await;
        assert_eq!(diesel.applied_migrations().unwrap(), []);
        assert_eq!(dump(&database), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_database_is_the_one_that_diesel_makes() {
    for folder in histories() {
        let (our_database, their_database) = (TestDatabase::new("ours"), TestDatabase::new("theirs"));
        ours(&our_database, &folder).apply_all().await;
        diesel(&their_database).await.run_pending_migrations(theirs(&folder)).unwrap();
        assert_eq!(dump(&our_database), dump(&their_database));
        assert_eq!(our_database.rows(LEDGER), their_database.rows(LEDGER));
        let recent = "select count(*) from __diesel_schema_migrations \
                      where abs(extract(epoch from now() at time zone 'UTC' - run_on)) > 120";
        assert_eq!(
            (our_database.value(recent), their_database.value(recent)),
            ("0".to_owned(), "0".to_owned())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_of_ours_is_a_row_of_diesels() {
    let folder = Folder::auth();
    let database = TestDatabase::new("marks");
    let ours = ours(&database, &folder);
    let mut session = ours.session().await;
    for migration in ours.migrations() {
        session.mark(&migration, None).await.unwrap();
    }
    let mut diesel = diesel(&database).await;
    assert!(!diesel.has_pending_migration(theirs(&folder)).unwrap());
    session.unmark(&ours.migrations()[5].version).await.unwrap();
    let pending = diesel.pending_migrations(theirs(&folder)).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].name().to_string(), ours.migrations()[5].label);
}
