//! Many runs at once, and runs that are killed at any moment: exactly one applies each migration, nobody hangs, and whoever comes
//! next finishes.
//!
//! One round here; `cargo xtask stress` runs many.
#![cfg(unix)]

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use crosstrack_testkit::Pooler;
use rustix::process::Signal;

use crate::scene::Scene;

/// How many processes come at once.
const PROCESSES: usize = 16;

/// Rounds in an ordinary run of the tests.
const ROUNDS: usize = 1;

/// How many runs are killed in each round.
const KILLED: usize = 5;

#[expect(
    clippy::disallowed_methods,
    reason = "more rounds are asked for by `cargo xtask stress` and nobody else"
)]
fn rounds() -> usize {
    std::env::var("CROSSTRACK_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

/// Two tracks, an index that is built concurrently in each, and rows that show how often a migration was run.
fn scene() -> Scene {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250105000000_once",
        "create table once (who text); insert into once values ('auth');\n",
        "drop table once;\n",
    );
    scene.write("auth/20250106000000_sessions_index/metadata.toml", "run_in_transaction = false\n");
    scene.diesel(
        "20250106000000_sessions_index",
        "insert into once values ('auth, outside');\ncreate index concurrently sessions_id on sessions (id);\n",
        "drop index concurrently sessions_id;\n",
    );
    scene.sqlx("20250107000000_once", "insert into once values ('cms');\n", "delete from once;\n");
    scene.sqlx(
        "20250108000000_herbs_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\ninsert into once values ('cms, outside');\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\n",
    );
    scene
}

/// All start, all end well, and nobody can tell that there was more than one.
fn crowd(scene: &Scene) {
    let running: Vec<_> = (0..PROCESSES).map(|_| scene.start("up")).collect();
    let ran: Vec<_> = running.into_iter().map(|program| program.wait().exits(0)).collect();
    let applied: usize = ran.iter().map(|ran| ran.stderr.matches("  applied ").count()).sum();
    assert_eq!(applied, 8, "each migration is applied by exactly one");
    let once = scene.database.rows("select who from once order by 1");
    assert_eq!(once, ["auth", "auth, outside", "cms", "cms, outside"]);
    assert_eq!(scene.database.rows("select count(*), count(distinct run) from crosstrack.step"), ["8|1"]);
    assert_eq!(scene.database.rows("select outcome from crosstrack.run"), ["done"]);
    assert_eq!(scene.database.value("select count(*) from pg_index where not indisvalid"), "0");
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and database = \
                 (select oid from pg_database where datname = current_database())";
    assert_eq!(scene.database.value(locks), "0", "no lock is left");
    scene.run("status --check").exits(0);
}

#[test]
fn of_sixteen_runs_at_once_exactly_one_applies_each_migration() {
    for _ in 0..rounds() {
        crowd(&scene());
    }
}

#[test]
fn of_sixteen_runs_at_once_behind_a_pooler_exactly_one_applies_each_migration() {
    // More runs than the pooler has connections: those who wait must not take them from the one that works.
    let Some(pooler) = Pooler::start(6) else { return };
    for _ in 0..rounds() {
        let mut scene = scene();
        let url = pooler.url(&scene.database);
        scene.set("DATABASE_URL", &url);
        crowd(&scene);
    }
}

/// Two hundred migrations, of which every tenth runs outside a transaction. Each leaves a row.
fn long_scene() -> Scene {
    let scene = Scene::new();
    scene.diesel("1000_log", "create table log (who text primary key);\n", "drop table log;\n");
    for number in 1001..1100 {
        let up = format!("create table a{number} (id int);\ninsert into log values ('{number}');\n");
        scene.diesel(&format!("{number}_a"), &up, &format!("drop table a{number};\n"));
        if number % 10 == 0 {
            scene.write(&format!("auth/{number}_a/metadata.toml"), "run_in_transaction = false\n");
        }
    }
    for number in 2000..2100 {
        let (mark, index) = if number % 10 == 0 {
            ("-- no-transaction\n", format!("create index concurrently i{number} on b{number} (id);\n"))
        } else {
            ("", String::new())
        };
        let up =
            format!("{mark}create table b{number} (id int);\n{index}insert into log values ('{number}');\n");
        scene.sqlx(&format!("{number}_b"), &up, &format!("drop table b{number};\n"));
    }
    scene
}

/// Everything is there once, valid, in its ledger, and the journal has no open end.
fn check_long(scene: &Scene, what: &str) {
    let database = &scene.database;
    assert_eq!(database.value("select count(*) from log"), "199", "{what}");
    let tables = "select count(*) from pg_class where relkind = 'r' and relname ~ '^[ab][12]\\d{3}$'";
    assert_eq!(database.value(tables), "199", "{what}");
    assert_eq!(database.value("select count(*) from pg_index where not indisvalid"), "0", "{what}");
    assert_eq!(database.value("select count(*) from __diesel_schema_migrations"), "100", "{what}");
    assert_eq!(database.value("select count(*) from _sqlx_migrations where success"), "100", "{what}");
    let done =
        "select count(*), count(distinct (track, version)) from crosstrack.step where outcome = 'done'";
    assert_eq!(database.rows(done), ["200|200"], "{what}");
    let open = "select count(*) from crosstrack.step s join crosstrack.run r on r.id = s.run \
                where s.outcome = 'intent' or r.outcome = 'running'";
    assert_eq!(database.value(open), "0", "{what}");
}

#[test]
fn a_run_killed_at_any_moment_is_finished_by_the_next() {
    let began = Instant::now();
    let scene = long_scene();
    scene.run("up").exits(0);
    let whole = began.elapsed();
    check_long(&scene, "uninterrupted");
    let rounds = u32::try_from(rounds() * KILLED).unwrap();
    for round in 0..rounds {
        let scene = long_scene();
        // Spread over the whole run, and by chance within each part of it.
        let part = whole / rounds;
        let chance = u32::try_from(RandomState::new().hash_one(round) % 1000).unwrap();
        let moment = part * round + part * chance / 1000;
        let running = scene.start("up");
        std::thread::park_timeout(moment);
        running.signal(Signal::KILL);
        let killed = running.wait();
        let what = format!("round {round}, killed after {moment:?}, exit {}", killed.code);
        let again = scene.run("up");
        assert_eq!(again.code, 0, "{what}\n{}", again.transcript());
        check_long(&scene, &what);
    }
    assert!(whole > Duration::ZERO);
}
