//! What happens when an application migrates at its start while a run is under way, and what a script can do to its ledger.

use crate::program::wait_until;
use crate::scene::Scene;

/// An application that runs sqlx's own `Migrator` over the folder of the `cms` track, as many do when they start.
fn application(scene: &Scene) -> std::thread::JoinHandle<()> {
    let (folder, url) = (scene.path("cms"), scene.database.url());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::Connection as _;
            let migrator = sqlx::migrate::Migrator::new(folder).await.unwrap();
            let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
            migrator.run(&mut connection).await.unwrap();
        });
    })
}

fn holds_a_lock(scene: &Scene) -> bool {
    let sql = "select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database \
               where locktype = 'advisory' and granted and datname = current_database()";
    scene.database.value(sql) != "0"
}

#[test]
fn what_an_application_applies_meanwhile_is_not_applied_again() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_slow", "create table slow (); select pg_sleep(1.5)", "drop table slow");
    scene.sqlx(
        "20250106000000_counted",
        "-- no-transaction\ncreate table if not exists counted (id int); insert into counted values (1)",
        "-- no-transaction\ndrop table counted",
    );
    let application = application(&scene);
    wait_until("the application holds sqlx's lock", || holds_a_lock(&scene));
    let run = scene.run("up").exits(0);
    application.join().unwrap();
    let transcript = run.transcript();
    assert!(transcript.contains("cms: another program migrates too; planning anew"), "{transcript}");
    assert_eq!(scene.database.value("select count(*) from counted"), "1");
    assert_eq!(scene.database.value("select count(*) from _sqlx_migrations"), "4");
    scene.run("status --check").exits(0);
}

#[test]
fn an_application_that_starts_during_a_run_waits_and_finds_nothing_to_do() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_slow", "create table slow (); select pg_sleep(1.5)", "drop table slow");
    let run = scene.start("up");
    let slow = "select count(*) from pg_stat_activity where query like '%pg_sleep(1.5)%' and state = 'active' \
                and pid <> pg_backend_pid()";
    wait_until("the slow migration runs", || scene.database.value(slow) != "0");
    let application = application(&scene);
    run.wait().exits(0);
    application.join().unwrap();
    assert_eq!(scene.database.value("select count(*) from _sqlx_migrations"), "3");
}

#[test]
fn a_row_that_lands_in_another_ledger_is_an_error_and_not_a_success() {
    let scene = Scene::new();
    scene.sqlx(
        "1_elsewhere",
        "create schema elsewhere; create table elsewhere._sqlx_migrations (like public._sqlx_migrations including all)",
        "drop schema elsewhere cascade",
    );
    scene.sqlx("2_moved", "set local search_path to elsewhere; create table t ()", "drop table elsewhere.t");
    let transcript = scene.run("up").exits(4).transcript();
    assert!(
        transcript.contains("`cms/2_moved` was run, and the ledger of its track does not have it"),
        "{transcript}"
    );
}

#[test]
fn a_script_that_commits_by_itself_is_not_said_to_leave_nothing() {
    let scene = Scene::new();
    scene.sqlx("1_commits", "create table a ();\ncommit;\nselect 1/0", "drop table a");
    let plan = scene.run("plan").exits(0).transcript();
    assert!(plan.contains("begins or ends its transaction itself, line 2"), "{plan}");
    let transcript = scene.run("up").exits(4).transcript();
    assert!(transcript.contains("first in line 2: what it committed stays"), "{transcript}");
    assert!(scene.database.has("a"));
}
