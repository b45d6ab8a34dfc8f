//! What stands in a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crosstrack_model::Checksum;
use crosstrack_track::{DiscoverError, NewMigration};

use super::Subject;
use crate::folder::Folder;

const TWO: [(&str, &str, Option<&str>); 2] = [
    ("20250102000000_second", "create table second ()", Some("drop table second")),
    ("20250101000000_first", "create table first ()", Some("drop table first")),
];

pub async fn migrations_come_in_the_order_of_their_versions(subject: Subject) {
    let folder = (subject.folder)(&TWO);
    let migrations = subject.adapter.discover(&folder.track("track")).unwrap();
    let labels: Vec<_> = migrations.iter().map(|migration| migration.label.as_str()).collect();
    assert_eq!(labels, ["20250101000000_first", "20250102000000_second"]);
    assert!(migrations[0].version < migrations[1].version);
    assert_eq!(migrations[0].version.as_str(), "20250101000000");
}

pub async fn a_migration_is_both_its_scripts_as_they_are_in_the_files(subject: Subject) {
    let (forward, backward) = ("create table a ();\r\n\t-- ü\n\n", "\ndrop table a;\n");
    let folder = (subject.folder)(&[("1_a", forward, Some(backward))]);
    let migration = subject.adapter.discover(&folder.track("track")).unwrap().remove(0);
    assert_eq!(migration.forward.sql, forward);
    assert_eq!(migration.forward.path, Some(Path::new("migrations").join((subject.forward)("1_a"))));
    assert!(migration.forward.transactional);
    let way_back = migration.backward.unwrap();
    assert_eq!(way_back.sql, backward);
    assert!(way_back.path.unwrap().starts_with("migrations"));
}

pub async fn a_missing_way_back_is_none(subject: Subject) {
    let folder = (subject.folder)(&[("1_a", "select 1", None), ("2_b", "select 2", Some("select 3"))]);
    let migrations = subject.adapter.discover(&folder.track("track")).unwrap();
    assert_eq!(migrations[0].backward, None);
    assert!(migrations[1].backward.is_some());
}

pub async fn a_mark_against_the_transaction_is_read(subject: Subject) {
    let folder = (subject.folder)(&TWO);
    (subject.without_transaction)(&folder, "20250102000000_second");
    let migrations = subject.adapter.discover(&folder.track("track")).unwrap();
    assert!(migrations[0].forward.transactional);
    assert!(!migrations[1].forward.transactional);
}

pub async fn a_script_that_is_not_utf_8_names_its_line(subject: Subject) {
    let folder = (subject.folder)(&[("1_a", "select 1", Some("select 2"))]);
    folder.write(&(subject.forward)("1_a"), b"select 1;\nselect 2;\nselect '\xe4';\n");
    let error = subject.adapter.discover(&folder.track("track")).unwrap_err();
    let DiscoverError::NotUtf8 { path, line, byte } = error else { panic!("{error:?}") };
    assert_eq!((path, line, byte), (Path::new("migrations").join((subject.forward)("1_a")), 3, 0xe4));
}

pub async fn two_migrations_of_one_version_are_both_there(subject: Subject) {
    let folder =
        (subject.folder)(&[("1_b", "select 2", Some("select -2")), ("1_a", "select 1", Some("select -1"))]);
    let migrations = subject.adapter.discover(&folder.track("track")).unwrap();
    let facts: Vec<_> = migrations
        .iter()
        .map(|migration| {
            let backward = migration.backward.as_ref().unwrap().sql.as_str();
            (
                migration.version.as_str(),
                migration.label.as_str(),
                backward,
                migration.second_backward.is_some(),
            )
        })
        .collect();
    assert_eq!(facts, [("1", "1_a", "select -1", false), ("1", "1_b", "select -2", false)]);
}

pub async fn a_missing_folder_is_named_as_people_wrote_it(subject: Subject) {
    let folder = (subject.folder)(&[]);
    let mut track = folder.track("track");
    track.path = folder.path().join("nowhere");
    track.shown_path = PathBuf::from("nowhere");
    let error = subject.adapter.discover(&track).unwrap_err();
    let DiscoverError::Unreadable { path, source } = error else { panic!("{error:?}") };
    assert_eq!((path.as_path(), source.kind()), (Path::new("nowhere"), std::io::ErrorKind::NotFound));
}

pub async fn directives_are_read_from_the_forward_script(subject: Subject) {
    let forward = "-- crosstrack: requires other/20250101000000_a\n-- crosstrack: irreversible\n\
                   -- crosstrack: lock_timeout 2s\n-- crosstrack: allow data-loss\nselect 1";
    let folder = (subject.folder)(&[("1_a", forward, Some("-- crosstrack: lock_timeout 9s\nselect 2"))]);
    let directives = subject.adapter.discover(&folder.track("track")).unwrap().remove(0).directives;
    assert_eq!(directives.requires[0].to_string(), "other/20250101000000_a");
    assert!(directives.irreversible);
    assert_eq!(directives.lock_timeout, Some(Duration::from_secs(2)));
    assert_eq!(directives.allow, ["data-loss"]);
}

pub async fn a_malformed_directive_names_its_script(subject: Subject) {
    let folder = (subject.folder)(&[("1_a", "-- crosstrack: nonsense\nselect 1", Some("select 2"))]);
    let error = subject.adapter.discover(&folder.track("track")).unwrap_err();
    let DiscoverError::Directive { path, .. } = error else { panic!("{error:?}") };
    assert_eq!(path, Path::new("migrations").join((subject.forward)("1_a")));
}

pub async fn files_beside_the_migrations_are_nobodys_business(subject: Subject) {
    let folder = (subject.folder)(&TWO);
    for file in ["README.md", "indexes.toml", ".gitkeep", "notes.sql", ".hidden/up.sql"] {
        folder.write(file, "not a migration");
    }
    assert_eq!(subject.adapter.discover(&folder.track("track")).unwrap().len(), 2);
}

pub async fn line_endings_and_a_byte_order_mark_do_not_change_the_checksum(subject: Subject) {
    let discover = |forward: &str| {
        let folder = (subject.folder)(&[("1_a", forward, Some("select 2"))]);
        subject.adapter.discover(&folder.track("track")).unwrap().remove(0)
    };
    let unix = discover("select 1;\nselect 2;\n");
    let windows = discover("\u{feff}select 1;\r\nselect 2;\r\n");
    assert_eq!(unix.forward.checksum, windows.forward.checksum);
    assert_eq!(unix.forward.checksum, Checksum::of("select 1;\nselect 2;\n"));
    if let Some(written_by_unix) = unix.ledger_checksums.first() {
        assert!(windows.ledger_checksums.contains(written_by_unix));
    }
}

pub async fn a_new_migration_is_found_after_the_newest(subject: Subject) {
    let folder = (subject.folder)(&TWO);
    let track = folder.track("track");
    // A clock that is behind the newest migration.
    for moment in ["2025-11-21-120000", "2024-01-01-000000"] {
        let existing = subject.adapter.discover(&track).unwrap();
        let request = NewMigration { name: "new", moment, existing: &existing, scripts: None };
        write_template(&folder, subject, &request);
        let migrations = subject.adapter.discover(&track).unwrap();
        assert_eq!(migrations.len(), existing.len() + 1);
        let newest = migrations.last().unwrap();
        assert_eq!(newest.name, "new");
        assert!(newest.backward.is_some());
    }
}

fn write_template(folder: &Folder, subject: Subject, request: &NewMigration<'_>) {
    for file in subject.adapter.template(request) {
        folder.write(file.path.to_str().unwrap(), file.text);
    }
}
