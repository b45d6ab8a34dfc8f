//! Names and files that nobody should have made: a clear error, or what the ORM would do; nothing lost, no panic, no end of time.
#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn names_in_every_script_and_with_every_sign_are_kept() {
    let scene = Scene::with_migrations();
    let names =
        ["o'clock \"quoted\"", "..", "表 テーブル", "схема", "$(touch x); -- `id`", "a%20b\\n", "ａ{}[]*?"];
    for (index, name) in names.iter().enumerate() {
        scene.diesel(&format!("2026010{index}_{name}"), "select 1;\n", "select 1;\n");
        scene.sqlx(&format!("2026020{index}_{name}"), "select 1;\n", "select 1;\n");
    }
    scene.run("up").exits(0);
    for (index, name) in names.iter().enumerate() {
        for label in [format!("2026010{index}_{name}"), format!("2026020{index}_{name}")] {
            let quoted = label.replace('\'', "''");
            let rows =
                format!("select count(*) from crosstrack.step where label = '{quoted}' and outcome = 'done'");
            assert_eq!(scene.database.value(&rows), "1", "{label}");
        }
    }
    let status = scene.run("status --check --format json").exits(0).stdout;
    assert!(status.contains("表 テーブル"));
    scene.run("down --steps 14").exits(0);
    scene.run("status").exits(0);
}

