//! A backward script and the end of the ledger row, in one transaction.

use crosstrack_model::Script;
use crosstrack_track::{Part, StepError};

use super::Subject;
use super::stage::{FIRST, Stage};

const TABLE: (&str, &str, Option<&str>) = (FIRST, "create table a (b int)", Some("drop table a"));

pub async fn a_reverted_migration_is_gone_and_not_in_the_ledger(subject: Subject) {
    let stage = Stage::new(subject, &[TABLE]);
    let migration = stage.first();
    let mut session = stage.session().await;
    session.apply(&migration).await.unwrap();
    session.revert(&migration, migration.backward.as_ref().unwrap()).await.unwrap();
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
    assert!(stage.ledger().await.exists);
}

pub async fn a_failing_way_back_leaves_everything(subject: Subject) {
    let stage = Stage::new(subject, &[(TABLE.0, TABLE.1, Some("drop table a; drop table nothing"))]);
    let migration = stage.first();
    let mut session = stage.session().await;
    session.apply(&migration).await.unwrap();
    let error = session.revert(&migration, migration.backward.as_ref().unwrap()).await.unwrap_err();
    let StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!((part, source.code.as_str()), (Part::Script, "42P01"));
    assert!(stage.database.has("a"));
    assert_eq!(stage.applied().await, ["20250101000000"]);
}

pub async fn a_way_back_from_the_journal_needs_no_file(subject: Subject) {
    let stage = Stage::new(subject, &[(TABLE.0, TABLE.1, None)]);
    let migration = stage.first();
    let mut session = stage.session().await;
    session.apply(&migration).await.unwrap();
    let script = Script::new(None, "drop table a".to_owned(), true);
    session.revert(&migration, &script).await.unwrap();
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn a_migration_can_be_applied_again_after_its_revert(subject: Subject) {
    let stage = Stage::new(subject, &[TABLE]);
    let migration = stage.first();
    let mut session = stage.session().await;
    for _ in 0..3 {
        session.apply(&migration).await.unwrap();
        session.revert(&migration, migration.backward.as_ref().unwrap()).await.unwrap();
    }
    session.apply(&migration).await.unwrap();
    assert!(stage.database.has("a"));
    assert_eq!(stage.applied().await, ["20250101000000"]);
}

pub async fn an_older_migration_can_be_reverted_alone(subject: Subject) {
    let stage = Stage::new(
        subject,
        &[("1_a", "create table a ()", Some("drop table a")), ("2_b", "create table b ()", None)],
    );
    let mut session = stage.session().await;
    for migration in stage.migrations() {
        session.apply(&migration).await.unwrap();
    }
    let first = stage.first();
    session.revert(&first, first.backward.as_ref().unwrap()).await.unwrap();
    assert_eq!(stage.applied().await, ["2"]);
    assert!(!stage.database.has("a") && stage.database.has("b"));
}
