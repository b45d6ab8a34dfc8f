//! What happens when an application migrates at its start while a run is under way, and what a script can do to its ledger.

use crosstrack_fault::Point;
use crosstrack_testkit::Fault;

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

/// Herbs, of which an index is built outside a transaction that has to wait for whoever still writes.
fn scene_with_a_build() -> Scene {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id)",
        "-- no-transaction\ndrop index concurrently herbs_id",
    );
    scene.sqlx("20250106000000_after", "create table after (id int)", "drop table after");
    scene
}

/// Everything is there once, whoever did it.
fn check_build(scene: &Scene) {
    assert_eq!(scene.database.value("select count(*) from _sqlx_migrations where success"), "4");
    assert_eq!(
        scene.database.value("select indisvalid from pg_index where indexrelid = 'herbs_id'::regclass"),
        "t"
    );
    scene.run("status --check").exits(0);
}

#[test]
fn an_application_that_waits_when_a_concurrent_build_is_next_is_let_through() {
    let scene = scene_with_a_build();
    scene.sqlx(
        "20250103000000_slow",
        "create table slow (); select pg_advisory_xact_lock(42)",
        "drop table slow",
    );
    let gate = crate::waiting::Session::open(&scene.database);
    gate.run("begin; select pg_advisory_xact_lock(42)");
    let waiting = |condition: &str| {
        let sql = format!(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted and {condition} and database = \
             (select oid from pg_database where datname = current_database())"
        );
        scene.database.value(&sql) != "0"
    };
    let run = scene.start("up");
    wait_until("the slow migration runs", || waiting("objid = 42"));
    let application = application(&scene);
    wait_until("the application waits for sqlx's lock", || waiting("objid <> 42"));
    drop(gate);
    let transcript = run.wait().exits(0).transcript();
    application.join().unwrap();
    assert!(transcript.contains("cms: another program migrates too; planning anew"), "{transcript}");
    scene.database.sql("delete from _sqlx_migrations where version = 20250103000000; drop table slow");
    scene.remove("cms/20250103000000_slow.up.sql");
    scene.remove("cms/20250103000000_slow.down.sql");
    check_build(&scene);
}

#[test]
fn an_application_that_builds_concurrently_is_waited_for() {
    let scene = scene_with_a_build();
    scene.run("up --to cms/20250104000000").exits(0);
    let writer = crate::waiting::Session::open(&scene.database);
    writer.run("begin; insert into herbs values (1)");
    let application = application(&scene);
    let builds = "select count(*) from pg_stat_progress_create_index where datname = current_database()";
    wait_until("the application builds", || scene.database.value(builds) != "0");
    let run = scene.start("up");
    run.tells("waiting: the lock is held by");
    drop(writer);
    run.wait().exits(0);
    application.join().unwrap();
    check_build(&scene);
}

#[test]
fn an_index_that_somebody_is_building_by_hand_is_waited_for_and_kept() {
    let scene = scene_with_a_build();
    scene.run("up --to cms/20250104000000").exits(0);
    let writer = crate::waiting::Session::open(&scene.database);
    writer.run("begin; insert into herbs values (1)");
    let target = scene.database.target();
    let builder = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (database, _) =
                crosstrack_database::Database::connect(target, "by hand".into()).await.unwrap();
            let session = database.session("builds").await.unwrap();
            session.rows("build", "create index concurrently herbs_id on herbs (id)").await.map(drop)
        })
    });
    let builds = "select count(*) from pg_stat_progress_create_index where datname = current_database()";
    wait_until("it is built by hand", || scene.database.value(builds) != "0");
    let run = scene.start("up");
    let asks = "select count(*) from crosstrack.step where label = '20250105000000_index'";
    wait_until("the run has come to the index", || scene.database.value(asks) != "0");
    drop(writer);
    builder.join().unwrap().unwrap();
    // It is there, and nobody has told the ledger: the run says so.
    let ran = run.wait().exits(4);
    assert!(ran.stderr.contains("already exists"), "{}", ran.transcript());
    assert_eq!(
        scene.database.value("select indisvalid from pg_index where indexrelid = 'herbs_id'::regclass"),
        "t"
    );
    scene.run("resolve --applied cms/20250105000000").exits(0);
    scene.run("up").exits(0);
    check_build(&scene);
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

#[test]
fn a_run_whose_lock_is_lost_between_two_tracks_says_that_and_not_that_a_tool_migrates() {
    let mut scene = Scene::with_migrations();
    let fault = Fault::hold(Point::AfterCommit, 1);
    let (name, value) = fault.variable();
    scene.set(name, &value);
    let running = scene.start("up");
    scene.unset(name);
    let mut held = None;
    wait_until("the last step of the first track is done", || {
        held = fault.held();
        held.is_some()
    });
    let keeper = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and \
                  application_name like 'crosstrack%run lock%'";
    assert_eq!(scene.database.rows(keeper), ["t"]);
    drop(held);
    let ran = running.wait().exits(4);
    assert!(
        ran.stderr.contains("error: the session that holds the run's lock was lost"),
        "{}",
        ran.transcript()
    );
    assert!(!ran.stderr.contains("its own tool migrates"), "{}", ran.transcript());
    assert!(!scene.database.has("herbs"));
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
}
