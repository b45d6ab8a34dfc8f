//! The experiments on which the lock's design stands: what a session that waits inside the server does to a concurrent index build,
//! to readers, and what the server does for a client that is gone. Should a later server behave otherwise, one of these says so.

use std::time::Duration;

use crosstrack_database::{QueryError, Session};
use crosstrack_testkit::{TestDatabase, until};
use tokio::task::JoinHandle;

const KEY: i64 = 4711;
const BUILD: &str = "create index concurrently a_b on a (b)";

/// Longer than it takes the server to look for a deadlock.
const DEADLOCK_LOOK: &str = "set deadlock_timeout to '100ms'";

type Running = JoinHandle<Result<(), QueryError>>;

/// Runs a statement beside the test.
fn start(session: Session, sql: String) -> Running {
    tokio::spawn(async move { session.rows("do what the experiment says", &sql).await.map(drop) })
}

async fn run(session: &Session, sql: &str) {
    session.rows("do what the experiment says", sql).await.unwrap();
}

fn database() -> TestDatabase {
    let database = TestDatabase::new("experiment");
    database.sql("create table a (b int); insert into a select generate_series(1, 100)");
    database
}

async fn session(database: &TestDatabase) -> Session {
    let session = database.session("experiment").await;
    run(&session, DEADLOCK_LOOK).await;
    session
}

/// The sessions that wait for this kind of lock.
fn waiting(database: &TestDatabase, kind: &str) -> String {
    let sql = format!(
        "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not granted and locktype = '{kind}' \
         and a.datname = current_database()"
    );
    database.value(&sql)
}

fn is_valid(database: &TestDatabase) -> bool {
    database.rows("select indisvalid from pg_index where indexrelid = to_regclass('a_b')") == ["t"]
}

/// A lock on an idle session, somebody who waits for it inside `pg_advisory_lock`, and a build on a third: the build hangs, silently
/// and for as long as the waiter waits.
#[tokio::test]
async fn a_build_hangs_behind_somebody_who_waits_for_an_advisory_lock_inside_the_server() {
    let database = database();
    let (holder, waiter, builder) =
        (session(&database).await, session(&database).await, session(&database).await);
    run(&holder, &format!("select pg_advisory_lock({KEY})")).await;
    let waits = start(waiter, format!("select pg_advisory_lock({KEY})"));
    until("the waiter waits", || waiting(&database, "advisory") == "1").await;
    let build = start(builder, BUILD.to_owned());
    until("the build waits for the waiter's snapshot", || waiting(&database, "virtualxid") == "1").await;
    // The server has looked for a deadlock ten times over, and there is none: the lock's holder is idle.
    let looks_for_long = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'virtualxid' \
                          and clock_timestamp() - query_start > interval '1 s'";
    until("the build hangs", || database.value(looks_for_long) == "1").await;
    assert!(!build.is_finished() && !waits.is_finished() && !is_valid(&database));
    run(&holder, &format!("select pg_advisory_unlock({KEY})")).await;
    build.await.unwrap().unwrap();
    waits.await.unwrap().unwrap();
    assert!(is_valid(&database), "when the wait is over, the build goes on");
}

/// The holder builds in its own session: the server sees a deadlock, and the index stays behind invalid.
#[tokio::test]
async fn a_build_in_the_lock_holders_own_session_is_a_deadlock() {
    let database = database();
    let (holder, waiter) = (session(&database).await, session(&database).await);
    run(&holder, &format!("select pg_advisory_lock({KEY})")).await;
    run(&waiter, "set deadlock_timeout to '1min'").await;
    let waits = start(waiter, format!("select pg_advisory_lock({KEY})"));
    until("the waiter waits", || waiting(&database, "advisory") == "1").await;
    let build = start(holder, BUILD.to_owned());
    let error = build.await.unwrap().unwrap_err();
    assert_eq!(error.server_error().unwrap().code, "40P01");
    assert!(!is_valid(&database));
    assert_eq!(database.value("select count(*) from pg_index where indexrelid = to_regclass('a_b')"), "1");
    waits.await.unwrap().unwrap();
}

