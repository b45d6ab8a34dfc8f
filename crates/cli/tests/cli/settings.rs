//! `crosstrack.toml` that says what it cannot mean: file, line, column, the line itself, and the nearest word.

use expect_test::{Expect, expect};

use crate::scene::Scene;

/// Changes the settings in one place and shows what is said.
#[track_caller]
fn check(old: &str, new: &str, expected: &Expect) {
    let scene = Scene::with_migrations();
    scene.settle(old, new);
    scene.run("status").shows(expected);
    assert_eq!(scene.database.value("select count(*) from pg_class where relname like '%migrations'"), "0");
}

#[test]
fn an_unknown_key_has_a_nearest_one() {
    check(
        "rollback = \"automatic\"",
        "rolback = \"automatic\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown key `rolback` in `[[track]]`
              --> crosstrack.toml:5:1
               |
             5 | rolback = "automatic"
               | ^^^^^^^
                 next: did you mean `rollback`?
            [exit 2]
        "#]],
    );
}

#[test]
fn a_value_of_the_wrong_type_is_shown() {
    check(
        "tracks = [\"auth\"]",
        "tracks = \"auth\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: `tracks` has to be a list in square brackets, not a text
               --> crosstrack.toml:15:10
                |
             15 | tracks = "auth"
                |          ^^^^^^
            [exit 2]
        "#]],
    );
}

#[test]
fn an_unknown_adapter_has_a_list() {
    check(
        "adapter = \"sqlx\"",
        "adapter = \"sqlite\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown adapter `sqlite`
              --> crosstrack.toml:9:11
               |
             9 | adapter = "sqlite"
               |           ^^^^^^^^
                 next: one of `diesel`, `sqlx`
            [exit 2]
        "#]],
    );
}

#[test]
fn an_unknown_policy_has_a_nearest_one() {
    check(
        "rollback = \"automatic\"",
        "rollback = \"automatik\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown rollback policy `automatik`
              --> crosstrack.toml:5:12
               |
             5 | rollback = "automatik"
               |            ^^^^^^^^^^^
                 next: did you mean `automatic`?
            [exit 2]
        "#]],
    );
}

#[test]
fn a_track_in_no_phase_is_an_error() {
    check(
        "tracks = [\"cms\"]",
        "checks = [\"indexes\"]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: the track `cms` is in no phase
              --> crosstrack.toml:8:8
               |
             8 | name = "cms"
               |        ^^^^^
                 next: name it in a phase, or give it one:

                       [[phase]]
                       name = "cms"
                       tracks = ["cms"]
            [exit 2]
        "#]],
    );
}

#[test]
fn a_track_in_two_phases_is_an_error() {
    check(
        "tracks = [\"cms\"]",
        "tracks = [\"cms\", \"auth\"]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: the track `auth` is in two phases, `accounts` and `content`
               --> crosstrack.toml:19:18
                |
             19 | tracks = ["cms", "auth"]
                |                  ^^^^^^
            [exit 2]
        "#]],
    );
}

#[test]
fn a_phase_of_an_unknown_track_has_a_nearest_one() {
    check(
        "tracks = [\"cms\"]",
        "tracks = [\"csm\"]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown track `csm`
               --> crosstrack.toml:19:11
                |
             19 | tracks = ["csm"]
                |           ^^^^^
                 next: did you mean `cms`?
            [exit 2]
        "#]],
    );
}

#[test]
fn a_missing_folder_is_shown() {
    check(
        "path = \"cms\"",
        "path = \"cmss\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: the folder `cmss` does not exist
               --> crosstrack.toml:10:8
                |
             10 | path = "cmss"
                |        ^^^^^^
                 next: did you mean `cms`?
            [exit 2]
        "#]],
    );
}

