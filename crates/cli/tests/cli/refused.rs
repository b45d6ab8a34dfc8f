//! Scripts that are right by themselves and are refused all the same: at the commit, by the ledger, for a lock, a limit, a right.

use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::Session;

#[test]
fn a_constraint_that_is_checked_at_the_commit_fails_the_migration() {
    let sql = "create table users (id int primary key);\n\
               create table sessions (user_id int references users deferrable initially deferred);\n\
               insert into sessions values (7);\n";
    let scene = Scene::new();
    scene.diesel("20250101000000_users", sql, "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: `auth/20250101000000_users` failed on the way up, auth/20250101000000_users/up.sql
          because: the server refused the ledger row or the commit
          because: insert or update on table "sessions" violates foreign key constraint "sessions_user_id_fkey" (SQLSTATE 23503)
          because: detail: Key (user_id)=(7) is not present in table "users".
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: a constraint that is checked at the commit is not met, or the user may not write the ledger
        [exit 4]
    "#]]);
    scene.remove("auth/20250101000000_users");
    scene.sqlx("20250101000000_users", sql, "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/20250101000000_users ([time])
        error: `cms/20250101000000_users` failed on the way up, cms/20250101000000_users.up.sql
          because: the server refused the ledger row or the commit
          because: insert or update on table "sessions" violates foreign key constraint "sessions_user_id_fkey" (SQLSTATE 23503)
          because: detail: Key (user_id)=(7) is not present in table "users".
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: a constraint that is checked at the commit is not met, or the user may not write the ledger
        [exit 4]
    "#]]);
    assert!(!scene.database.has("users"));
    scene.run("status --check").exits(1);
}

#[test]
fn a_ledger_row_that_is_refused_fails_the_migration() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 1").exits(0);
    scene.database.sql(
        "create function refuse() returns trigger language plpgsql as \
         $$ begin raise exception 'the ledger is closed'; end $$; \
         create trigger closed before insert on __diesel_schema_migrations for each row execute function refuse()",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250103000000_sessions ([time])
        error: `auth/20250103000000_sessions` failed on the way up, auth/20250103000000_sessions/up.sql
          because: the server refused the ledger row or the commit
          because: the ledger is closed (SQLSTATE P0001)
          because: context: PL/pgSQL function refuse() line 1 at RAISE
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: a constraint that is checked at the commit is not met, or the user may not write the ledger
        [exit 4]
    "#]]);
    assert!(!scene.database.has("sessions"));
}

#[test]
fn who_waits_longer_than_lock_timeout_is_told_so() {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"200ms\"\n");
    scene.run("up").exits(0);
    scene.sqlx(
        "20250105000000_names",
        "alter table herbs add name text;\n",
        "alter table herbs drop name;\n",
    );
    let session = Session::open(&scene.database);
    session.run("begin; select * from herbs");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
        waiting: cms/20250105000000_names waits for 1 other session:
            process [pid], another-program (a test), user developer, in a transaction for [time], idle in transaction: begin; select * from herbs
        retrying: cms/20250105000000_names did not get its locks, attempt 1 of 5; again in [time]
        retrying: cms/20250105000000_names did not get its locks, attempt 2 of 5; again in [time]
        retrying: cms/20250105000000_names did not get its locks, attempt 3 of 5; again in [time]
        retrying: cms/20250105000000_names did not get its locks, attempt 4 of 5; again in [time]
          failed cms/20250105000000_names ([time])
        error: `cms/20250105000000_names` failed on the way up
          --> cms/20250105000000_names.up.sql:1:1
           |
         1 | alter table herbs add name text;
           | ^
          because: the server refused a statement of the script
          because: canceling statement due to lock timeout (SQLSTATE 55P03)
          because: in its way stood process [pid], another-program (a test), user developer, in a transaction for [time], idle in transaction: begin; select * from herbs
          because: it was tried 5 times
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied nothing
             next: run it again when those sessions are done, or end them with `SELECT pg_terminate_backend(<process>)`; `lock_timeout` and `lock_attempts` say how long is waited and how often it is tried
        [exit 4]
    "#]]);
    drop(session);
    scene.run("up").exits(0);
}

#[test]
fn a_migration_has_a_lock_timeout_of_its_own() {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250105000000_settings",
        "-- crosstrack: lock_timeout 1234ms\n\
         create table settings as select current_setting('lock_timeout') as value;\n",
        "drop table settings;\n",
    );
    scene.diesel(
        "20250106000000_others",
        "insert into settings select current_setting('lock_timeout');\n",
        "",
    );
    scene.run("up").exits(0);
    assert_eq!(scene.database.rows("select value from settings"), ["1234ms", "5s"]);
}

