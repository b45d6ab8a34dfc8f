//! The lock of a run: who has it, who waits, and that nobody waits inside the server.

use std::time::{Duration, Instant};

use crosstrack_database::{Database, LockError, LockRequest, LockedSession, RUN_LOCK};
use crosstrack_model::LockHolder;
use crosstrack_testkit::{TestDatabase, TestServer, until};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// How many advisory locks there are, held or waited for.
const ADVISORY: &str = "select count(*) from pg_locks where locktype = 'advisory' and database = \
                        (select oid from pg_database where datname = current_database())";

const LONG: Duration = Duration::from_secs(20);

async fn as_application(database: &TestDatabase, application: &str) -> Database {
    Database::connect(database.target(), application.to_owned()).await.unwrap().0
}

async fn take(database: &Database) -> Result<LockedSession, LockError> {
    LockedSession::take(database, LockRequest { wait: Duration::ZERO, on_wait: &mut |_| {} }).await
}

async fn pid(session: &LockedSession) -> i32 {
    let rows = session.session().rows("say who it is", "select pg_backend_pid() as pid").await.unwrap();
    rows[0].number("pid").unwrap()
}

/// Somebody who waits, and what they are told.
fn wait(
    database: Database,
) -> (JoinHandle<Result<LockedSession, LockError>>, UnboundedReceiver<Option<LockHolder>>) {
    let (tell, told) = unbounded_channel();
    let waiting = tokio::spawn(async move {
        let mut on_wait = move |holder| drop(tell.send(holder));
        LockedSession::take(&database, LockRequest { wait: LONG, on_wait: &mut on_wait }).await
    });
    (waiting, told)
}

#[tokio::test]
async fn a_second_run_is_told_who_holds_the_lock_and_gets_it_next() {
    let database = TestDatabase::new("second");
    let first = take(&as_application(&database, "the first").await).await.unwrap();
    let (waiting, mut told) = wait(as_application(&database, "the second").await);
    let holder = told.recv().await.unwrap().unwrap();
    assert_eq!(holder.pid, pid(&first).await);
    assert_eq!(holder.application, "the first run lock");
    assert_eq!(holder.user, TestServer::shared().running().user);
    assert_eq!(holder.host, "a local socket");
    assert!(holder.since.len() == 20 && holder.since.ends_with('Z'), "{}", holder.since);
    assert!(!waiting.is_finished());
    drop(first);
    let second = waiting.await.unwrap().unwrap();
    assert_ne!(pid(&second).await, holder.pid);
    // The holder did not change, so it was said once.
    assert!(told.recv().await.is_none());
}

#[tokio::test]
async fn who_does_not_want_to_wait_is_refused_at_once() {
    let database = TestDatabase::new("no_wait");
    let first = take(&as_application(&database, "the first").await).await.unwrap();
    let began = Instant::now();
    let error = take(&as_application(&database, "the second").await).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let text = error.to_string();
    let LockError::Held { database: shown, waited_seconds, holder, .. } = error else { panic!("{error:?}") };
    assert_eq!((shown, waited_seconds), (database.target().redacted(), 0));
    assert_eq!(holder.unwrap().pid, pid(&first).await);
    assert!(text.contains("somebody else holds the run's lock"), "{text}");
}

