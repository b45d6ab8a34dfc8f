//! Behind a pooler in transaction mode, which is found out by itself: a lock that holds, a journal that knows it, nothing left on
//! sessions that belong to others.
#![cfg(unix)]

use crosstrack_fault::Point;
use crosstrack_testkit::{Fault, Pooler, dump, wait_until};
use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::Session;

/// Two tracks with a concurrent build in each, signed in through a pooler.
fn scene(pooler: &Pooler) -> Scene {
    let mut scene = Scene::with_migrations();
    scene.write("auth/20250105000000_sessions_index/metadata.toml", "run_in_transaction = false\n");
    scene.diesel(
        "20250105000000_sessions_index",
        "create index concurrently sessions_id on sessions (id);\ninsert into sessions values (1);\n",
        "delete from sessions;\ndrop index concurrently sessions_id;\n",
    );
    scene.sqlx(
        "20250106000000_herbs_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\n",
    );
    let url = pooler.url(&scene.database);
    scene.set("DATABASE_URL", &url);
    scene
}

#[test]
fn up_and_down_do_behind_a_pooler_what_they_do_without() {
    let Some(pooler) = Pooler::start(5) else { return };
    let mut scene = scene(&pooler);
    let through = scene.variable("DATABASE_URL");
    let empty = dump(&scene.database);
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
    let above = dump(&scene.database);
    scene.run("down --steps 6").exits(0);
    let direct = scene.socket_url("developer");
    scene.set("DATABASE_URL", &direct);
    scene.run("up").exits(0);
    assert_eq!(dump(&scene.database), above, "the same schema, whichever way");
    scene.set("DATABASE_URL", &through);
    scene.run("down --steps 6").exits(0);
    scene.run("up").exits(0);
    assert_eq!(dump(&scene.database), above);
    assert_ne!(empty, above);
    scene.run("drift --quiet").exits(0);
    assert_eq!(scene.database.rows("select distinct outcome from crosstrack.run"), ["done"]);
}

#[test]
fn nothing_is_left_on_sessions_that_are_somebody_elses() {
    let Some(pooler) = Pooler::start(5) else { return };
    let scene = scene(&pooler);
    scene.diesel(
        "20250107000000_leaks",
        "set search_path to pg_catalog; set role none; set lock_timeout to '7s';\n",
        "select 1;\n",
    );
    let ran = scene.run("up");
    assert!(matches!(ran.code, 0 | 4), "{}", ran.transcript());
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and database = \
                 (select oid from pg_database where datname = current_database())";
    assert_eq!(scene.database.value(locks), "0");
    // Every session that the pooler keeps, one after the other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let target = pooler.target(scene.database.name());
        let (database, _) = crosstrack_database::Database::connect(target, "somebody else".into()).await.unwrap();
        let mut sessions = Vec::new();
        for _ in 0..5 {
            let session = database.session("looks").await.unwrap();
            let sql = "begin; select current_setting('search_path') as path, current_setting('lock_timeout') as lock, \
                       (select count(*) from pg_prepared_statements) as prepared";
            let rows = session.rows("look", sql).await.unwrap();
            let seen = (rows[0].text("path").unwrap().to_owned(), rows[0].text("lock").unwrap().to_owned());
            assert_eq!(seen, ("\"$user\", public".to_owned(), "0".to_owned()));
            assert_eq!(rows[0].text("prepared").unwrap(), "0");
            sessions.push(session);
        }
    });
}