#[test]
fn a_statement_that_runs_too_long_is_told_so() {
    let mut scene = Scene::with_migrations();
    scene.sqlx("20250105000000_long", "select 1;\nselect pg_sleep(60);\n", "");
    scene.set("DATABASE_STATEMENT_TIMEOUT", "200");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
          failed cms/20250105000000_long ([time])
        error: `cms/20250105000000_long` failed on the way up, cms/20250105000000_long.up.sql
          because: the server refused a statement of the script
          because: canceling statement due to statement timeout (SQLSTATE 57014)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas
             next: the statement ran longer than `statement_timeout` allows: raise it, or split the script
        [exit 4]
    "#]]);
}

#[test]
fn an_ordinary_role_is_told_which_right_is_missing() {
    let mut scene = Scene::with_migrations();
    let role = scene.sign_in_as_role();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot write the journal
          because: the server refused to create the journal, schema `crosstrack`
          because: permission denied for database [database] (SQLSTATE 42501)
          changed: no step was taken without the journal; `crosstrack status` shows what is applied
             next: sign in as the owner of the database, or have the rights granted: `GRANT CREATE ON DATABASE <database> TO <user>` lets crosstrack make its journal, once; where it is there, `GRANT USAGE ON SCHEMA crosstrack` and `GRANT SELECT, INSERT, UPDATE` on its tables
        [exit 4]
    "#]]);
    scene.database.sql(&format!("grant create on database {} to {role}", scene.database.name()));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          failed auth/20250101000000_users ([time])
        error: cannot create the ledger of the track `auth`
          because: the server refused the ledger row or the commit
          because: permission denied for schema public (SQLSTATE 42501)
             next: the user needs the right to create tables in the schema: `GRANT CREATE ON SCHEMA public TO ...`
        [exit 4]
    "#]]);
    scene.database.sql(&format!("grant create on schema public to {role}"));
    scene.database.sql("create table secrets (id int)");
    scene.sqlx("20250105000000_secrets", "alter table secrets add name text;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
          failed cms/20250105000000_secrets ([time])
        error: `cms/20250105000000_secrets` failed on the way up
          --> cms/20250105000000_secrets.up.sql:1:1
           |
         1 | alter table secrets add name text;
           | ^
          because: the server refused a statement of the script
          because: must be owner of table secrets (SQLSTATE 42501)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas
             next: run it as the owner of the object or as a user with the right that the server names
        [exit 4]
    "#]]);
}

#[test]
fn the_backend_that_dies_leaves_a_question_that_the_next_run_answers() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_suicide", "select pg_terminate_backend(pg_backend_pid());\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
          failed cms/20250105000000_suicide ([time])
        error: `cms/20250105000000_suicide` failed on the way up, cms/20250105000000_suicide.up.sql
          because: the connection broke
          because: terminating connection due to administrator command (SQLSTATE 57P01)
          changed: before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas; whether `cms/20250105000000_suicide` was done is not known, and the next run finds it out
             next: see whether the server is there, then run the same command again: it finds out what was done
        [exit 4]
    "#]]);
    scene.sqlx("20250105000000_suicide", "select 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 1 migration in [time]: cms 1.
        [stderr]
        content
          applied cms/20250105000000_suicide ([time])
        [exit 0]
    "#]]);
}