#[test]
fn names_that_only_differ_in_case_are_two_names() {
    let scene = Scene::with_migrations();
    scene.diesel("20260101_name", "create table a ();\n", "drop table a;\n");
    scene.diesel("20260102_NAME", "create table b ();\n", "drop table b;\n");
    scene.sqlx("20260103_name", "create table c ();\n", "drop table c;\n");
    scene.sqlx("20260104_NAME", "create table d ();\n", "drop table d;\n");
    // Neither ORM knows these endings.
    scene.write("cms/20260105_shouted.UP.SQL", "selec;\n");
    scene.run("up").exits(0);
    for table in ["a", "b", "c", "d"] {
        assert!(scene.database.has(table), "{table}");
    }
    scene.write("auth/20260106_shouted/UP.SQL", "selec;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: `auth/20260106_shouted` is not a migration of Diesel: a folder here must hold an `up.sql`
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
}

#[test]
fn a_name_that_forges_a_line_of_the_story_is_refused() {
    let scene = Scene::with_migrations();
    scene.diesel("20260101_a\n::warning::forged", "select 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: the name `20260101_a\n::warning::forged` in `auth` holds a control character
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
    scene.remove("auth/20260101_a\n::warning::forged");
    scene.sqlx("20260101_a\u{1b}[2Jb", "select 1;\n", "");
    scene.run("status --format github").shows(&expect![[r#"
        $ crosstrack status --format github
        ::error::cannot read the migrations of the track `cms`: the name `20260101_a\u{1b}[2Jb.down.sql` in `cms` holds a control character
        [stderr]
        error: cannot read the migrations of the track `cms`
          because: the name `20260101_a\u{1b}[2Jb.down.sql` in `cms` holds a control character
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
    scene.remove("cms/20260101_a\u{1b}[2Jb.up.sql");
    scene.remove("cms/20260101_a\u{1b}[2Jb.down.sql");
    // What is no migration may be called anything.
    scene.write("cms/notes\n", "selec;\n");
    scene.run("up").exits(0);
}

// The file systems of other systems take no such names.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_refused() {
    let scene = Scene::with_migrations();
    let named = |folder: &str, name: &[u8]| scene.path(folder).join(OsStr::from_bytes(name));
    let folder = named("auth", b"20260101_caf\xe9");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("up.sql"), "select 1;\n").unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: the name `20260101_caf�` in `auth` is not UTF-8
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(named("cms", b"20260101_caf\xe9.sql"), "select 1;\n").unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `cms`
          because: the name `20260101_caf�.sql` in `cms` is not UTF-8
             next: rename it, or move it out of the folder
        [exit 2]
    "#]]);
    std::fs::remove_file(named("cms", b"20260101_caf\xe9.sql")).unwrap();
    std::fs::write(named("cms", b"caf\xe9.txt"), "").unwrap();
    std::fs::write(named("auth", b"caf\xe9.txt"), "").unwrap();
    scene.run("up").exits(0);
}

#[test]
fn names_that_are_too_long_are_said_to_be() {
    let scene = Scene::with_migrations();
    let long = "n".repeat(300);
    let ran = scene.run(&format!("create --track cms {long}")).exits(2);
    assert!(ran.stderr.contains("cannot be the name of a migration"), "{}", ran.transcript());
    scene.settle("path = \"cms\"", &format!("path = \"{long}\""));
    let ran = scene.run("up").exits(2);
    assert!(ran.stderr.contains(&long), "{}", ran.transcript());
    scene.settle(&long, "cms");
    // Diesel's ledger has room for fifty characters.
    let version = "9".repeat(60);
    scene.diesel(&format!("{version}_long"), "create table too_long ();\n", "");
    let ran = scene.run("up").exits(4);
    assert!(ran.stderr.contains("character varying(50)"), "{}", ran.transcript());
    assert!(!scene.database.has("too_long"), "the script is taken back with its row");
}

#[test]
fn links_out_of_the_folder_are_followed_as_the_orms_do() {
    let scene = Scene::with_migrations();
    scene.write("elsewhere/diesel/up.sql", "create table linked_folder ();\n");
    scene.write("elsewhere/diesel/down.sql", "drop table linked_folder;\n");
    scene.write("elsewhere/one.sql", "create table linked_file ();\n");
    symlink("../elsewhere/diesel", scene.path("auth/20260101_linked")).unwrap();
    symlink("../elsewhere/one.sql", scene.path("cms/20260102_linked.sql")).unwrap();
    scene.run("up").exits(0);
    assert!(scene.database.has("linked_folder") && scene.database.has("linked_file"));
}

#[test]
fn a_loop_of_links_is_named() {
    let scene = Scene::with_migrations();
    symlink("20260101_loop", scene.path("auth/20260101_loop")).unwrap();
    symlink("20260102_loop.sql", scene.path("cms/20260102_loop.sql")).unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: cannot read `auth/20260101_loop/up.sql`
          because: Too many levels of symbolic links (os error [number])
             next: check the path in crosstrack.toml and the permissions of the file
        [exit 2]
    "#]]);
    std::fs::remove_file(scene.path("auth/20260101_loop")).unwrap();
    // sqlx takes what leads to no file for no migration.
    scene.run("up").exits(0);
}

#[test]
fn a_pipe_or_a_device_in_the_place_of_a_script_is_not_waited_for() {
    let scene = Scene::with_migrations();
    let pipe = |path: &str| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, scene.path(path), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    pipe("cms/20260101_pipe.sql");
    scene.run("up").exits(0);
    std::fs::create_dir(scene.path("auth/20260102_pipe")).unwrap();
    pipe("auth/20260102_pipe/up.sql");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: cannot read `auth/20260102_pipe/up.sql`
          because: it is not a plain file
             next: check the path in crosstrack.toml and the permissions of the file
        [exit 2]
    "#]]);
    scene.remove("auth/20260102_pipe/up.sql");
    symlink("/dev/zero", scene.path("auth/20260102_pipe/up.sql")).unwrap();
    scene.run("up").exits(2);
    std::fs::remove_file(scene.path("auth/20260102_pipe/up.sql")).unwrap();
    scene.write("auth/20260102_pipe/up.sql", "select 1;\n");
    pipe("auth/20260102_pipe/metadata.toml");
    scene.run("up").exits(2);
}

#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::with_migrations();
    let allow = |path: &str, mode| {
        std::fs::set_permissions(scene.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // Nobody keeps root out, so root runs this as nobody.
    for path in ["..", "."] {
        allow(path, 0o755);
    }
    allow("auth", 0o000);
    let Some(ran) = scene.run_without_privileges("up") else { return };
    ran.shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `auth`
          because: cannot read `auth`
          because: Permission denied (os error [number])
             next: check the path in crosstrack.toml and the permissions of the file
        [exit 2]
    "#]]);
    allow("auth", 0o755);
    allow("cms/20250104000000_formulas.up.sql", 0o000);
    let ran = scene.run_without_privileges("up").unwrap().exits(2);
    assert!(ran.stderr.contains("cannot read `cms/20250104000000_formulas.up.sql`"), "{}", ran.transcript());
}

#[test]
fn characters_that_no_server_takes_are_named_with_their_line() {
    let scene = Scene::with_migrations();
    scene.sqlx("20260101_nul", "select 1;\nselect '\0';\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot read the migrations of the track `cms`
          because: `cms/20260101_nul.up.sql` holds a NUL character in line 2
             next: save the file as UTF-8: a file in UTF-16 has such characters between all others
        [exit 2]
    "#]]);
    // UTF-16 without its mark is UTF-8 with a NUL behind every letter.
    let utf16: Vec<u8> = "select 1;\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    scene.write("cms/20260101_nul.up.sql", &utf16);
    scene.run("up").exits(2);
    scene.write("cms/20260101_nul.up.sql", [b"\xff\xfe".as_slice(), &utf16].concat());
    scene.run("up").exits(2);
    assert!(!scene.database.has("users"), "nothing is touched");
}

#[test]
fn what_only_psql_can_do_is_refused_in_every_script_before_anything_is_touched() {
    let scene = Scene::with_migrations();
    scene.diesel("20260101_psql", "select 1;\n\\connect other\n", "select 1;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the script of `auth/20260101_psql` is written for psql
          --> auth/20260101_psql/up.sql:2:1
           |
         2 | \connect other
           | ^
          because: line 2 is a command of psql, not SQL: `\connect other`
          changed: nothing
             next: remove the line or write it as SQL; in a dump made by pg_dump, leave out what starts with a backslash
        [exit 3]
    "#]]);
    scene.write("auth/20260101_psql/metadata.toml", "run_in_transaction = false\n");
    scene.run("up").exits(3);
    scene.remove("auth/20260101_psql");
    scene.sqlx("20260103000000_psql", "select 1;\n  \\i other.sql\n", "");
    scene.run("up").exits(3);
    scene.sqlx("20260103000000_psql", "-- no-transaction\nselect 1;\n\\set a 1\n", "");
    scene.run("up").exits(3);
    assert!(!scene.database.has("users"), "nothing is touched");
    scene.sqlx("20260103000000_psql", "select 1;\n", "\\echo bye\n");
    scene.run("up").exits(0);
    scene.run("down").exits(3);
    // In a string or a comment it is nobody's command.
    scene.sqlx(
        "20260104000000_string",
        "select '\n\\connect', $$\n\\i x$$; -- a\n/*\n\\i\n*/ select 2;\n",
        "",
    );
    scene.run("up").exits(0);
}

#[test]
fn a_script_of_two_hundred_megabytes_is_applied() {
    let sql = format!("{}create table large ();\n", format!("-- {}\n", "x".repeat(9_996)).repeat(20_000));
    let as_diesel: fn(&Scene, &str) = |scene, sql| scene.diesel("20260101_large", sql, "drop table large;\n");
    let as_sqlx: fn(&Scene, &str) = |scene, sql| scene.sqlx("20260101_large", sql, "drop table large;\n");
    for write in [as_diesel, as_sqlx] {
        let scene = Scene::new();
        write(&scene, &sql);
        scene.run("up").exits(0);
        assert!(scene.database.has("large"));
    }
}

#[test]
fn settings_of_a_size_that_nobody_writes_are_not_read() {
    let scene = Scene::with_migrations();
    let settings = scene.read("crosstrack.toml");
    scene.write("crosstrack.toml", format!("{settings}{}", "# filler\n".repeat(400_000)));
    scene.run("status").exits(0);
    scene.write("crosstrack.toml", format!("{settings}{}", "# filler\n".repeat(500_000)));
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: the settings file `[project]/crosstrack.toml` is larger than 4 MiB
             next: name the right file with `--config`
        [exit 2]
    "#]]);
    let ran = scene.run("status --config /dev/zero").exits(2);
    assert!(ran.stderr.contains("is larger than"), "{}", ran.transcript());
    scene.write("crosstrack.toml", format!("a = {}", "[".repeat(100_000)));
    scene.run("status").exits(2);
}

#[test]
fn a_folder_in_the_place_of_the_settings_is_named() {
    let scene = Scene::with_migrations();
    scene.remove("crosstrack.toml");
    std::fs::create_dir(scene.path("crosstrack.toml")).unwrap();
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: cannot read the settings file `[project]/crosstrack.toml`
          because: Is a directory (os error [number])
        [exit 2]
    "#]]);
}
