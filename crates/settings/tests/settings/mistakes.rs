//! Mistakes in a single value of `crosstrack.toml`, and the whole of what is said about each.

use expect_test::expect;

use crate::project::{GOOD, Project, check, check_file};

#[test]
fn the_good_file_is_good() {
    let settings = Project::new(GOOD).load().unwrap();
    assert_eq!(settings.tracks.len(), 2);
    assert_eq!(settings.phases.len(), 2);
    assert_eq!(settings.tracks[1].rollback.as_str(), "manual", "the default touches nothing");
    assert_eq!(settings.warnings, Vec::<String>::new());
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_key() {
    check(
        "adapter = \"diesel\"",
        "adaptr = \"diesel\"",
        expect![[r#"
        unknown key `adaptr` in `[[track]]`
         --> crosstrack.toml:3:1
          |
        3 | adaptr = "diesel"
          | ^^^^^^
        hint: did you mean `adapter`?"#]],
    );
}

#[test]
fn an_unknown_key_is_found_at_every_level() {
    check_file(
        &format!("[databse]\n{GOOD}"),
        expect![[r#"
        unknown key `databse` in the file
         --> crosstrack.toml:1:2
          |
        1 | [databse]
          |  ^^^^^^^
        hint: did you mean `database`?"#]],
    );
    check_file(
        &format!("[database]\nurl = \"x\"\n{GOOD}"),
        expect![[r#"
            unknown key `url` in `[database]`
             --> crosstrack.toml:2:1
              |
            2 | url = "x"
              | ^^^
            hint: one of `lock_timeout`, `lock_attempts`, `statement_timeout`, `wait_for_lock`"#]],
    );
    check(
        "checks = ",
        "check = ",
        expect![[r#"
        unknown key `check` in `[[phase]]`
          --> crosstrack.toml:18:1
           |
        18 | check = ["indexes"]
           | ^^^^^
        hint: did you mean `checks`?"#]],
    );
    check_file(
        &format!("{GOOD}[environment.staging]\nconfirmation = \"yes\"\n"),
        expect![[r#"
        unknown key `confirmation` in `[environment.staging]`
          --> crosstrack.toml:20:1
           |
        20 | confirmation = "yes"
           | ^^^^^^^^^^^^
        hint: did you mean `confirm`?"#]],
    );
    check_file(
        &format!("{GOOD}[server]\nport = 5432\n"),
        expect![[r#"
        unknown key `port` in `[server]`
          --> crosstrack.toml:20:1
           |
        20 | port = 5432
           | ^^^^
        hint: one of `pg_bin`, `source`, `data`"#]],
    );
}

#[test]
fn what_drift_passes_over_is_named_once_and_under_its_key() {
    check_file(
        &format!("{GOOD}[drift]\nignored = [\"payload_*\"]\n"),
        expect![[r#"
        unknown key `ignored` in `[drift]`
          --> crosstrack.toml:20:1
           |
        20 | ignored = ["payload_*"]
           | ^^^^^^^
        hint: did you mean `ignore`?"#]],
    );
    check_file(
        &format!("{GOOD}[drift]\nignore = [\"payload_*\", \"payload_*\"]\n"),
        expect![[r#"
        `payload_*` stands twice in `ignore`
          --> crosstrack.toml:20:24
           |
        20 | ignore = ["payload_*", "payload_*"]
           |                        ^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_missing_key_is_named() {
    check(
        "name = \"auth\"\n",
        "",
        expect![[r#"
        `[[track]]` has no `name`
         --> crosstrack.toml:1:1
          |
        1 | [[track]]
          | ^^^^^^^^^"#]],
    );
}

#[test]
fn a_wrong_type_says_what_it_should_be() {
    check(
        "tracks = [\"auth\", \"cms\"]",
        "tracks = \"auth\"",
        expect![[r#"
        `tracks` has to be a list in square brackets, not a text
          --> crosstrack.toml:14:10
           |
        14 | tracks = "auth"
           |          ^^^^^^"#]],
    );
    check(
        "\"auth-migrations\"",
        "7",
        expect![[r#"
        `path` has to be a text in quotes, not a number
         --> crosstrack.toml:4:8
          |
        4 | path = 7
          |        ^"#]],
    );
    check_file(
        "track = 1\n",
        expect![[r#"
        `track` has to be a list of tables in double square brackets, not a number
         --> crosstrack.toml:1:9
          |
        1 | track = 1
          |         ^"#]],
    );
}

#[test]
fn an_unknown_adapter_policy_check_or_track_is_named_with_the_nearest_word() {
    check(
        "\"sqlx\"",
        "\"sqlite\"",
        expect![[r#"
        unknown adapter `sqlite`
         --> crosstrack.toml:9:11
          |
        9 | adapter = "sqlite"
          |           ^^^^^^^^
        hint: one of `diesel`, `sqlx`"#]],
    );
    check(
        "\"backup\"",
        "\"backups\"",
        expect![[r#"
        unknown rollback policy `backups`
         --> crosstrack.toml:5:12
          |
        5 | rollback = "backups"
          |            ^^^^^^^^^
        hint: did you mean `backup`?"#]],
    );
    check(
        "[\"indexes\"]",
        "[\"indices\"]",
        expect![[r#"
        unknown check `indices`
          --> crosstrack.toml:18:11
           |
        18 | checks = ["indices"]
           |           ^^^^^^^^^
        hint: did you mean `indexes`?"#]],
    );
    check(
        "[\"auth\", \"cms\"]",
        "[\"auth\", \"csm\"]",
        expect![[r#"
        unknown track `csm`
          --> crosstrack.toml:14:19
           |
        14 | tracks = ["auth", "csm"]
           |                   ^^^^^
        hint: did you mean `cms`?"#]],
    );
}

#[test]
fn a_bad_duration_says_how_one_is_written() {
    check_file(
        &format!("[database]\nlock_timeout = \"5 seconds\"\n{GOOD}"),
        expect![[r#"
        `5 seconds` is not a duration
         --> crosstrack.toml:2:16
          |
        2 | lock_timeout = "5 seconds"
          |                ^^^^^^^^^^^
        hint: a whole number and `ms`, `s`, `min` or `h`: "5s""#]],
    );
    check_file(
        &format!("[database]\nlock_timeout = \"0s\"\n{GOOD}"),
        expect![[r#"
        `lock_timeout` of no time at all would never give up or never try
         --> crosstrack.toml:2:16
          |
        2 | lock_timeout = "0s"
          |                ^^^^"#]],
    );
}

#[test]
fn a_file_without_tracks_is_refused() {
    check_file(
        "# nothing yet\n",
        expect![[r#"
        there is no track
         --> crosstrack.toml:1:1
          |
        1 | # nothing yet
          | ^
        hint: the least that works:

        [[track]]
        name = "app"
        adapter = "sqlx"
        path = "migrations"

        [[phase]]
        name = "app"
        tracks = ["app"]"#]],
    );
}

#[test]
fn a_file_that_is_not_toml_is_refused() {
    check(
        "name = \"auth\"",
        "name = auth",
        expect![[r#"
        not valid TOML: string values must be quoted, expected literal string
         --> crosstrack.toml:2:8
          |
        2 | name = auth
          |        ^^^^"#]],
    );
    check(
        "name = \"auth\"",
        "name = \"auth",
        expect![[r#"
        not valid TOML: invalid basic string, expected `"`
         --> crosstrack.toml:2:13
          |
        2 | name = "auth
          |             ^"#]],
    );
    check(
        "name = \"auth\"",
        "name = \"auth\"\nname = \"b\"",
        expect![[r#"
        not valid TOML: duplicate key
         --> crosstrack.toml:3:1
          |
        3 | name = "b"
          | ^^^^"#]],
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_refused() {
    let project = Project::new("");
    project.write("crosstrack.toml", b"# fine\n# caf\xe9 au lait\n");
    expect![[r#"
        not UTF-8: the file has a byte here that belongs to no character
         --> crosstrack.toml:2:6
          |
        2 | # caf� au lait
          |      ^"#]]
    .assert_eq(&project.error());
}

#[test]
fn a_byte_order_mark_is_no_column_of_a_file_that_is_not_utf_8() {
    let project = Project::new("");
    project.write("crosstrack.toml", b"\xef\xbb\xbf# caf\xe9\n");
    expect![[r#"
        not UTF-8: the file has a byte here that belongs to no character
         --> crosstrack.toml:1:6
          |
        1 | # caf�
          |      ^"#]]
    .assert_eq(&project.error());
}

#[test]
fn a_name_that_would_need_quoting_is_refused() {
    check(
        "name = \"auth\"",
        "name = \"Auth Tables\"",
        expect![[r#"
        `Auth Tables` is not a name
         --> crosstrack.toml:2:8
          |
        2 | name = "Auth Tables"
          |        ^^^^^^^^^^^^^
        hint: a letter a-z, then letters, digits, `-` or `_`, at most 63 characters"#]],
    );
}

#[test]
fn a_checksum_that_is_not_hexadecimal_is_refused() {
    check(
        "rollback = \"backup\"",
        "alternate_checksums = { 2020 = [\"ab\", \"xy\"] }",
        expect![[r#"
        `xy` is not a checksum in hexadecimal
         --> crosstrack.toml:5:39
          |
        5 | alternate_checksums = { 2020 = ["ab", "xy"] }
          |                                       ^^^^"#]],
    );
}
