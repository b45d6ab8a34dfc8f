//! What stands in sqlx's folders, read by both sides.

use crosstrack_settings::TrackSettings;
use crosstrack_testkit::{Folder, TestDatabase, TestTrack};
use crosstrack_track::{Adapter, DiscoverError};
use crosstrack_track_sqlx::Sqlx;
use sqlx::migrate::{MigrationSource, Migrator, ResolveConfig, ResolveWith};

use crate::history::histories;

/// A migration as sqlx describes it, and as we do.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    version: i64,
    description: String,
    checksum: String,
    no_transaction: bool,
    sql: String,
    way_back: Option<String>,
}

async fn theirs<'s>(source: impl MigrationSource<'s>) -> Vec<Facts> {
    let migrator = Migrator::new(source).await.unwrap();
    let way_back = |version| {
        let mut backward = migrator.iter().filter(|migration| migration.migration_type.is_down_migration());
        backward
            .find(|migration| migration.version == version)
            .map(|migration| migration.sql.as_str().to_owned())
    };
    let forward = migrator.iter().filter(|migration| migration.migration_type.is_up_migration());
    forward
        .map(|migration| Facts {
            version: migration.version,
            description: migration.description.to_string(),
            checksum: hexadecimal(&migration.checksum),
            no_transaction: migration.no_tx,
            sql: migration.sql.as_str().to_owned(),
            way_back: way_back(migration.version),
        })
        .collect()
}

fn ours(track: &TrackSettings) -> Vec<Facts> {
    let migrations = Sqlx.discover(track).unwrap();
    migrations
        .into_iter()
        .map(|migration| Facts {
            version: migration.version.as_number().unwrap(),
            description: migration.name.clone(),
            checksum: hexadecimal(&migration.ledger_checksums[0]),
            no_transaction: !migration.forward.transactional,
            sql: migration.forward.sql.clone(),
            way_back: migration.backward.as_ref().map(|script| script.sql.clone()),
        })
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

fn traps() -> Folder {
    let folder = Folder::sqlx(&[
        ("1_plain", "select 1", None),
        ("2_a pair with blanks", "select 2", Some("select -2")),
        ("03_leading_zero", "select 3\r\n", Some("select -3\r\n")),
        ("+4_plus", "select 4", None),
        ("-5_minus", "select 5", None),
        ("6__two__underlines_", "select 6", None),
        ("7_", "select 7", Some("select -7")),
        ("8_", "select 8", None),
        ("9_up", "select 9", None),
        ("10_down", "select 10", None),
        ("11_twice.sql", "select 11", None),
        ("12_twice.up.sql", "select 12", None),
        ("13_Ünï.cödé", "select 'ä'", None),
        ("14_marked", "-- no-transaction\nselect 14", None),
        ("15_marked_with_more", "-- no-transaction, for it is slow\nselect 15", Some("select -15")),
        ("16_marked_too_late", "\n-- no-transaction\nselect 16", None),
        ("17_marked_otherwise", "--no-transaction\nselect 17", None),
        ("18_marked_after_a_byte_order_mark", "\u{feff}-- no-transaction\nselect 18", None),
        ("19_of_no_bytes", "", Some("")),
        ("20250101000000_fourteen", "select 14", None),
        ("202401010000000_fifteen", "select 15", None),
        ("9223372036854775807_the_last", "select 0", None),
    ]);
    for beside in
        ["README.md", "notes.sql", "1_notes.txt", "21_folder.sql/a.sql", "indexes.toml", "x.down.sql"]
    {
        folder.write(beside, "not a migration");
    }
    // A way back of nothing: sqlx reads it and never runs it.
    folder.write("22_lonely.down.sql", "select -22");
    folder
}

#[tokio::test]
async fn both_sides_see_the_same_migrations_in_the_same_order() {
    for folder in histories().into_iter().chain([traps()]) {
        assert_eq!(ours(&folder.track("cms")), theirs(folder.path()).await);
    }
}

#[tokio::test]
async fn characters_that_do_not_count_do_not_count_for_both() {
    let ignored = [' ', '\t', '\r', '\n', '\u{feff}'];
    for folder in [traps(), Folder::cms()] {
        let mut track = folder.track("cms");
        track.ignored_characters = ignored.to_vec();
        let mut config = ResolveConfig::new();
        config.ignore_chars(ignored);
        let source = ResolveWith(folder.path().to_path_buf(), config);
        assert_eq!(ours(&track), theirs(source).await);
    }
}

#[tokio::test]
async fn a_version_that_is_no_number_is_refused_by_both() {
    for name in
        ["1.5_half.sql", "v1_letter.sql", "_none.sql", "9223372036854775808_too_large.sql", "1 _blank.sql"]
    {
        let folder = Folder::sqlx(&[("1_a", "select 1", None)]);
        folder.write(name, "select 2");
        assert!(Migrator::new(folder.path()).await.is_err(), "{name}");
        let error = Sqlx.discover(&folder.track("cms")).unwrap_err();
        let DiscoverError::NotAMigration { path, .. } = &error else { panic!("{error:?}") };
        assert!(path.ends_with(name), "{error}");
    }
}

#[tokio::test]
async fn a_second_way_back_of_one_version_is_named() {
    let folder =
        Folder::sqlx(&[("1_a", "select 1", Some("select -1")), ("2_b", "select 2", Some("select -2"))]);
    folder.write("1_b.down.sql", "select -3");
    let migrations = Sqlx.discover(&folder.track("cms")).unwrap();
    assert_eq!(migrations[0].backward.as_ref().unwrap().sql, "select -1");
    assert_eq!(migrations[0].second_backward, Some("migrations/1_b.down.sql".into()));
    assert_eq!(migrations[1].second_backward, None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_migration_is_a_migration_for_both() {
    let elsewhere = Folder::sqlx(&[("2_b", "select 2", None)]);
    let folder = Folder::sqlx(&[("1_a", "select 1", None)]);
    std::os::unix::fs::symlink(elsewhere.path().join("2_b.sql"), folder.path().join("2_b.sql")).unwrap();
    assert_eq!(ours(&folder.track("cms")).len(), 2);
    assert_eq!(ours(&folder.track("cms")), theirs(folder.path()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_no_bytes_is_applied_as_sqlx_applies_it() {
    let folder = Folder::sqlx(&[("1_a", "", Some(""))]);
    let database = TestDatabase::new("empty");
    let ours = TestTrack { adapter: &Sqlx, database: &database, settings: folder.track("cms") };
    ours.apply_all().await;
    assert_eq!(ours.applied().await, ["1"]);
    ours.revert(1).await;
    assert_eq!(ours.ledger().await.entries, []);
}

#[test]
fn alternate_checksums_are_accepted_and_are_not_the_scripts_own() {
    let folder = Folder::sqlx(&[("1_a", "select 1", None), ("2_b", "select 2", None)]);
    let mut track = folder.track("cms");
    track.alternate_checksums.insert("2".to_owned(), vec!["00ff".to_owned()]);
    let migrations = Sqlx.discover(&track).unwrap();
    assert!(!migrations[0].is_known_by(&[0x00, 0xff]));
    assert!(migrations[1].is_known_by(&[0x00, 0xff]));
    assert!(!migrations[1].is_known_by_other_line_endings(&[0x00, 0xff]));
    assert_ne!(migrations[1].ledger_checksums[0], [0x00, 0xff]);
}