#[tokio::test]
async fn a_wait_ends_when_it_is_over() {
    let database = TestDatabase::new("over");
    let _first = take(&as_application(&database, "the first").await).await.unwrap();
    let second = as_application(&database, "the second").await;
    let request = LockRequest { wait: Duration::from_millis(150), on_wait: &mut |_| {} };
    let began = Instant::now();
    let error = LockedSession::take(&second, request).await.unwrap_err();
    assert!(matches!(error, LockError::Held { .. }), "{error:?}");
    assert!(began.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn the_lock_ends_with_its_session() {
    let database = TestDatabase::new("ends");
    let runs = as_application(&database, "runs").await;
    let first = take(&runs).await.unwrap();
    database.sql(&format!("select pg_terminate_backend({})", pid(&first).await));
    until("the lock is free", || database.value(ADVISORY) == "0").await;
    let second = take(&runs).await.unwrap();
    // Who has lost the lock cannot write the journal any more.
    let error = first.session().rows("write", "select 1").await.unwrap_err();
    assert!(error.is_broken_connection(), "{error:?}");
    drop(second);
}

#[tokio::test]
async fn the_lock_of_one_database_is_not_that_of_another() {
    let (one, other) = (TestDatabase::new("one"), TestDatabase::new("other"));
    let _first = take(&as_application(&one, "one").await).await.unwrap();
    let _second = take(&as_application(&other, "other").await).await.unwrap();
}

/// A session inside `pg_advisory_lock` holds a snapshot, and a concurrent build waits for that snapshot for ever.
#[tokio::test]
async fn an_index_is_built_concurrently_while_others_wait_for_the_lock() {
    let database = TestDatabase::new("build");
    database.sql("create table a (b int)");
    let first = take(&as_application(&database, "the first").await).await.unwrap();
    let mut waiters = Vec::new();
    for _ in 0..3 {
        let (waiting, mut told) = wait(as_application(&database, "the waiter").await);
        told.recv().await.unwrap();
        waiters.push(waiting);
    }
    let session = database.session("build").await;
    session.rows("limit the build", "set statement_timeout to '15s'").await.unwrap();
    session.rows("build", "create index concurrently a_b on a (b)").await.unwrap();
    assert_eq!(database.value("select indisvalid from pg_index where indexrelid = 'a_b'::regclass"), "t");
    let ungranted = format!("{ADVISORY} and not granted");
    let with_a_snapshot = "select count(*) from pg_stat_activity where datname = current_database() \
                           and application_name like 'the waiter%' and state = 'idle' \
                           and (backend_xmin is not null or backend_xid is not null)";
    for _ in 0..20 {
        assert_eq!(database.value(&ungranted), "0");
        assert_eq!(database.value(with_a_snapshot), "0");
    }
    assert!(waiters.iter().all(|waiting| !waiting.is_finished()));
    drop(first);
    // Each drops it for the next, in whatever order they get it.
    let done =
        waiters.into_iter().map(|waiting| tokio::spawn(async { drop(waiting.await.unwrap().unwrap()) }));
    for waiting in done.collect::<Vec<_>>() {
        waiting.await.unwrap();
    }
}

#[tokio::test]
async fn another_tools_lock_is_taken_and_given_back_beside_our_own() {
    const THEIRS: i64 = -0x1234_5678_9abc;
    let database = TestDatabase::new("theirs");
    let run = take(&as_application(&database, "the run").await).await.unwrap();
    let tool = as_application(&database, "the tool").await.session("migrates").await.unwrap();
    tool.rows("lock", &format!("select pg_advisory_lock({THEIRS})")).await.unwrap();

    let request = LockRequest { wait: Duration::ZERO, on_wait: &mut |_| {} };
    let error = run.take_also("the lock of a tool", THEIRS, request).await.unwrap_err();
    let LockError::Held { lock, holder, .. } = error else { panic!("{error:?}") };
    assert_eq!((lock, holder.unwrap().application.as_str()), ("the lock of a tool", "the tool migrates"));

    tool.rows("unlock", &format!("select pg_advisory_unlock({THEIRS})")).await.unwrap();
    let request = LockRequest { wait: Duration::ZERO, on_wait: &mut |_| {} };
    run.take_also("the lock of a tool", THEIRS, request).await.unwrap();
    let free = |key| format!("select pg_try_advisory_lock({key}) and pg_advisory_unlock({key})");
    assert_eq!(database.value(&free(THEIRS)), "f");
    run.give_back(THEIRS).await.unwrap();
    assert_eq!(database.value(&free(THEIRS)), "t");
    assert_eq!(database.value(&free(RUN_LOCK)), "f");
}