#[test]
fn what_needs_a_session_of_its_own_is_refused_before_anything_is_touched() {
    let Some(pooler) = Pooler::start(5) else { return };
    let scene = scene(&pooler);
    scene.settle("path = \"cms\"\n", "path = \"cms\"\nschema = \"content\"\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `cms/20250106000000_herbs_index` cannot run through the pooler that is in front of the server: it runs outside a transaction, and its track has a `schema` or `session` of its own
          changed: nothing
             next: name the server itself for this run, with DATABASE_URL or `--database-url`: a pooler gives no session to keep
        [exit 3]
    "#]]);
    assert!(!scene.database.has("users"));
    scene.settle("schema = \"content\"\n", "");
    scene.diesel("20250102000000_own", "begin;\ncreate table own ();\ncommit;\n", "drop table own;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `auth/20250102000000_own` cannot run through the pooler that is in front of the server: line 1 of its script begins or ends the transaction itself
          changed: nothing
             next: name the server itself for this run, with DATABASE_URL or `--database-url`: a pooler gives no session to keep
        [exit 3]
    "#]]);
    assert!(!scene.database.has("users"));
}

#[test]
fn a_schema_of_a_track_is_found_behind_a_pooler() {
    let Some(pooler) = Pooler::start(5) else { return };
    let mut scene = Scene::with_migrations();
    scene.settle("path = \"auth\"\n", "path = \"auth\"\nschema = \"people\"\n");
    scene.settle("path = \"cms\"\n", "path = \"cms\"\nschema = \"content\"\n");
    let url = pooler.url(&scene.database);
    scene.set("DATABASE_URL", &url);
    scene.run("up").exits(0);
    for table in
        ["people.users", "people.__diesel_schema_migrations", "content.herbs", "content._sqlx_migrations"]
    {
        assert!(scene.database.has(table), "{table}");
    }
    scene.run("resolve --rolled-back cms/20250104000000").exits(0);
    scene.run("resolve --applied cms/20250104000000").exits(0);
    scene.run("down --steps 4").exits(0);
    assert!(!scene.database.has("people.users") && !scene.database.has("content.herbs"));
}

#[test]
fn who_has_lost_the_lock_behind_a_pooler_writes_nothing_more() {
    let Some(pooler) = Pooler::start(5) else { return };
    let mut scene = scene(&pooler);
    let fault = Fault::hold(Point::BeforeIntent, 2);
    let (name, value) = fault.variable();
    scene.set(name, &value);
    let running = scene.start("up");
    scene.unset(name);
    let mut held = None;
    wait_until("the program is between two steps", || {
        held = fault.held();
        held.is_some()
    });
    // The session that keeps the lock is ended, as by a pooler that is started anew, and it is waited for until it is gone.
    let keeper = "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and granted and database = \
                  (select oid from pg_database where datname = current_database()) and objid = 1937011297";
    assert_eq!(scene.database.rows(keeper), ["t"]);
    drop(held);
    let ran = running.wait();
    assert_eq!(ran.code, 4, "{}", ran.transcript());
    assert!(ran.stderr.contains("the run's lock was lost"), "{}", ran.transcript());
    assert_eq!(scene.database.value("select count(*) from __diesel_schema_migrations"), "2");
    assert!(!scene.database.has("sessions_id") && !scene.database.has("herbs"));
    scene.run("up").exits(0);
    assert_eq!(scene.database.value("select count(*) from sessions"), "1");
}

#[test]
fn a_lock_timeout_holds_outside_a_transaction_too() {
    let Some(pooler) = Pooler::start(6) else { return };
    let scene = scene(&pooler);
    scene.declare("[database]\nlock_timeout = \"300ms\"\nlock_attempts = 2\n");
    scene.run("up --to cms/20250102000000").exits(0);
    let holder = Session::open(&scene.database);
    holder.run("begin; lock table herbs in row exclusive mode");
    let ran = scene.run("up");
    assert_eq!(ran.code, 4, "{}", ran.transcript());
    assert!(
        ran.stderr.contains("canceling statement due to lock timeout (SQLSTATE 55P03)"),
        "{}",
        ran.transcript()
    );
    assert!(ran.stderr.contains("in its way stood process"), "{}", ran.transcript());
    assert!(ran.stderr.contains("it was tried 2 times"), "{}", ran.transcript());
    drop(holder);
    scene.run("up").exits(0);
    assert_eq!(scene.database.value("select count(*) from pg_index where not indisvalid"), "0");
}

#[test]
fn a_pooler_that_gives_too_few_connections_is_named_and_not_waited_for_in_silence() {
    // Two are enough for Diesel; sqlx's own lock is a third.
    for (connections, changed, is_begun) in [
        (1, "changed: nothing", false),
        (2, "changed: before it, this run applied auth/20250101000000_users, ", true),
    ] {
        let Some(pooler) = Pooler::start(connections) else { return };
        let scene = scene(&pooler);
        let ran = scene.run("up --wait-for-lock 1s").exits(5);
        let sentence = "error: the pooler in front of the server gave no further connection within 1 s";
        for text in [sentence, changed, "default_pool_size"] {
            assert!(ran.stderr.contains(text), "{}", ran.transcript());
        }
        assert_eq!(scene.database.has("users"), is_begun);
        assert!(!scene.database.has("herbs"));
    }
}

#[cfg(unix)]
#[test]
fn who_waits_for_the_poolers_connection_can_be_stopped() {
    let Some(pooler) = Pooler::start(2) else { return };
    let scene = scene(&pooler);
    let running = scene.start("up");
    let open = "select count(*) from crosstrack.step where outcome = 'intent'";
    wait_until("the run has begun", || {
        scene.database.has("crosstrack.run")
            && scene.database.value("select count(*) from crosstrack.run") == "1"
    });
    running.signal(rustix::process::Signal::INT);
    let ran = running.wait().exits(130);
    assert!(ran.stderr.contains("error: stopped"), "{}", ran.transcript());
    assert_eq!(scene.database.value(open), "0");
}

#[test]
fn behind_a_pooler_a_rehearsal_needs_another_server_than_the_targets_and_a_revert_does_not() {
    let Some(pooler) = Pooler::start(5) else { return };
    let scene = scene(&pooler);
    scene.run("up").exits(0);
    scene.run("plan --rehearse").exits(0);
    let shown = scene.run("down --steps 3 --dry-run").exits(0);
    assert!(shown.stdout.contains("\nloses\n"), "{}", shown.transcript());
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.run("plan --rehearse").exits(3);
    let shown = scene.run("down --steps 3 --dry-run").exits(0);
    assert!(
        shown.stdout.contains("what it loses was not rehearsed: the connection goes through a pooler"),
        "{}",
        shown.transcript()
    );
    scene.run("down --steps 3").exits(0);
}
