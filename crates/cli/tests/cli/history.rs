//! Histories in which the folder and the ledger contradict each other, and the way on from each.

use expect_test::expect;

use crate::scene::Scene;

/// sqlx's own `Migrator` over the folder of the `cms` track: the version at which it stops.
pub(crate) fn where_sqlx_stops(scene: &Scene) -> Option<i64> {
    let (folder, url) = (scene.path("cms"), scene.database.url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let migrator = sqlx::migrate::Migrator::new(folder).await.unwrap();
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        match migrator.run(&mut connection).await {
            Ok(()) => None,
            Err(sqlx::migrate::MigrateError::VersionMismatch(version)) => Some(version),
            Err(error) => panic!("{error}"),
        }
    })
}

#[test]
fn an_edit_that_is_accepted_stops_nobody_any_more() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let before = scene.database.rows("select * from _sqlx_migrations order by version");
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs (id bigint);\n");
    assert_eq!(where_sqlx_stops(&scene), Some(20_250_102_000_000));
    scene.run("up").exits(3);
    scene.run("resolve --accept-edited auth/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --accept-edited auth/20250101000000
        The file of auth/20250101000000_users as it is now counts as what was applied. No script was run.
        [exit 0]
    "#]]);
    scene.run("resolve --accept-edited cms/20250102000000_herbs").shows(&expect![[r#"
        $ crosstrack resolve --accept-edited cms/20250102000000_herbs
        The file of cms/20250102000000_herbs as it is now counts as what was applied. No script was run.
        [exit 0]
    "#]]);
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 2 applied
          applied  20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]

        Nothing is pending.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    assert_eq!(where_sqlx_stops(&scene), None);
    let after = scene.database.rows("select * from _sqlx_migrations order by version");
    let without_checksum = |rows: &[String]| -> Vec<String> {
        rows.iter().map(|row| row.split('|').filter(|column| !column.starts_with("\\x")).collect()).collect()
    };
    assert_eq!(without_checksum(&before), without_checksum(&after));
    assert_ne!(before, after);
    assert_eq!(
        scene.database.rows(
            "select track, version, direction, outcome from crosstrack.step where outcome = 'accepted' order by id"
        ),
        ["auth|20250101000000|up|accepted", "cms|20250102000000|up|accepted"]
    );
    scene.write("auth/20250101000000_users/up.sql", "create table users (id text primary key);\n");
    scene.run("status --check").exits(1);
}

#[test]
fn what_is_accepted_is_no_batch_of_its_own() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 3").exits(0);
    scene.run("up").exits(0);
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.run("resolve --accept-edited auth/20250101000000").exits(0);
    scene.run("down --batch --dry-run").shows(&expect![[r#"
        $ crosstrack down --batch --dry-run
        1/1 down cms/20250104000000_formulas  cms/20250104000000_formulas.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        1 step back, fingerprint 619ee12225eb
        loses
          drops table public.formulas: 0 rows
        [exit 0]
    "#]]);
}

#[test]
fn only_an_edit_is_accepted() {
    let scene = Scene::with_migrations();
    scene.run("resolve --accept-edited auth/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --accept-edited auth/20250101000000
        [stderr]
        error: `auth/20250101000000_users` is pending, not edited
          changed: nothing
             next: `crosstrack status` shows what is edited, and the way on from everything else
        [exit 3]
    "#]]);
    scene.run("up").exits(0);
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("resolve --accept-edited cms/20250102000000").shows(&expect![[r#"
        $ crosstrack resolve --accept-edited cms/20250102000000
        [stderr]
        error: `cms/20250102000000_herbs` is applied, not edited
          changed: nothing
             next: `crosstrack status` shows what is edited, and the way on from everything else
        [exit 3]
    "#]]);
    scene.remove("auth/20250103000000_sessions");
    scene.run("resolve --accept-edited auth/20250103000000").shows(&expect![[r#"
        $ crosstrack resolve --accept-edited auth/20250103000000
        [stderr]
        error: `auth/20250103000000_sessions` is missing, not edited
          changed: nothing
             next: `crosstrack status` shows what is edited, and the way on from everything else
        [exit 3]
    "#]]);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
}

#[test]
fn two_migrations_of_one_version_stop_up_and_leave_the_other_track_alone() {
    let scene = Scene::with_migrations();
    scene.run("up --track auth").exits(0);
    scene.diesel("2025-01-03-000000_again", "select 1;\n", "");
    scene.sqlx("20250104000000_again", "select 1;\n", "");
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 3 tables, development

        auth (diesel, auth): 1 applied, 2 duplicate
          applied    20250101000000_users     [moment]  [time]
          duplicate  2025-01-03-000000_again
          duplicate  20250103000000_sessions  [moment]  [time]
          next: duplicate: give one of `auth/2025-01-03-000000_again` and `auth/20250103000000_sessions` a version of its own: the ledger has one row for both

        cms (sqlx, cms): 1 pending, 2 duplicate
          pending    20250102000000_herbs
          duplicate  20250104000000_again
          duplicate  20250104000000_formulas
          next: duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_again` a version of its own: the ledger has one row for both

        4 migrations contradict their folders: `crosstrack up` stops until that is settled.
        [exit 1]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `auth/2025-01-03-000000_again` shares its version with `auth/20250103000000_sessions`, `cms/20250104000000_formulas` shares its version with `cms/20250104000000_again`
          changed: nothing
             next: duplicate: give one of `auth/2025-01-03-000000_again` and `auth/20250103000000_sessions` a version of its own: the ledger has one row for both
                   duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_again` a version of its own: the ledger has one row for both
        [exit 3]
    "#]]);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `auth/20250103000000_sessions` cannot be reverted: `auth/2025-01-03-000000_again` shares its version with `auth/20250103000000_sessions`
          changed: nothing
             next: duplicate: give one of `auth/2025-01-03-000000_again` and `auth/20250103000000_sessions` a version of its own: the ledger has one row for both
        [exit 3]
    "#]]);
    scene.run("resolve --applied cms/20250104000000_again").shows(&expect![[r#"
        $ crosstrack resolve --applied cms/20250104000000_again
        [stderr]
        error: `cms/20250104000000_again` is not the only one of its version: `cms/20250104000000_formulas` shares its version with `cms/20250104000000_again`
          changed: nothing
             next: duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_again` a version of its own: the ledger has one row for both
        [exit 3]
    "#]]);
    scene.remove("cms/20250104000000_again.up.sql");
    scene.remove("cms/20250104000000_again.down.sql");
    scene.run("up --track cms").shows(&expect![[r#"
        $ crosstrack up --track cms
        Applied 2 migrations in [time]: cms 2.
        [stderr]
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("down").exits(0);
    scene.run("resolve --rolled-back auth/2025-01-03-000000_again").exits(0);
    scene.remove("auth/2025-01-03-000000_again");
    scene.database.sql("drop table sessions");
    scene.run("up").exits(0);
}

#[test]
fn a_second_way_back_is_a_duplicate() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("cms/20250104000000_again.down.sql", "drop table herbs;\n");
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 2 applied
          applied    20250101000000_users     [moment]  [time]
          applied    20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 1 applied, 1 duplicate
          applied    20250102000000_herbs     [moment]  [time]
          duplicate  20250104000000_formulas  [moment]  [time]
          next: duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_again.down.sql` a version of its own: the ledger has one row for both

        1 migration contradicts its folder: `crosstrack up` stops until that is settled.
        [exit 1]
    "#]]);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `cms/20250104000000_formulas` cannot be reverted: `cms/20250104000000_formulas` shares its version with `cms/20250104000000_again.down.sql`
          changed: nothing
             next: duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_again.down.sql` a version of its own: the ledger has one row for both
        [exit 3]
    "#]]);
    assert!(scene.database.has("formulas") && scene.database.has("herbs"));
}

#[test]
fn a_duplicate_that_differs_only_in_its_ending_is_told_by_its_file() {
    let scene = Scene::with_migrations();
    scene.write("cms/20250104000000_formulas.sql", "select 1;\n");
    scene.run("up --track cms").shows(&expect![[r#"
        $ crosstrack up --track cms
        [stderr]
        error: the history is broken: `cms/20250104000000_formulas` shares its version with `cms/20250104000000_formulas.sql`
          changed: nothing
             next: duplicate: give one of `cms/20250104000000_formulas` and `cms/20250104000000_formulas.sql` a version of its own: the ledger has one row for both
        [exit 3]
    "#]]);
}

#[test]
fn a_finding_is_an_annotation_at_its_file() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.remove("cms/20250104000000_formulas.up.sql");
    scene.run("status --format github").shows(&expect![[r#"
        $ crosstrack status --format github
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 1 applied, 1 edited
          edited   20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]
          next: edited: put `auth/20250101000000_users` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited auth/20250101000000_users`

        cms (sqlx, cms): 1 applied, 1 missing
          applied  20250102000000_herbs     [moment]  [time]
          missing  20250104000000_formulas  [moment]  [time]
          next: missing: bring the files of `cms/20250104000000_formulas` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them

        2 migrations contradict their folders: `crosstrack up` stops until that is settled.
        ::error file=auth/20250101000000_users/up.sql::`auth/20250101000000_users` is edited; edited: put `auth/20250101000000_users` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited auth/20250101000000_users`
        ::error::`cms/20250104000000_formulas` is missing; missing: bring the files of `cms/20250104000000_formulas` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them
        [exit 0]
    "#]]);
    let document = scene.run("status --format json").document();
    assert_eq!(document["findings"][0]["kind"], "edited");
    assert_eq!(document["findings"][0]["migration"], "auth/20250101000000_users");
    assert_eq!(document["findings"][1]["path"], serde_json::Value::Null);
}

#[test]
fn a_row_that_says_that_it_failed_is_settled_either_way() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("update _sqlx_migrations set success = false where version = 20250104000000");
    scene.run("status --check").exits(1);
    scene.run("resolve --applied cms/20250104000000").shows(&expect![[r#"
        $ crosstrack resolve --applied cms/20250104000000
        The ledger now says that cms/20250104000000_formulas is applied. No script was run.
        [exit 0]
    "#]]);
    assert_eq!(scene.database.rows("select count(*), bool_and(success) from _sqlx_migrations"), ["2|t"]);
    assert_eq!(where_sqlx_stops(&scene), None);
    scene.run("status --check").exits(0);
    scene.database.sql(
        "update _sqlx_migrations set success = false where version = 20250104000000; drop table formulas",
    );
    scene.run("resolve --rolled-back cms/20250104000000").exits(0);
    scene.run("up").exits(0);
    assert!(scene.database.has("formulas"));
}

#[test]
fn a_script_that_stopped_in_the_middle_and_is_another_since_is_settled_either_way() {
    let mut scene = Scene::with_migrations();
    scene.without_shadow_server();
    let script = |second: &str| format!("-- no-transaction\ncreate table one ();\n{second};\n");
    scene.sqlx(
        "20250105000000_halves",
        &script("create tabel two ()"),
        "-- no-transaction\ndrop table one;\nselect 1 / 0;\n",
    );
    scene.run("up").exits(4);
    scene.run("status --check").exits(1);
    scene.write("cms/20250105000000_halves.up.sql", "-- no-transaction\ncreate table one (id int);\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `cms/20250105000000_halves` is half applied: the first statement is done, and its script no longer begins with what is done
          changed: nothing
             next: failed: put the statements that are done back to the head of the script, and `crosstrack up` goes on behind them; or finish or undo it by hand, then `crosstrack resolve --applied cms/20250105000000_halves` or `--rolled-back cms/20250105000000_halves`
        [exit 3]
    "#]]);
    scene.database.sql("drop table one");
    scene.run("resolve --rolled-back cms/20250105000000").exits(0);
    scene.run("up").exits(0);
    scene.run("down").exits(4);
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 2 applied, 1 failed
          applied  20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]
          failed   20250105000000_halves    [moment]  [time]  1 statement of its down migration done
          next: failed: `crosstrack down` goes on with it; or finish or undo it by hand, then `crosstrack resolve --rolled-back cms/20250105000000_halves` or `--applied cms/20250105000000_halves`

        1 migration contradicts its folder: `crosstrack up` stops until that is settled.
        [exit 0]
    "#]]);
    scene.database.sql("create table one (id int)");
    scene.run("resolve --applied cms/20250105000000").shows(&expect![[r#"
        $ crosstrack resolve --applied cms/20250105000000
        The ledger now says that cms/20250105000000_halves is applied. No script was run.
        [exit 0]
    "#]]);
    scene.run("status --check").exits(0);
}
