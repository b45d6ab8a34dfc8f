//! Mistakes between values of `crosstrack.toml`, and with what is on disk, and the whole of what is said about each.

use expect_test::expect;

use crate::project::{GOOD, Project, check, check_file};

#[test]
fn a_track_is_in_exactly_one_phase() {
    check(
        "[\"auth\", \"cms\"]",
        "[\"auth\"]",
        expect![[r#"
        the track `cms` is in no phase
         --> crosstrack.toml:8:8
          |
        8 | name = "cms"
          |        ^^^^^
        hint: name it in a phase, or give it one:

        [[phase]]
        name = "cms"
        tracks = ["cms"]"#]],
    );
    check(
        "checks = [\"indexes\"]",
        "tracks = [\"cms\"]",
        expect![[r#"
        the track `cms` is in two phases, `first` and `verify`
          --> crosstrack.toml:18:11
           |
        18 | tracks = ["cms"]
           |           ^^^^^"#]],
    );
    check(
        "[\"auth\", \"cms\"]",
        "[\"auth\", \"cms\", \"auth\"]",
        expect![[r#"
            `auth` stands twice in `tracks`
              --> crosstrack.toml:14:26
               |
            14 | tracks = ["auth", "cms", "auth"]
               |                          ^^^^^^"#]],
    );
}

#[test]
fn two_tracks_or_two_phases_of_one_name_are_refused() {
    check(
        "name = \"cms\"",
        "name = \"auth\"",
        expect![[r#"
        there are two tracks named `auth`
         --> crosstrack.toml:8:8
          |
        8 | name = "auth"
          |        ^^^^^^"#]],
    );
    check(
        "name = \"verify\"",
        "name = \"first\"",
        expect![[r#"
        there are two phases named `first`
          --> crosstrack.toml:17:8
           |
        17 | name = "first"
           |        ^^^^^^^"#]],
    );
}

#[test]
fn a_folder_that_is_missing_or_a_file_is_refused() {
    check(
        "\"auth-migrations\"",
        "\"auth-migration\"",
        expect![[r#"
        the folder `auth-migration` does not exist
         --> crosstrack.toml:4:8
          |
        4 | path = "auth-migration"
          |        ^^^^^^^^^^^^^^^^
        hint: did you mean `auth-migrations`?"#]],
    );
    let project = Project::new(&GOOD.replace("\"cms-migrations\"", "\"a.sql\""));
    project.write("a.sql", "");
    expect![[r#"
        `a.sql` is not a folder
          --> crosstrack.toml:10:8
           |
        10 | path = "a.sql"
           |        ^^^^^^^
        hint: name the folder that holds the migrations"#]]
    .assert_eq(&project.error());
    check(
        "rollback = \"backup\"",
        "indexes = \"auth-migrations/indexes.toml\"",
        expect![[r#"
        the file `auth-migrations/indexes.toml` does not exist
         --> crosstrack.toml:5:11
          |
        5 | indexes = "auth-migrations/indexes.toml"
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        "rollback = \"backup\"",
        "constraints = \"auth-migrations\"",
        expect![[r#"
        `auth-migrations` is not a file
         --> crosstrack.toml:5:15
          |
        5 | constraints = "auth-migrations"
          |               ^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_phase_without_tracks_and_checks_is_refused() {
    check(
        "checks = [\"indexes\"]",
        "",
        expect![[r#"
        the phase `verify` has neither tracks nor checks
          --> crosstrack.toml:17:8
           |
        17 | name = "verify"
           |        ^^^^^^^^
        hint: give it `tracks`, `checks` or both, or remove it"#]],
    );
}

#[test]
fn two_diesel_tracks_in_one_schema_are_refused() {
    check(
        "adapter = \"sqlx\"",
        "adapter = \"diesel\"",
        expect![[r#"
        the tracks `auth` and `cms` would share the ledger `public.__diesel_schema_migrations`: Diesel's table name is fixed, and each would count the other's equal versions as applied
         --> crosstrack.toml:8:8
          |
        8 | name = "cms"
          |        ^^^^^
        hint: give one of them a `schema` of its own"#]],
    );
    let apart = GOOD.replace("adapter = \"sqlx\"", "adapter = \"diesel\"\nschema = \"cms\"");
    assert!(Project::new(&apart).load().is_ok());
    let public = GOOD.replace("adapter = \"sqlx\"", "adapter = \"diesel\"\nschema = \"public\"");
    assert!(Project::new(&public).load().is_err(), "`public` is where a track without a schema is");
}

#[test]
fn two_sqlx_tracks_with_one_table_are_refused() {
    check(
        "adapter = \"diesel\"",
        "adapter = \"sqlx\"",
        expect![[r#"
        the tracks `auth` and `cms` would share the ledger `public._sqlx_migrations`: each would stop at the other's versions, or count equal ones as applied
         --> crosstrack.toml:8:8
          |
        8 | name = "cms"
          |        ^^^^^
        hint: give one of them a `table` or a `schema` of its own"#]],
    );
    let apart = GOOD.replace("adapter = \"diesel\"", "adapter = \"sqlx\"\ntable = \"auth_migrations\"");
    assert!(Project::new(&apart).load().is_ok());
}

#[test]
fn two_tracks_in_one_folder_are_refused() {
    check(
        "\"cms-migrations\"",
        "\"./auth-migrations/\"",
        expect![[r#"
        the tracks `auth` and `cms` have the same folder
          --> crosstrack.toml:10:8
           |
        10 | path = "./auth-migrations/"
           |        ^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_table_for_a_diesel_track_is_refused() {
    check(
        "rollback = \"backup\"",
        "table = \"auth_migrations\"",
        expect![[r#"
        a Diesel track cannot have another table: Diesel's is always `__diesel_schema_migrations`
         --> crosstrack.toml:5:9
          |
        5 | table = "auth_migrations"
          |         ^^^^^^^^^^^^^^^^^
        hint: give the track a `schema` of its own instead"#]],
    );
}

#[test]
fn an_environment_may_not_loosen_a_policy() {
    check_file(
        &format!("{GOOD}[environment.production]\nrollback = {{ auth = \"automatic\" }}\n"),
        expect![[r#"
            `production` may only tighten a rollback policy: `auth` has `backup`, and `automatic` is looser
              --> crosstrack.toml:20:21
               |
            20 | rollback = { auth = "automatic" }
               |                     ^^^^^^^^^^^"#]],
    );
    check_file(
        &format!("{GOOD}[environment.production]\nrollback = {{ aut = \"manual\" }}\n"),
        expect![[r#"
            unknown track `aut`
              --> crosstrack.toml:20:14
               |
            20 | rollback = { aut = "manual" }
               |              ^^^
            hint: did you mean `auth`?"#]],
    );
    check_file(
        &format!("{GOOD}[environment.production]\nforbid = [\"rest\"]\n"),
        expect![[r#"
        unknown command `rest`
          --> crosstrack.toml:20:11
           |
        20 | forbid = ["rest"]
           |           ^^^^^^
        hint: did you mean `restore`?"#]],
    );
    check_file(
        &format!("{GOOD}[environment.production]\nlike = \"staging\"\n"),
        expect![[r#"
        `production` is built in and cannot be like another environment
          --> crosstrack.toml:20:8
           |
        20 | like = "staging"
           |        ^^^^^^^^^"#]],
    );
}
