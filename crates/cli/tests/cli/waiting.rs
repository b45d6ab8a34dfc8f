//! One lock around the whole run: whoever comes second waits, outside the server, and says for whom.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crosstrack_database::{Database, RUN_LOCK};
use crosstrack_settings::Target;
use crosstrack_testkit::TestDatabase;
use expect_test::expect;

use crate::scene::Scene;

/// A session of somebody else. It ends with this value, and with it its locks and its transaction.
pub(crate) struct Session {
    statements: Option<Sender<String>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    pub(crate) fn open(database: &TestDatabase) -> Self {
        Self::at(database.target())
    }

    pub(crate) fn at(target: Target) -> Self {
        let (statements, next) = channel::<String>();
        let (is_done, done) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (database, _) = Database::connect(target, "another-program".to_owned()).await.unwrap();
                let session = database.session("(a test)").await.unwrap();
                while let Ok(sql) = next.recv() {
                    session.rows("do what the test says", &sql).await.unwrap();
                    is_done.send(()).unwrap();
                }
            });
        });
        Self { statements: Some(statements), done, thread: Some(thread) }
    }

    /// Runs statements to their end.
    pub(crate) fn run(&self, sql: &str) {
        self.statements.as_ref().unwrap().send(sql.to_owned()).unwrap();
        self.done.recv().unwrap();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.statements.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Somebody who holds the run's lock for as long as this value lives.
pub(crate) fn hold_run_lock(database: &TestDatabase) -> Session {
    let session = Session::open(database);
    session.run(&format!("select pg_advisory_lock({RUN_LOCK})"));
    session
}

#[test]
fn who_may_not_wait_is_told_who_holds_the_lock() {
    let scene = Scene::with_migrations();
    let _lock = hold_run_lock(&scene.database);
    scene.run("up --wait-for-lock 0").shows(&expect![[r#"
        $ crosstrack up --wait-for-lock 0
        [stderr]
        error: somebody else holds the run's lock of postgresql://developer@/[database]?host=[server]&port=[port]; waited [time]
          because: it is held by process [pid] of the server, another-program (a test), user developer, from a local socket, since [moment]
          changed: nothing
             next: wait for it and run this again, or wait longer with `--wait-for-lock`
        [exit 6]
    "#]]);
    scene.run("up --wait-for-lock 1s").shows(&expect![[r#"
        $ crosstrack up --wait-for-lock 1s
        [stderr]
        waiting: the lock is held by process [pid] of the server, another-program (a test), user developer, from a local socket, since [moment]
        error: somebody else holds the run's lock of postgresql://developer@/[database]?host=[server]&port=[port]; waited [time]
          because: it is held by process [pid] of the server, another-program (a test), user developer, from a local socket, since [moment]
          changed: nothing
             next: wait for it and run this again, or wait longer with `--wait-for-lock`
        [exit 6]
    "#]]);
    assert!(!scene.database.has("users"));
}

#[test]
fn who_waits_says_for_whom_and_goes_on_when_the_lock_is_free() {
    let scene = Scene::with_migrations();
    let lock = hold_run_lock(&scene.database);
    let waiting = scene.start("up");
    waiting.tells("waiting:");
    let blocked = "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = \
                   (select oid from pg_database where datname = current_database())";
    assert_eq!(scene.database.value(blocked), "0", "nobody waits inside the server");
    drop(lock);
    waiting.wait().shows(&expect![[r#"
        $ crosstrack up
        Applied 4 migrations in [time]: auth 2, cms 2.
        [stderr]
        waiting: the lock is held by process [pid] of the server, another-program (a test), user developer, from a local socket, since [moment]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
}

#[test]
fn a_run_that_is_over_holds_nothing_back() {
    let scene = Scene::with_migrations();
    for line in [
        "up",
        "down",
        "up",
        "resolve --rolled-back cms/20250104000000",
        "resolve --applied cms/20250104000000",
    ] {
        scene.run(&format!("{line} --wait-for-lock 0")).exits(0);
    }
}

#[test]
fn who_reads_does_not_wait() {
    let scene = Scene::with_migrations();
    let _lock = hold_run_lock(&scene.database);
    scene.run("status --wait-for-lock 0").exits(0);
    scene.run("plan --wait-for-lock 0").exits(0);
    scene.run("verify --wait-for-lock 0").exits(0);
    scene.run("up --dry-run --wait-for-lock 0").exits(0);
}

/// Two tracks with an index that is built concurrently, for which a session that waited inside the server would be a trap.
fn scene_with_a_concurrent_build() -> Scene {
    let scene = Scene::with_migrations();
    scene.write("auth/20250105000000_sessions_index/metadata.toml", "run_in_transaction = false\n");
    scene.diesel(
        "20250105000000_sessions_index",
        "create index concurrently sessions_id on sessions (id);\n",
        "drop index concurrently sessions_id;\n",
    );
    scene.sqlx(
        "20250106000000_herbs_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\n",
    );
    scene
}

fn run_at_once(count: usize) {
    let scene = scene_with_a_concurrent_build();
    let running: Vec<_> = (0..count).map(|_| scene.start("up")).collect();
    let ran: Vec<_> = running.into_iter().map(|program| program.wait().exits(0)).collect();
    let applied: usize = ran.iter().map(|ran| ran.stderr.matches("  applied ").count()).sum();
    assert_eq!(applied, 6, "each migration is applied by one of them");
    let idle = ran.iter().filter(|ran| ran.stdout.starts_with("Nothing pending")).count();
    assert_eq!(idle, count - 1);
    assert_eq!(scene.database.rows("select count(*), count(distinct run) from crosstrack.step"), ["6|1"]);
    assert_eq!(scene.database.rows("select outcome from crosstrack.run"), ["done"]);
    let invalid = "select count(*) from pg_index where not indisvalid";
    assert_eq!(scene.database.value(invalid), "0");
    scene.run("status --check").exits(0);
}

#[test]
fn of_two_runs_at_once_one_applies_and_the_other_finds_nothing_pending() {
    run_at_once(2);
}

#[test]
fn of_four_runs_at_once_one_applies_and_the_others_find_nothing_pending() {
    run_at_once(4);
}
