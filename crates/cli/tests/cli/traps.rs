//! What real histories do, in made-up folders: order, bytes, transactions and sessions.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn dashes_do_not_count_in_diesels_order() {
    let scene = Scene::new();
    scene.diesel("20170102000000_a", "create table a (id int);\n", "drop table a;\n");
    scene.diesel("2017-08-31-000000_b", "alter table a add b int;\n", "alter table a drop b;\n");
    scene.diesel("20180101000000_c", "alter table a rename b to c;\n", "alter table a rename c to b;\n");
    scene.diesel("00000000000000_diesel_initial_setup", "create schema before;\n", "drop schema before;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 4 migrations in [time]: auth 4.
        [stderr]
        accounts
          applied auth/00000000000000_diesel_initial_setup ([time])
          applied auth/20170102000000_a ([time])
          applied auth/2017-08-31-000000_b ([time])
          applied auth/20180101000000_c ([time])
        [exit 0]
    "#]]);
    scene.run("down --steps 4").exits(0);
}

#[test]
fn versions_of_sqlx_are_numbers_and_plain_files_stand_beside_pairs() {
    let scene = Scene::new();
    for number in (1..=28).rev() {
        let sql = format!("insert into log values ({number});\n");
        match number {
            1 => scene
                .write("cms/1_first.sql", "create table log (number bigint);\ninsert into log values (1);\n"),
            even if even % 2 == 0 => scene.sqlx(&format!("{number}_pair"), &sql, "select 1;\n"),
            _ => scene.write(&format!("cms/{number}_plain.sql"), sql),
        }
    }
    scene.write("cms/202501010000001_last.sql", "insert into log values (202501010000001);\n");
    scene.write("cms/20250101000000_before.sql", "insert into log values (20250101000000);\n");
    scene.run("up --quiet").exits(0);
    let expected: Vec<String> =
        (1..=28).chain([20_250_101_000_000, 202_501_010_000_001]).map(|n: i64| n.to_string()).collect();
    assert_eq!(scene.database.rows("select number from log order by ctid"), expected);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `cms/202501010000001_last` has no down migration
          changed: nothing
             next: write a new migration that undoes it
        [exit 3]
    "#]]);
}

#[test]
fn spaces_in_the_names_of_folders_are_kept() {
    let scene = Scene::new();
    std::fs::rename(scene.path("auth"), scene.path("our accounts")).unwrap();
    scene.settle("path = \"auth\"", "path = \"our accounts\"");
    scene.write("our accounts/20250101000000_add some users/up.sql", "create table users (id int);\n");
    scene.write("our accounts/20250101000000_add some users/down.sql", "drop table users;\n");
    scene.write("our accounts/20250102000000_break them/up.sql", "select nothing;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_add some users ([time])
          failed auth/20250102000000_break them ([time])
        error: `auth/20250102000000_break them` failed on the way up
          --> our accounts/20250102000000_break them/up.sql:1:8
           |
         1 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_add some users
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    scene.settle("rollback = \"automatic\"", "rollback = \"manual\"");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. auth/20250101000000_add some users
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file 'our accounts/20250101000000_add some users/down.sql' "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20250101000000`
        [exit 3]
    "#]]);
}

#[test]
fn another_system_s_line_ends_change_nothing() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    for path in ["auth/20250101000000_users/up.sql", "cms/20250102000000_herbs.up.sql"] {
        scene.write(path, scene.read(path).replace('\n', "\r\n"));
    }
    scene.run("status --check").exits(0);
    scene.run("up").exits(0);
    for path in ["auth/20250101000000_users/up.sql", "cms/20250102000000_herbs.up.sql"] {
        scene.write(path, format!("\u{feff}{}", scene.read(path)));
    }
    scene.run("status --check").exits(0);
}

