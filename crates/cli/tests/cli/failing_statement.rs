//! A script outside a transaction that fails: what is done stays, what is half done goes, and a retry goes on.

use expect_test::expect;

use crate::scene::Scene;

/// A table with two equal rows, and a script of three statements whose last cannot succeed on it.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.sqlx(
        "1_herbs",
        "create table herbs (name text);\ninsert into herbs values ('sage'), ('sage');\n",
        "drop table herbs;\n",
    );
    scene.sqlx(
        "2_indexes",
        "-- no-transaction\n\
         create index concurrently if not exists herbs_name on herbs (name);\n\
         create index concurrently if not exists herbs_length on herbs (length(name));\n\
         create unique index concurrently if not exists herbs_unique on herbs (name);\n",
        "-- no-transaction\ndrop index concurrently herbs_unique;\ndrop index concurrently herbs_length;\n\
         drop index concurrently herbs_name;\n",
    );
    scene
}

#[test]
fn the_statements_before_the_failure_stay_and_no_invalid_index_does() {
    let scene = scene();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          applied cms/1_herbs ([time])
          failed cms/2_indexes ([time])
        error: `cms/2_indexes` failed on the way up
          --> cms/2_indexes.up.sql:4:1
           |
         4 | create unique index concurrently if not exists herbs_unique on herbs (name);
           | ^
          because: the server refused a statement of the script
          because: could not create unique index "herbs_unique" (SQLSTATE 23505)
          because: detail: Key (name)=(sage) is duplicated.
          changed: 2 of the 3 statements of this migration are done, and the ledger does not have it; the next run goes on behind them, the invalid index "public"."herbs_unique" that the build left was dropped; before it, this run applied cms/1_herbs
             next: the rows that are there contradict it: clear them up first; otherwise mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
    assert!(scene.database.has("herbs_name") && scene.database.has("herbs_length"));
    assert!(!scene.database.has("herbs_unique"), "the invalid index that the failed build left is gone");
    assert_eq!(
        scene
            .database
            .rows("select label, outcome, statements_done, statements from crosstrack.step order by id"),
        ["1_herbs|done|0|0", "2_indexes|failed|2|3"]
    );
    scene.run("status --check").exits(1);
    scene.database.sql("delete from herbs where ctid = (select min(ctid) from herbs)");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 1 migration in [time]: cms 1.
        [stderr]
        content
          applied cms/2_indexes ([time])
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.value("select indisvalid from pg_index where indexrelid = 'herbs_unique'::regclass"),
        "t"
    );
    scene.run("down").exits(0);
    assert!(!scene.database.has("herbs_name"));
}

#[test]
fn an_invalid_index_that_another_tool_left_is_built_again() {
    let scene = scene();
    scene.run("up --to cms/1_herbs").exits(0);
    let failed = scene.database.try_sql("create unique index concurrently herbs_unique on herbs (name)");
    assert!(failed.is_err() && scene.database.has("herbs_unique"));
    scene.database.sql("delete from herbs where ctid = (select min(ctid) from herbs)");
    scene.run("up").exits(0);
    assert_eq!(
        scene.database.value("select indisvalid from pg_index where indexrelid = 'herbs_unique'::regclass"),
        "t"
    );
}

#[test]
fn a_diesel_script_outside_a_transaction_fails_in_the_same_way() {
    let scene = Scene::new();
    scene.write("auth/20250101000000_users/metadata.toml", "run_in_transaction = false\n");
    scene.diesel(
        "20250101000000_users",
        "create table users (id int);\ncreate index concurrently users_id on users (id);\nselect nothing;\n",
        "",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: `auth/20250101000000_users` failed on the way up
          --> auth/20250101000000_users/up.sql:3:8
           |
         3 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: 2 of the 3 statements of this migration are done, and the ledger does not have it; the next run goes on behind them; before it, this run applied nothing
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_backward_script_outside_a_transaction_leaves_the_ledger_as_it_is() {
    let scene = scene();
    scene.database.sql("create table herbs (name text)");
    scene.run("resolve --applied cms/1_herbs").exits(0);
    scene.run("up").exits(0);
    scene.database.sql("drop index herbs_length");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        content
          failed cms/2_indexes ([time])
        error: `cms/2_indexes` failed on the way down
          --> cms/2_indexes.down.sql:3:1
           |
         3 | drop index concurrently herbs_length;
           | ^
          because: the server refused a statement of the script
          because: index "herbs_length" does not exist (SQLSTATE 42704)
          changed: 1 of the 3 statements of the backward script are done, and the ledger still has the migration; the next `down` goes on behind them; before it, this run reverted nothing
             next: mend the backward script, then run `crosstrack down` again
        [exit 4]
    "#]]);
    // Half of it is reverted: nobody may take it for applied.
    scene.run("status --check").exits(1);
    scene.run("up").exits(3);
    scene.database.sql("create index herbs_length on herbs (length(name))");
    scene.run("down").exits(0);
    assert!(!scene.database.has("herbs_length") && !scene.database.has("herbs_unique"));
    scene.run("up").exits(0);
}

#[test]
fn a_concurrent_build_inside_a_transaction_is_explained() {
    let scene = Scene::new();
    scene.diesel(
        "20250101000000_users",
        "create table users (id int);\ncreate index concurrently users_id on users (id);\n",
        "",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: `auth/20250101000000_users` failed on the way up, auth/20250101000000_users/up.sql
          because: the server refused a statement of the script
          because: CREATE INDEX CONCURRENTLY cannot run inside a transaction block (SQLSTATE 25001)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: the statement cannot run inside a transaction: take it into a migration of its own, marked with `run_in_transaction = false` in metadata.toml (Diesel) or `-- no-transaction` as the first line (sqlx)
        [exit 4]
    "#]]);
    assert!(!scene.database.has("users"));
}

#[test]
fn a_script_that_cannot_be_taken_apart_is_refused_before_anything_runs() {
    let scene = scene();
    scene.sqlx("3_psql", "-- no-transaction\nselect 1;\n\\i other.sql\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the script of `cms/3_psql` is written for psql
          --> cms/3_psql.up.sql:3:1
           |
         3 | \i other.sql
           | ^
          because: line 3 is a command of psql, not SQL: `\i other.sql`
          changed: nothing
             next: remove the line or write it as SQL; in a dump made by pg_dump, leave out what starts with a backslash
        [exit 3]
    "#]]);
    assert!(!scene.database.has("herbs"));
    scene.sqlx("3_psql", "-- no-transaction\ncopy herbs from stdin;\nsage\n\\.\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the script of `cms/3_psql` is written for psql
          --> cms/3_psql.up.sql:2:1
           |
         2 | copy herbs from stdin;
           | ^
          because: line 2 copies data from the script itself, which only psql can do: `copy herbs from stdin;`
          changed: nothing
             next: write the rows as INSERT statements (`pg_dump --inserts` does), or load them outside the migration
        [exit 3]
    "#]]);
}
