//! Folders that an ORM would not take, or would take silently for something else.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn a_script_that_is_not_utf8_is_named_with_its_line() {
    let scene = Scene::with_migrations();
    scene.write("auth/20250103000000_sessions/up.sql", b"select 1;\nselect 'caf\xe9';\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20250103000000_sessions/up.sql` is not UTF-8: the byte 0xe9 in line 2
             next: save the file as UTF-8: PostgreSQL is sent UTF-8, and so would the ORM
        [exit 2]
    "#]]);
    scene.write("auth/20250103000000_sessions/up.sql", "select 1;\n");
    scene.write("cms/20250102000000_herbs.down.sql", b"\xff\xfes\0e\0");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: cannot read the migrations of the track `cms`
          because: `cms/20250102000000_herbs.down.sql` is not UTF-8: the byte 0xff in line 1
             next: save the file as UTF-8: PostgreSQL is sent UTF-8, and so would the ORM
        [exit 2]
    "#]]);
}

#[test]
fn a_script_that_cannot_be_read_is_named() {
    let scene = Scene::with_migrations();
    scene.remove("auth/20250103000000_sessions/up.sql");
    std::fs::create_dir(scene.path("auth/20250103000000_sessions/up.sql")).unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: cannot read `auth/20250103000000_sessions/up.sql`
          because: Is a directory (os error [number])
             next: check the path in crosstrack.toml and the permissions of the file
        [exit 2]
    "#]]);
    scene.remove("auth/20250103000000_sessions/up.sql");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20250103000000_sessions` is not a migration of Diesel: a folder here must hold an `up.sql`
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let scene = Scene::with_migrations();
    std::os::unix::fs::symlink("nowhere", scene.path("auth/20250104000000_link")).unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20250104000000_link` is not a migration of Diesel: a folder here must hold an `up.sql`
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
    std::fs::remove_file(scene.path("auth/20250104000000_link")).unwrap();
    std::os::unix::fs::symlink("nowhere", scene.path("cms/20250105000000_link.sql")).unwrap();
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 0 tables, development

        auth (diesel, auth): 2 pending
          pending  20250101000000_users
          pending  20250103000000_sessions

        cms (sqlx, cms): 2 pending
          pending  20250102000000_herbs
          pending  20250104000000_formulas

        4 migrations are pending: `crosstrack up` applies them.
        [exit 0]
    "#]]);
}

#[test]
fn a_version_that_is_no_number_is_refused_in_an_sqlx_track() {
    let scene = Scene::with_migrations();
    scene.write("cms/next_herbs.sql", "select 1;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `cms`
          because: `cms/next_herbs.sql` is not a migration of sqlx: a file here must be named `<version>_<name>.sql`, the version a 64-bit integer
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
}

#[test]
fn files_that_the_orm_ignores_are_ignored() {
    let scene = Scene::with_migrations();
    scene.write("auth/README.md", "# The migrations of the accounts\n");
    scene.write("auth/.gitkeep", "");
    scene.write("auth/.hidden/up.sql", "selec;\n");
    scene.write("cms/README.md", "# The migrations of the content\n");
    scene.write("cms/notes.sql", "selec;\n");
    scene.run("up").exits(0);
}

#[test]
fn a_malformed_metadata_file_is_named_for_diesel_would_ignore_it() {
    let scene = Scene::with_migrations();
    scene.write("auth/20250103000000_sessions/metadata.toml", "run_in_transaction = flase\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20250103000000_sessions/metadata.toml` is malformed: TOML parse error at line 1, column 22
                     |
                   1 | run_in_transaction = flase
                     |                      ^^^^^
                   invalid boolean, expected `false`
             next: mend the file: the ORM ignores it silently and takes its defaults
        [exit 2]
    "#]]);
    scene.write("auth/20250103000000_sessions/metadata.toml", "run_in_transaction = \"false\"\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20250103000000_sessions/metadata.toml` is malformed: `run_in_transaction` must be true or false, not string
             next: mend the file: the ORM ignores it silently and takes its defaults
        [exit 2]
    "#]]);
}

#[test]
fn a_directive_that_says_nothing_is_named() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_a", "-- crosstrack: require auth/20250101000000\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `cms`
          --> cms/20250105000000_a.up.sql:1:16
           |
         1 | -- crosstrack: require auth/20250101000000
           |                ^
          because: a directive in `cms/20250105000000_a.up.sql` is malformed
          because: line 1, column 16: unknown directive `require`
             next: did you mean `requires`?
        [exit 2]
    "#]]);
    scene.sqlx("20250105000000_a", "select 1;\n", "");
    scene.diesel("20250105000000_b", "-- a comment\n-- crosstrack: lock_timeout soon\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          --> auth/20250105000000_b/up.sql:2:29
           |
         2 | -- crosstrack: lock_timeout soon
           |                             ^
          because: a directive in `auth/20250105000000_b/up.sql` is malformed
          because: line 2, column 29: `soon` is not a lock timeout
             next: write a number and `ms`, `s` or `min`, for example `2s`; from 1ms to 35791min
        [exit 2]
    "#]]);
    scene.diesel("20250105000000_b", "-- crosstrack: allow dataloss\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          --> auth/20250105000000_b/up.sql:1:22
           |
         1 | -- crosstrack: allow dataloss
           |                      ^
          because: a directive in `auth/20250105000000_b/up.sql` is malformed
          because: line 1, column 22: unknown hazard `dataloss`
             next: did you mean `data-loss`?
        [exit 2]
    "#]]);
    scene.diesel("20250105000000_b", "-- crosstrack: requires auth\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          --> auth/20250105000000_b/up.sql:1:25
           |
         1 | -- crosstrack: requires auth
           |                         ^
          because: a directive in `auth/20250105000000_b/up.sql` is malformed
          because: line 1, column 25: cannot require `auth`
          because: `auth` does not name a migration: write <track>/<version>, for example `auth/20251019000000`
             next: write <track>/<version>, for example `auth/20251019000000_init`
        [exit 2]
    "#]]);
}

#[test]
fn a_folder_of_another_tool_is_named_and_not_taken_for_empty() {
    let scene = Scene::with_migrations();
    scene.settle(
        "adapter = \"diesel\"\npath = \"auth\"",
        "adapter = \"sqlx\"\ntable = \"other\"\npath = \"auth\"",
    );
    let transcript = scene.run("status").exits(2).transcript();
    assert!(
        transcript.contains("`auth` holds no migrations of sqlx, but looks like a folder of Diesel"),
        "{transcript}"
    );
}
