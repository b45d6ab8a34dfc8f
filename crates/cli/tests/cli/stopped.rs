//! Ctrl-C and SIGTERM: what the server does for the run is cancelled, and what is left is said.
#![cfg(unix)]

use expect_test::expect;
use rustix::process::Signal;

use crate::program::{Program, Ran, wait_until};
use crate::scene::Scene;
use crate::waiting::Session;

/// A run in which a migration sleeps.
fn sleeping(scene: &Scene, line: &str) -> Program {
    let running = scene.start(line);
    let sleeps = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' \
                  and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()";
    wait_until("the migration sleeps", || scene.database.value(sleeps) == "1");
    running
}

/// A run is stopped while a migration sleeps.
fn stop(scene: &Scene, line: &str, signal: Signal) -> Ran {
    let running = sleeping(scene, line);
    running.signal(signal);
    let ran = running.wait();
    let active = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' \
                  and application_name like 'crosstrack/%'";
    wait_until("the server works for the run no more", || scene.database.value(active) == "0");
    ran
}

#[test]
fn ctrl_c_in_the_diesel_track_leaves_nothing_half_done() {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250105000000_long",
        "create table long (id int);\nselect pg_sleep(60);\n",
        "drop table long;\n",
    );
    stop(&scene, "up", Signal::INT).shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])

        stopping: what the server is doing for this run is cancelled; once more to leave at once
          failed auth/20250105000000_long ([time])
        error: stopped during `auth/20250105000000_long`
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions
             next: run the same command again: it goes on from there
        [exit 130]
    "#]]);
    assert!(!scene.database.has("long"));
    assert_eq!(scene.database.rows("select outcome from crosstrack.run"), ["stopped"]);
    assert_eq!(
        scene.database.rows("select label, outcome from crosstrack.step order by id desc limit 1"),
        ["20250105000000_long|failed"]
    );
    assert_eq!(scene.database.value("select max(version) from __diesel_schema_migrations"), "20250103000000");
    scene.diesel("20250105000000_long", "create table long (id int);\n", "drop table long;\n");
    scene.run("up --quiet").exits(0);
}

#[test]
fn sigterm_in_the_sqlx_track_leaves_nothing_half_done() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250103000000_long",
        "create table long (id int);\nselect pg_sleep(60);\n",
        "drop table long;\n",
    );
    stop(&scene, "up", Signal::TERM).shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])

        stopping: what the server is doing for this run is cancelled; once more to leave at once
          failed cms/20250103000000_long ([time])
        error: stopped during `cms/20250103000000_long`
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs
             next: run the same command again: it goes on from there
        [exit 143]
    "#]]);
    assert!(scene.database.has("herbs") && !scene.database.has("long"));
    assert_eq!(scene.database.rows("select outcome from crosstrack.run"), ["stopped"]);
    assert_eq!(scene.database.value("select max(version) from _sqlx_migrations"), "20250102000000");
    scene.sqlx("20250103000000_long", "create table long (id int);\n", "drop table long;\n");
    scene.run("up --quiet").exits(0);
}

#[test]
fn outside_a_transaction_the_statements_before_stay_done() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_long",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\nselect pg_sleep(60);\n",
        "",
    );
    stop(&scene, "up", Signal::INT).shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])

        stopping: what the server is doing for this run is cancelled; once more to leave at once
          failed cms/20250105000000_long ([time])
        error: stopped during `cms/20250105000000_long`
          changed: 1 of the 2 statements of this migration are done, and the ledger does not have it; the next run goes on behind them; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas
             next: run the same command again: it goes on from there
        [exit 130]
    "#]]);
    assert!(scene.database.has("herbs_id"));
    scene.run("status --check").exits(1);
}