#[test]
fn scripts_that_begin_and_commit_themselves_are_run_and_named_in_the_plan() {
    let scene = Scene::new();
    scene.sqlx(
        "1_own",
        "begin;\ncreate table herbs (id int);\ncommit;\n",
        "begin;\ndrop table herbs;\ncommit;\n",
    );
    scene.diesel("1_own", "BEGIN;\nCREATE TABLE users (id int);\nCOMMIT;\n", "drop table users;\n");
    scene.run("plan --summary").shows(&expect![[r#"
        $ crosstrack plan --summary
        1/2 up auth/1_own  auth/1_own/up.sql, one transaction
            hazard: begins or ends its transaction itself, line 1
        2/2 up cms/1_own  cms/1_own.up.sql, one transaction
            hazard: begins or ends its transaction itself, line 1
        2 steps forward, fingerprint a10a3f9106de
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 2 migrations in [time]: auth 1, cms 1.
        [stderr]
        accounts
          applied auth/1_own ([time])
        content
          applied cms/1_own ([time])
        [exit 0]
    "#]]);
    scene.run("status --check").exits(0);
    scene.run("down --steps 2").exits(0);
    assert!(!scene.database.has("herbs") && !scene.database.has("users"));
}

#[test]
fn what_a_script_commits_itself_stays_when_the_rest_fails() {
    let scene = Scene::new();
    scene.sqlx("1_own", "create table herbs (id int);\ncommit;\nselect nothing;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/1_own ([time])
        error: `cms/1_own` failed on the way up
          --> cms/1_own.up.sql:3:8
           |
         3 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: the script begins or ends its transaction itself, first in line 2: what it committed stays, and the ledger does not have it; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    assert!(scene.database.has("herbs"));
}

#[test]
fn what_a_script_sets_does_not_reach_the_next_one() {
    let scene = Scene::new();
    let role = scene.database.role("other", "");
    let leak = format!(
        "create schema shop;\nset search_path = shop, public;\nset lock_timeout = '7s';\nset statement_timeout = '8s';\n\
         grant all on all tables in schema public to {role};\nset role {role};\n"
    );
    let look = "create table public.seen_NAME as select current_setting('search_path') as path, \
                current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement, \
                current_user::text as name;\n";
    scene.diesel("1_leak", &leak, "");
    scene.diesel("2_look", &look.replace("NAME", "auth"), "");
    scene.sqlx("1_leak", &leak.replace("shop", "garden"), "");
    scene.sqlx("2_look", &look.replace("NAME", "cms"), "");
    scene.run("up").exits(0);
    for track in ["auth", "cms"] {
        assert_eq!(
            scene.database.rows(&format!("select path, lock, statement, name from seen_{track}")),
            ["\"$user\", public|5s|0|developer"]
        );
    }
}

#[test]
fn a_script_that_hides_the_ledger_fails_as_a_whole() {
    let scene = Scene::new();
    scene.sqlx("1_hide", "create schema shop;\nset search_path = shop;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/1_hide ([time])
        error: `cms/1_hide` failed on the way up, cms/1_hide.up.sql
          because: the server refused the ledger row or the commit
          because: relation "_sqlx_migrations" does not exist (SQLSTATE 42P01)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: the script changes the search path or the role, and the ledger is no longer found from there: put it back at the script's end, or use `SET LOCAL` inside a function
        [exit 4]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from pg_namespace where nspname = 'shop'"), "0");
}

#[test]
fn scripts_without_a_statement_are_applied_where_the_tool_applies_them() {
    let scene = Scene::new();
    scene.diesel("1_comment", "-- nothing to do here any more\n", "-- nor here\n");
    scene.sqlx("1_comment", "-- nothing to do here any more\n", "-- nor here\n");
    scene.sqlx("2_empty", "", "");
    scene.run("up").exits(0);
    scene.run("down --steps 3").exits(0);
    scene.diesel("2_empty", "", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/1_comment ([time])
          failed auth/2_empty ([time])
        error: `auth/2_empty` failed on the way up, auth/2_empty/up.sql
          because: Diesel refused the migration
          because: the script is empty, and Diesel runs no empty script
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/1_comment
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_migration_may_delete_rows_of_its_own_ledger() {
    let scene = Scene::new();
    scene.sqlx("1_a", "create table a (id int);\n", "drop table a;\n");
    scene.sqlx("2_b", "create table b (id int);\n", "drop table b;\n");
    scene.run("up").exits(0);
    for file in ["1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.down.sql"] {
        scene.remove(&format!("cms/{file}"));
    }
    scene.settle("path = \"cms\"", "path = \"cms\"\nallow_missing = [\"1\", \"2\"]");
    scene.sqlx("3_squash", "delete from _sqlx_migrations where version < 3;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 1 migration in [time]: cms 1.
        [stderr]
        content
          applied cms/3_squash ([time])
        [exit 0]
    "#]]);
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 3 tables, development

        auth (diesel, auth): no migrations

        cms (sqlx, cms): 1 applied
          applied  3_squash  [moment]  [time]

        Nothing is pending.
        [exit 0]
    "#]]);
}

#[test]
fn rows_that_only_psql_would_send_are_refused_before_anything_hangs() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_rows",
        "create table rows (id int);\ncopy rows from stdin;\n",
        "drop table rows",
    );
    let transcript = scene.run("up").exits(3).transcript();
    assert!(
        transcript.contains("the script of `cms/20250105000000_rows` is written for psql"),
        "{transcript}"
    );
    assert!(transcript.contains("rows.up.sql:2:1"), "{transcript}");
    assert!(!scene.database.has("users"), "nothing is touched");
}
