//! A script that fails: nothing of it is left, and the message says where, why, what was applied before, and what next.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn a_failure_in_the_middle_of_the_diesel_track_leaves_nothing_of_itself() {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250102000000_accounts",
        "create table accounts (id int);\n\ninsert into accounts (identity) values (1);\ncreate table more (id int);\n",
        "drop table accounts;\n",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          failed auth/20250102000000_accounts ([time])
        error: `auth/20250102000000_accounts` failed on the way up
          --> auth/20250102000000_accounts/up.sql:3:23
           |
         3 | insert into accounts (identity) values (1);
           |                       ^
          because: the server refused a statement of the script
          because: column "identity" of relation "accounts" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    assert!(
        scene.database.has("users") && !scene.database.has("accounts") && !scene.database.has("sessions")
    );
    assert_eq!(scene.database.rows("select version from __diesel_schema_migrations"), ["20250101000000"]);
    assert_eq!(
        scene.database.rows("select label, outcome, error from crosstrack.step order by id"),
        [
            "20250101000000_users|done|",
            "20250102000000_accounts|failed|column \"identity\" of relation \"accounts\" does not exist (SQLSTATE 42703)"
        ]
    );
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 2 tables, development

        auth (diesel, auth): 1 applied, 2 pending
          applied  20250101000000_users     [moment]  [time]
          pending  20250102000000_accounts
          pending  20250103000000_sessions

        cms (sqlx, cms): 2 pending
          pending  20250102000000_herbs
          pending  20250104000000_formulas

        4 migrations are pending: `crosstrack up` applies them.
        [exit 0]
    "#]]);
    scene.diesel("20250102000000_accounts", "create table accounts (id int);\n", "drop table accounts;\n");
    scene.run("up --quiet").shows(&expect![[r#"
        $ crosstrack up --quiet
        Applied 4 migrations in [time]: auth 2, cms 2.
        [exit 0]
    "#]]);
}

#[test]
fn a_failure_in_the_middle_of_the_sqlx_track_leaves_nothing_of_itself() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250103000000_articles",
        "create table articles (id int);\nselect 1;\ninsert into articles values ('seven');\n",
        "drop table articles;\n",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          failed cms/20250103000000_articles ([time])
        error: `cms/20250103000000_articles` failed on the way up
          --> cms/20250103000000_articles.up.sql:3:30
           |
         3 | insert into articles values ('seven');
           |                              ^
          because: the server refused a statement of the script
          because: invalid input syntax for type integer: "seven" (SQLSTATE 22P02)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    assert!(
        scene.database.has("herbs") && !scene.database.has("articles") && !scene.database.has("formulas")
    );
    assert_eq!(scene.database.rows("select version, success from _sqlx_migrations"), ["20250102000000|t"]);
    scene.sqlx("20250103000000_articles", "create table articles (id int);\n", "drop table articles;\n");
    scene.run("up --quiet").shows(&expect![[r#"
        $ crosstrack up --quiet
        Applied 2 migrations in [time]: cms 2.
        [exit 0]
    "#]]);
}

#[test]
fn the_caret_stands_under_the_place_behind_tabs_and_letters_of_many_bytes() {
    let scene = Scene::new();
    let sql = "-- Kräuter und Rezepturen: 藥草\nselect 'ü',\n\t'藥草 🌿' as name, nam from (values (1)) as t (id);\n";
    scene.diesel("20250101000000_herbs", sql, "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_herbs ([time])
        error: `auth/20250101000000_herbs` failed on the way up
          --> auth/20250101000000_herbs/up.sql:3:18
           |
         3 | 	'藥草 🌿' as name, nam from (values (1)) as t (id);
           | 	                ^
          because: the server refused a statement of the script
          because: column "nam" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    scene.remove("auth/20250101000000_herbs");
    scene.sqlx("20250101000000_herbs", sql, "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/20250101000000_herbs ([time])
        error: `cms/20250101000000_herbs` failed on the way up
          --> cms/20250101000000_herbs.up.sql:3:18
           |
         3 | 	'藥草 🌿' as name, nam from (values (1)) as t (id);
           | 	                ^
          because: the server refused a statement of the script
          because: column "nam" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_script_with_windows_line_ends_is_counted_as_people_count() {
    let scene = Scene::new();
    scene.sqlx("20250101000000_herbs", "create table herbs (id int);\r\n\r\nselect nothing;\r\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/20250101000000_herbs ([time])
        error: `cms/20250101000000_herbs` failed on the way up
          --> cms/20250101000000_herbs.up.sql:3:8
           |
         3 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_syntax_error_at_the_end_of_the_script_has_a_place() {
    let scene = Scene::new();
    scene.diesel("20250101000000_users", "create table users (\n  id int\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: `auth/20250101000000_users` failed on the way up
          --> auth/20250101000000_users/up.sql:3:1
           |
         3 |
           | ^
          because: the server refused a statement of the script
          because: syntax error at end of input (SQLSTATE 42601)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn what_is_there_already_can_be_told_to_the_ledger() {
    let scene = Scene::with_migrations();
    scene.database.sql("create table users (id int primary key)");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: `auth/20250101000000_users` failed on the way up
          --> auth/20250101000000_users/up.sql:1:1
           |
         1 | create table users (id int primary key);
           | ^
          because: the server refused a statement of the script
          because: relation "users" already exists (SQLSTATE 42P07)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: it is there already. If all that the migration would make is there, tell the ledger: `crosstrack resolve --applied auth/20250101000000_users`; otherwise mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    scene.run("resolve --applied auth/20250101000000_users").exits(0);
    scene.run("up").exits(0);
}

#[test]
fn what_another_track_makes_can_be_required() {
    let scene = Scene::with_migrations();
    scene.diesel("20250104000000_favourites", "create table favourites (herb int references herbs);\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
          failed auth/20250104000000_favourites ([time])
        error: `auth/20250104000000_favourites` failed on the way up
          --> auth/20250104000000_favourites/up.sql:1:1
           |
         1 | create table favourites (herb int references herbs);
           | ^
          because: the server refused a statement of the script
          because: relation "herbs" does not exist (SQLSTATE 42P01)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions
             next: what it needs is not there. If another track makes it, say so at the head of the script: `-- crosstrack: requires <track>/<version>`; otherwise mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_function_that_fails_is_named_with_its_line() {
    let scene = Scene::new();
    scene.sqlx(
        "20250101000000_function",
        "create function broken() returns int language plpgsql as $$\nbegin\n  return 1 / 0;\nend $$;\nselect broken();\n",
        "",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/20250101000000_function ([time])
        error: `cms/20250101000000_function` failed on the way up, cms/20250101000000_function.up.sql
          because: the server refused a statement of the script
          because: division by zero (SQLSTATE 22012)
          because: context: SQL expression "1 / 0"
                   PL/pgSQL function broken() line 3 at RETURN
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn an_exception_keeps_its_detail_and_its_hint() {
    let scene = Scene::new();
    scene.diesel(
        "20250101000000_exception",
        "do $$ begin\n  raise exception 'no herbs' using detail = 'the garden is empty', hint = 'plant some';\nend $$;\n",
        "",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_exception ([time])
        error: `auth/20250101000000_exception` failed on the way up
          --> auth/20250101000000_exception/up.sql:1:1
           |
         1 | do $$ begin
           | ^
          because: the server refused a statement of the script
          because: no herbs (SQLSTATE P0001)
          because: detail: the garden is empty
          because: the server's hint: plant some
          because: context: PL/pgSQL function inline_code_block line 2 at RAISE
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_failure_after_many_migrations_names_the_last() {
    let scene = Scene::new();
    for number in 1..=7 {
        scene.sqlx(&format!("{number}_step"), "select 1;\n", "select 1;\n");
    }
    scene.sqlx("8_broken", "selec 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          applied cms/1_step ([time])
          applied cms/2_step ([time])
          applied cms/3_step ([time])
          applied cms/4_step ([time])
          applied cms/5_step ([time])
          applied cms/6_step ([time])
          applied cms/7_step ([time])
          failed cms/8_broken ([time])
        error: `cms/8_broken` failed on the way up
          --> cms/8_broken.up.sql:1:1
           |
         1 | selec 1;
           | ^
          because: the server refused a statement of the script
          because: syntax error at or near "selec" (SQLSTATE 42601)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied 7 migrations, the last is cms/7_step
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}