#[test]
fn on_the_way_back_the_migration_stays_applied() {
    let scene = Scene::with_migrations();
    scene.write("auth/20250103000000_sessions/down.sql", "drop table sessions;\nselect pg_sleep(60);\n");
    scene.run("up").exits(0);
    stop(&scene, "down --steps 3", Signal::INT).shows(&expect![[r#"
        $ crosstrack down --steps 3
        [stderr]
        warning: this is to revert 3 migrations (auth 1, cms 2) in the database `[database]` on [server], environment development
          cms/20250104000000_formulas line 1: drop table formulas
          cms/20250102000000_herbs line 1: drop table herbs
          auth/20250103000000_sessions line 1: drop table sessions
          by the words of the statements: not rehearsed, for a statement takes too long there
        content
          reverted cms/20250104000000_formulas ([time])
          reverted cms/20250102000000_herbs ([time])
        accounts

        stopping: what the server is doing for this run is cancelled; once more to leave at once
          failed auth/20250103000000_sessions ([time])
        error: stopped during `auth/20250103000000_sessions`
          changed: this migration is applied as before: its backward script ran in one transaction; before it, this run reverted cms/20250104000000_formulas, cms/20250102000000_herbs
             next: `crosstrack status` shows how far it came
        [exit 130]
    "#]]);
    assert!(scene.database.has("sessions") && !scene.database.has("herbs"));
}

#[test]
fn a_run_that_was_killed_is_put_right_by_the_next() {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250105000000_long",
        "create table long (id int);\nselect pg_sleep(60);\n",
        "drop table long;\n",
    );
    let killed = sleeping(&scene, "up");
    killed.signal(Signal::KILL);
    assert_eq!(killed.wait().code, -1);
    // The server has not noticed, and works on. Somebody ends it.
    scene.database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' \
         and datname = current_database() and pid <> pg_backend_pid()",
    );
    scene.diesel("20250105000000_long", "create table long (id int);\n", "drop table long;\n");
    let ran = scene.run("up").exits(0);
    assert!(
        ran.stderr.contains("note: an earlier run was lost; 1 step of the journal put right"),
        "{}",
        ran.transcript()
    );
    assert_eq!(scene.database.rows("select outcome from crosstrack.run order by id"), ["lost", "done"]);
    assert_eq!(
        scene.database.rows("select outcome from crosstrack.step where label like '%long' order by id"),
        ["failed", "done"]
    );
}

#[test]
fn as_json_a_stop_has_its_exit_code() {
    let scene = Scene::new();
    scene.sqlx("1_long", "select pg_sleep(60);\n", "");
    let running = sleeping(&scene, "up --format json");
    running.signal(Signal::TERM);
    let document = running.wait().exits(143).document();
    assert_eq!(document["outcome"], "terminated");
}

#[test]
fn ctrl_c_while_the_backup_is_taken_leaves_neither_backup_nor_password() {
    let mut scene = Scene::with_migrations();
    scene.settle("rollback = \"automatic\"", "rollback = \"backup\"");
    scene.run("up").exits(0);
    let url = scene.database.url();
    scene.set("DATABASE_URL", &url);
    std::fs::create_dir(scene.path("temporary")).unwrap();
    let temporary = scene.path("temporary");
    scene.set("TMPDIR", temporary.to_str().unwrap());
    let holder = Session::open(&scene.database);
    // `pg_dump` locks it, and it has no rows of its own to be counted.
    scene.database.sql("create table parts (id int) partition by range (id)");
    holder.run("begin; lock table parts in access exclusive mode");
    let running = scene.start("down --track auth");
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' \
                 and application_name = 'pg_dump'";
    wait_until("pg_dump waits", || scene.database.value(waits) == "1");
    assert!(!scene.names_in("temporary").is_empty(), "the password is in a file");
    running.signal(Signal::INT);
    running.wait().shows(&expect![[r#"
        $ crosstrack down --track auth
        [stderr]
        warning: this is to revert 1 migration (auth 1) in the database `[database]` on 127.0.0.1:[port], environment development
          drops table public.sessions: 0 rows
        taking a backup, as the track's rollback policy wants

        stopping: what the server is doing for this run is cancelled; once more to leave at once
        error: stopped while `pg_dump` was running
          changed: nothing
             next: run the same command again
        [exit 130]
    "#]]);
    assert_eq!(scene.names_in("temporary"), Vec::<String>::new());
    assert_eq!(scene.names_in("backups"), Vec::<String>::new());
    // The same while the rows are counted, which is done beside the dump.
    holder.run("commit; begin; lock table sessions in access exclusive mode");
    let running = scene.start("down --track auth");
    let counts = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' \
                  and application_name like '%backup'";
    wait_until("the rows are counted", || scene.database.value(counts) == "1");
    running.signal(Signal::INT);
    let ran = running.wait().exits(130);
    // The count may notice it first, or the dump.
    let said = ["stopped while `pg_dump` was running", "stopped before the backup was whole"];
    assert!(said.iter().any(|said| ran.stderr.contains(&format!("error: {said}"))), "{}", ran.transcript());
    assert_eq!(scene.names_in("temporary"), Vec::<String>::new());
    assert_eq!(scene.names_in("backups"), Vec::<String>::new());
    drop(holder);
    assert!(scene.database.has("sessions"));
}

#[test]
fn a_build_that_is_cancelled_leaves_no_invalid_index() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
        "",
    );
    scene.run("up --to cms/20250104000000").exits(0);
    let writer = crate::waiting::Session::open(&scene.database);
    writer.run("begin; insert into herbs values (1)");
    let running = scene.start("up");
    let builds = "select count(*) from pg_stat_progress_create_index where datname = current_database()";
    wait_until("the index is being built", || scene.database.value(builds) != "0");
    running.signal(Signal::INT);
    wait_until("the build is cancelled", || scene.database.value(builds) == "0");
    drop(writer);
    let ran = running.wait().exits(130);
    assert!(
        ran.stderr.contains("the invalid index \"public\".\"herbs_id\" that the build left was dropped"),
        "{}",
        ran.transcript()
    );
    assert!(!scene.database.has("herbs_id"));
    scene.run("up").exits(0);
}

#[test]
fn mending_stops_when_it_is_asked_to() {
    let scene = Scene::with_migrations();
    scene.write("herbs.toml", "[[index]]\nname = \"herbs_id\"\ntable = \"herbs\"\ncolumns = [\"id\"]\n");
    scene.settle("path = \"cms\"\n", "path = \"cms\"\nindexes = \"herbs.toml\"\n");
    scene.run("up").exits(0);
    let writer = crate::waiting::Session::open(&scene.database);
    writer.run("begin; insert into herbs values (1)");
    let running = scene.start("verify --fix");
    let builds = "select count(*) from pg_stat_progress_create_index where datname = current_database()";
    wait_until("the index is being built", || scene.database.value(builds) != "0");
    running.signal(Signal::TERM);
    wait_until("the build is cancelled", || scene.database.value(builds) == "0");
    drop(writer);
    running.wait().exits(143);
    assert!(!scene.database.has("herbs_id"));
}