#[test]
fn a_folder_that_is_a_file_is_shown() {
    check(
        "path = \"cms\"",
        "path = \"cms/20250102000000_herbs.up.sql\"",
        &expect![[r#"
        $ crosstrack status
        [stderr]
        error: `cms/20250102000000_herbs.up.sql` is not a folder
           --> crosstrack.toml:10:8
            |
         10 | path = "cms/20250102000000_herbs.up.sql"
            |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             next: name the folder that holds the migrations
        [exit 2]
    "#]],
    );
}

#[test]
fn a_syntax_error_is_shown() {
    check(
        "name = \"auth\"",
        "name = \"auth",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: not valid TOML: invalid basic string, expected `"`
              --> crosstrack.toml:2:13
               |
             2 | name = "auth
               |             ^
            [exit 2]
        "#]],
    );
}

#[test]
fn a_missing_key_is_named() {
    check(
        "adapter = \"diesel\"\n",
        "",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: `[[track]]` has no `adapter`
              --> crosstrack.toml:1:1
               |
             1 | [[track]]
               | ^^^^^^^^^
            [exit 2]
        "#]],
    );
}

#[test]
fn two_tracks_of_one_name_are_an_error() {
    check(
        "name = \"cms\"",
        "name = \"auth\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: there are two tracks named `auth`
              --> crosstrack.toml:8:8
               |
             8 | name = "auth"
               |        ^^^^^^
            [exit 2]
        "#]],
    );
}

#[test]
fn two_tracks_that_would_share_a_ledger_are_refused() {
    check(
        "adapter = \"diesel\"",
        "adapter = \"sqlx\"",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: the tracks `auth` and `cms` would share the ledger `public._sqlx_migrations`: each would stop at the other's versions, or count equal ones as applied
              --> crosstrack.toml:8:8
               |
             8 | name = "cms"
               |        ^^^^^
                 next: give one of them a `table` or a `schema` of its own
            [exit 2]
        "#]],
    );
}

#[test]
fn a_policy_may_only_be_tightened() {
    check(
        "[[phase]]",
        "[environment.production]\nrollback = { auth = \"manual\", cms = \"automatik\" }\n\n[[phase]]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown rollback policy `automatik`
               --> crosstrack.toml:14:37
                |
             14 | rollback = { auth = "manual", cms = "automatik" }
                |                                     ^^^^^^^^^^^
                 next: did you mean `automatic`?
            [exit 2]
        "#]],
    );
    let scene = Scene::with_migrations();
    scene.settle("rollback = \"automatic\"", "rollback = \"manual\"");
    scene.declare("[environment.staging]\nrollback = { auth = \"backup\" }\n");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: `staging` may only tighten a rollback policy: `auth` has `manual`, and `backup` is looser
           --> crosstrack.toml:22:21
            |
         22 | rollback = { auth = "backup" }
            |                     ^^^^^^^^
        [exit 2]
    "#]]);
}

#[test]
fn a_duration_that_is_none_is_shown() {
    check(
        "[[track]]",
        "[database]\nlock_timeout = \"5 bananas\"\n\n[[track]]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: `5 bananas` is not a duration
              --> crosstrack.toml:2:16
               |
             2 | lock_timeout = "5 bananas"
               |                ^^^^^^^^^^^
                 next: a whole number and `ms`, `s`, `min` or `h`: "5s"
            [exit 2]
        "#]],
    );
}

#[test]
fn an_unknown_check_has_a_list() {
    check(
        "tracks = [\"cms\"]",
        "tracks = [\"cms\"]\nchecks = [\"indices\"]",
        &expect![[r#"
            $ crosstrack status
            [stderr]
            error: unknown check `indices`
               --> crosstrack.toml:20:11
                |
             20 | checks = ["indices"]
                |           ^^^^^^^^^
                 next: did you mean `indexes`?
            [exit 2]
        "#]],
    );
}

#[test]
fn a_file_that_is_not_utf8_is_named() {
    let scene = Scene::new();
    scene.write("crosstrack.toml", b"[[track]]\nname = \"caf\xe9\"\n");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: not UTF-8: the file has a byte here that belongs to no character
          --> crosstrack.toml:2:12
           |
         2 | name = "caf�"
           |            ^
        [exit 2]
    "#]]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let scene = Scene::new();
    scene.run("status --config elsewhere.toml").shows(&expect![[r#"
        $ crosstrack status --config elsewhere.toml
        [stderr]
        error: cannot read the settings file `[project]/elsewhere.toml`
          because: No such file or directory (os error [number])
        [exit 2]
    "#]]);
}

#[test]
fn as_json_a_mistake_has_the_same_words() {
    let scene = Scene::new();
    scene.settle("rollback = \"automatic\"", "rolback = \"automatic\"");
    let ran = scene.run("status --format json").exits(2);
    let document = ran.document();
    assert_eq!(document["outcome"], "usage");
    assert_eq!(document["error"]["place"]["path"], "crosstrack.toml");
    assert_eq!(
        (&document["error"]["place"]["line"], &document["error"]["place"]["column"]),
        (&5.into(), &1.into())
    );
    scene.run("status --format github").shows(&expect![[r#"
        $ crosstrack status --format github
        ::error file=crosstrack.toml,line=5,col=1::unknown key `rolback` in `[[track]]`
        [stderr]
        error: unknown key `rolback` in `[[track]]`
          --> crosstrack.toml:5:1
           |
         5 | rolback = "automatic"
           | ^^^^^^^
             next: did you mean `rollback`?
        [exit 2]
    "#]]);
}
