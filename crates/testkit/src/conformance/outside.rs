//! Statements outside any transaction, and the ledger row after them.

use std::time::Duration;

use super::Subject;
use super::stage::{FIRST, Stage, code};

const CONCURRENTLY: &str = "create unique index concurrently a_b on a (b)";

pub async fn an_index_is_built_concurrently(subject: Subject) {
    let stage = Stage::new(subject, &[(FIRST, CONCURRENTLY, Some("drop index concurrently a_b"))]);
    (subject.without_transaction)(&stage.folder, FIRST);
    stage.database.sql("create table a (b int)");
    let mut session = stage.session().await;
    session.execute(CONCURRENTLY).await.unwrap();
    session.mark(&stage.first(), Some(Duration::from_millis(3))).await.unwrap();
    assert!(stage.database.has("a_b"));
    assert_eq!(stage.applied().await, ["20250101000000"]);
    session.execute("drop index concurrently a_b").await.unwrap();
    session.unmark(&stage.first().version).await.unwrap();
    assert!(!stage.database.has("a_b"));
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn a_failing_build_says_why_and_the_session_goes_on(subject: Subject) {
    let stage = Stage::with_script(subject, CONCURRENTLY);
    stage.database.sql("create table a (b int); insert into a values (1), (1)");
    let mut session = stage.session().await;
    assert_eq!(code(session.execute(CONCURRENTLY).await), "23505");
    let valid = "select indisvalid from pg_index where indexrelid = 'a_b'::regclass";
    assert_eq!(stage.database.value(valid), "f");
    session.execute("drop index concurrently a_b").await.unwrap();
    stage.database.sql("delete from a");
    session.execute(CONCURRENTLY).await.unwrap();
    assert_eq!(stage.database.value(valid), "t");
}

pub async fn the_time_that_a_script_took_may_be_given(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    stage.session().await.mark(&stage.first(), Some(Duration::from_millis(1234))).await.unwrap();
    let entry = stage.ledger().await.entries.remove(0);
    assert!(!entry.failed && entry.applied_at.is_some());
}

pub async fn a_statement_outside_a_transaction_stands_when_the_next_fails(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    let mut session = stage.session().await;
    session.execute("create table a ()").await.unwrap();
    assert_eq!(code(session.execute("create table a ()").await), "42P07");
    assert!(stage.database.has("a"));
}