/// Somebody who asks and sleeps outside the server is in nobody's way.
#[tokio::test]
async fn a_build_does_not_wait_for_somebody_who_polls() {
    let database = database();
    let (holder, waiter, builder) =
        (session(&database).await, session(&database).await, session(&database).await);
    run(&holder, &format!("select pg_advisory_lock({KEY})")).await;
    let polls = tokio::spawn(async move {
        loop {
            let sql = format!("select pg_try_advisory_lock({KEY}) as taken");
            let rows = waiter.rows("poll", &sql).await.unwrap();
            if rows[0].truth("taken").unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    start(builder, BUILD.to_owned()).await.unwrap().unwrap();
    assert!(is_valid(&database) && !polls.is_finished());
    run(&holder, &format!("select pg_advisory_unlock({KEY})")).await;
    polls.await.unwrap();
}

/// A wait inside the server that is given up and begun again lets the build pass in between.
#[tokio::test]
async fn a_build_passes_somebody_whose_waits_are_short() {
    let database = database();
    let (holder, waiter, builder) =
        (session(&database).await, session(&database).await, session(&database).await);
    run(&holder, &format!("select pg_advisory_lock({KEY})")).await;
    run(&waiter, "set lock_timeout to '50ms'").await;
    let waits = tokio::spawn(async move {
        let sql = format!("select pg_advisory_lock({KEY})");
        while waiter.rows("wait a little", &sql).await.is_err() {}
    });
    start(builder, BUILD.to_owned()).await.unwrap().unwrap();
    assert!(is_valid(&database));
    run(&holder, &format!("select pg_advisory_unlock({KEY})")).await;
    waits.await.unwrap();
}

/// A transaction that keeps an advisory lock and does nothing has no snapshot, so that no build waits for it.
#[tokio::test]
async fn a_build_does_not_wait_for_an_open_transaction_that_only_keeps_a_lock() {
    let database = database();
    let (keeper, builder) = (session(&database).await, session(&database).await);
    run(&keeper, &format!("begin isolation level read committed; select pg_try_advisory_xact_lock({KEY})"))
        .await;
    start(builder, BUILD.to_owned()).await.unwrap().unwrap();
    assert!(is_valid(&database));
}

/// Readers queue behind a change of a table that itself waits for a reader; with `lock_timeout` they wait no longer than that.
#[tokio::test]
async fn readers_queue_behind_a_change_that_waits_and_a_lock_timeout_frees_them() {
    let database = database();
    let (reader, changer, other) =
        (session(&database).await, session(&database).await, session(&database).await);
    run(&reader, "begin; select * from a").await;
    run(&changer, "set lock_timeout to '300ms'").await;
    let change = start(changer, "alter table a add column c int".to_owned());
    until("the change waits", || waiting(&database, "relation") == "1").await;
    let reads = start(other, "select * from a where b = 1".to_owned());
    until("a reader waits behind it", || waiting(&database, "relation") == "2").await;
    let error = change.await.unwrap().unwrap_err();
    assert_eq!(error.server_error().unwrap().code, "55P03");
    reads.await.unwrap().unwrap();
}

/// A client that is gone stops nothing: the server builds on.
#[tokio::test]
async fn the_server_works_on_for_a_client_that_is_gone() {
    let database = database();
    let (reader, builder) = (session(&database).await, session(&database).await);
    run(&reader, "begin; insert into a values (0)").await;
    let build = start(builder, BUILD.to_owned());
    until("the build waits for the transaction", || waiting(&database, "virtualxid") == "1").await;
    build.abort();
    drop(build.await);
    run(&reader, "commit").await;
    until("the index is there, though nobody waits for it", || is_valid(&database)).await;
}
