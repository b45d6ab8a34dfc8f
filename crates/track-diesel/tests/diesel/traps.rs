//! What stands in Diesel's folders, read by both sides.

use crosstrack_testkit::{Folder, TestDatabase, TestTrack};
use crosstrack_track::{Adapter, DiscoverError, StepError};
use crosstrack_track_diesel::Diesel;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::FileBasedMigrations;

use crate::history::{histories, history};

/// Version, name in the folder, and whether it runs in a transaction; in Diesel's order.
fn theirs(folder: &Folder) -> Vec<(String, String, bool)> {
    let source = FileBasedMigrations::from_path(folder.path()).unwrap();
    let mut migrations: Vec<Box<dyn Migration<Pg>>> = source.migrations().unwrap();
    migrations.sort_unstable_by(|left, right| left.name().version().cmp(&right.name().version()));
    migrations
        .iter()
        .map(|migration| {
            let name = migration.name();
            (name.version().to_string(), name.to_string(), migration.metadata().run_in_transaction())
        })
        .collect()
}

fn ours(folder: &Folder) -> Vec<(String, String, bool)> {
    let migrations = Diesel.discover(&folder.track("auth")).unwrap();
    migrations
        .into_iter()
        .map(|migration| {
            (migration.version.as_str().to_owned(), migration.label, migration.forward.transactional)
        })
        .collect()
}

#[test]
fn both_sides_see_the_same_migrations_in_the_same_order() {
    for folder in histories() {
        assert_eq!(ours(&folder), theirs(&folder));
    }
}

#[test]
fn dashes_do_not_count_in_the_order() {
    let versions: Vec<_> = ours(&history()).into_iter().map(|(version, ..)| version).collect();
    let expected = [
        "00000000000000",
        "20170102030405",
        "20170831120000",
        "20180101000000",
        "20190101000000",
        "20200101000000",
    ];
    assert_eq!(versions, expected);
}

#[test]
fn a_metadata_file_without_the_key_means_no_transaction() {
    for metadata in ["", "# nothing\n", "author = \"Ada\"\n"] {
        let folder = Folder::diesel(&[("1_a", "select 1", None)]);
        folder.write("1_a/metadata.toml", metadata);
        assert_eq!(ours(&folder), [("1".to_owned(), "1_a".to_owned(), false)], "{metadata:?}");
        assert_eq!(ours(&folder), theirs(&folder), "{metadata:?}");
    }
}

#[test]
fn a_malformed_metadata_file_is_named_where_diesel_is_silent() {
    for metadata in
        ["run_in_transaction = \n", "run_in_transaction = \"false\"\n", "run_in_transaction = 0\n"]
    {
        let folder = Folder::diesel(&[("1_a", "select 1", None)]);
        folder.write("1_a/metadata.toml", metadata);
        assert_eq!(theirs(&folder), [("1".to_owned(), "1_a".to_owned(), true)], "{metadata:?}");
        let error = Diesel.discover(&folder.track("auth")).unwrap_err();
        assert!(matches!(error, DiscoverError::Metadata { .. }), "{error:?}");
        assert!(error.to_string().starts_with("`migrations/1_a/metadata.toml` is malformed"), "{error}");
    }
}

#[test]
fn a_folder_without_a_forward_script_is_refused_by_both() {
    let folder = Folder::diesel(&[("1_a", "select 1", None)]);
    folder.write("2_b/down.sql", "select 2");
    assert!(FileBasedMigrations::from_path(folder.path()).is_err());
    let error = Diesel.discover(&folder.track("auth")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`migrations/2_b` is not a migration of Diesel: a folder here must hold an `up.sql`"
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_migration_is_a_migration_for_both() {
    let elsewhere = Folder::diesel(&[("2_b", "select 2", Some("select 3"))]);
    let folder = Folder::diesel(&[("1_a", "select 1", None)]);
    std::os::unix::fs::symlink(elsewhere.path().join("2_b"), folder.path().join("2_b")).unwrap();
    assert_eq!(ours(&folder).len(), 2);
    assert_eq!(ours(&folder), theirs(&folder));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_refused_by_both() {
    let folder = Folder::diesel(&[("1_a", "select 1", None)]);
    folder.write("README.md", "");
    std::os::unix::fs::symlink(folder.path().join("README.md"), folder.path().join("link")).unwrap();
    assert!(FileBasedMigrations::from_path(folder.path()).is_err());
    assert!(Diesel.discover(&folder.track("auth")).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_no_bytes_is_refused_as_diesel_refuses_it() {
    let folder = Folder::diesel(&[("1_a", "", Some("")), ("2_b", "create table b ()", Some(""))]);
    let database = TestDatabase::new("empty");
    let ours = TestTrack { adapter: &Diesel, database: &database, settings: folder.track("auth") };
    let migrations = ours.migrations();
    let mut session = ours.session().await;
    let error = session.apply(&migrations[0]).await.unwrap_err();
    assert!(matches!(error, StepError::Tool { tool: "Diesel", .. }), "{error:?}");
    assert_eq!(ours.ledger().await.entries, []);
    session.apply(&migrations[1]).await.unwrap();
    let error = session.revert(&migrations[1], migrations[1].backward.as_ref().unwrap()).await.unwrap_err();
    assert!(matches!(error, StepError::Tool { tool: "Diesel", .. }), "{error:?}");
    assert_eq!(ours.applied().await, ["2"]);
}

#[test]
fn diesel_takes_no_lock_of_its_own() {
    assert_eq!(Diesel.own_lock("any"), None);
}
