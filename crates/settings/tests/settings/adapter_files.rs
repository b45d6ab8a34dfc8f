//! `sqlx.toml` and `diesel.toml`: what they say is not said again, and a contradiction is found.

use crosstrack_settings::TrackSettings;
use expect_test::expect;

use crate::project::{GOOD, Project};

const SQLX: &str = r#"[common]
database-url-var = "OTHER_URL"

[migrate]
table-name = "cms._sqlx_migrations"
create-schemas = ["cms"]
ignored-chars = ["\r", "\t"]
migrations-dir = "cms-migrations"
"#;

fn cms(project: &Project) -> TrackSettings {
    project.load().unwrap().tracks.remove(1)
}

#[test]
fn a_file_beside_the_tracks_folder_is_read() {
    let project = Project::new(GOOD);
    project.write("sqlx.toml", SQLX);
    let track = cms(&project);
    assert_eq!(track.table.as_deref(), Some("cms._sqlx_migrations"));
    assert_eq!(track.create_schemas, ["cms"]);
    assert_eq!(track.ignored_characters, ['\r', '\t']);
}

#[test]
fn a_file_that_speaks_of_another_folder_is_passed_over() {
    let project = Project::new(GOOD);
    project.write("sqlx.toml", SQLX.replace("\"cms-migrations\"", "\"shop-migrations\""));
    assert_eq!(cms(&project).table, None);
}

#[test]
fn a_named_file_gives_the_folder() {
    let project = Project::new(&GOOD.replace("path = \"cms-migrations\"", "settings = \"sqlx.toml\""));
    project.write("sqlx.toml", SQLX);
    let track = cms(&project);
    assert_eq!(track.path, project.path().join("cms-migrations"));
    assert_eq!(track.shown_path.to_str(), Some("cms-migrations"));

    let project = Project::new(&GOOD.replace("path = \"auth-migrations\"", "settings = \"diesel.toml\""));
    project.write(
        "diesel.toml",
        "[print_schema]\nfile = \"x\"\n[migrations_directory]\ndir = \"auth-migrations\"\n",
    );
    assert_eq!(project.load().unwrap().tracks[0].path, project.path().join("auth-migrations"));
}

#[test]
fn a_contradiction_between_the_files_is_an_error() {
    let project = Project::new(&GOOD.replace("adapter = \"sqlx\"", "adapter = \"sqlx\"\ntable = \"mine\""));
    project.write("sqlx.toml", SQLX);
    expect![[r#"
        `table` is `mine` here and `cms._sqlx_migrations` in sqlx.toml
          --> crosstrack.toml:10:9
           |
        10 | table = "mine"
           |         ^^^^^^
        hint: leave `table` out: the file already says it"#]]
    .assert_eq(&project.error());

    let named =
        GOOD.replace("path = \"cms-migrations\"", "path = \"shop-migrations\"\nsettings = \"sqlx.toml\"");
    let project = Project::new(&named);
    project.write("sqlx.toml", SQLX);
    expect![[r#"
        `path` is `shop-migrations` here and `<project>/cms-migrations` in sqlx.toml
          --> crosstrack.toml:10:8
           |
        10 | path = "shop-migrations"
           |        ^^^^^^^^^^^^^^^^^
        hint: leave `path` out: the file already says it"#]]
    .assert_eq(&project.error());
}

#[test]
fn a_mistake_in_the_tools_file_is_shown_in_that_file() {
    let project = Project::new(GOOD);
    project.write("sqlx.toml", SQLX.replace("\"\\t\"", "\"tab\""));
    expect![[r#"
        `tab` is not a single character
         --> sqlx.toml:7:24
          |
        7 | ignored-chars = ["\r", "tab"]
          |                        ^^^^^"#]]
    .assert_eq(&project.error());
}

#[test]
fn a_track_says_what_its_history_needs() {
    let more = r#"rollback = "backup"
session = ["select pg_advisory_lock(7)"]
allow_missing = ["20200101000000"]
alternate_checksums = { 20200102000000 = "ABCD", "1" = ["00", "ff"] }
lock_timeout = "2s"
"#;
    let project = Project::new(&GOOD.replace("rollback = \"backup\"\n", more));
    let track = project.load().unwrap().tracks.remove(0);
    assert_eq!(track.session, ["select pg_advisory_lock(7)"]);
    assert_eq!(track.allow_missing, ["20200101000000"]);
    assert_eq!(track.alternate_checksums["20200102000000"], ["abcd"]);
    assert_eq!(track.alternate_checksums["1"], ["00", "ff"]);
    assert_eq!(track.lock_timeout, Some(std::time::Duration::from_secs(2)));
}
