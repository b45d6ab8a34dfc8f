//! A script and its ledger row, in one transaction.

use crosstrack_model::Checksum;
use crosstrack_track::{Part, StepError};

use super::Subject;
use super::stage::{Stage, code};

pub async fn an_applied_migration_is_there_and_in_the_ledger(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let migration = stage.first();
    stage.session().await.apply(&migration).await.unwrap();
    assert!(stage.database.has("a"));
    let entry = stage.ledger().await.entries.remove(0);
    assert_eq!(entry.version, migration.version);
    assert!(!entry.failed);
    if let Some(checksum) = entry.checksum {
        assert_eq!(checksum, migration.ledger_checksums[0]);
    }
}

pub async fn the_moment_is_utc_whatever_the_database_says(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    stage.database.sql(&format!("alter database {} set timezone to 'Asia/Tokyo'", stage.database.name()));
    stage.session().await.apply(&stage.first()).await.unwrap();
    let applied_at = stage.ledger().await.entries.remove(0).applied_at.unwrap();
    assert_eq!(applied_at.len(), "2025-01-01T00:00:00.000000Z".len(), "{applied_at}");
    let seconds = format!("select abs(extract(epoch from now() - '{applied_at}'::timestamptz)) < 60");
    assert_eq!(stage.database.value(&seconds), "t", "{applied_at}");
}

pub async fn a_failing_script_leaves_nothing_and_says_where_it_failed(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ();\nselect nonsense;");
    let error = stage.session().await.apply(&stage.first()).await.unwrap_err();
    let StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!(part, Part::Script);
    assert_eq!(source.code, "42703");
    assert_eq!(source.message, "column \"nonsense\" does not exist");
    assert_eq!(source.position, Some("create table a ();\nselect n".len()));
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn the_position_counts_characters_and_not_bytes(subject: Subject) {
    let stage = Stage::with_script(subject, "select 'äöü€𝄞'; select nonsense;");
    let error = stage.session().await.apply(&stage.first()).await.unwrap_err();
    let expected = "select 'äöü€𝄞'; select n".chars().count();
    assert_eq!(error.server_error().unwrap().position, Some(expected));
}

pub async fn a_session_goes_on_after_a_failure(subject: Subject) {
    let stage = Stage::new(
        subject,
        &[("1_a", "select nonsense", None), ("2_b", "create table b ()", None), ("3_c", "select 1/0", None)],
    );
    let migrations = stage.migrations();
    let mut session = stage.session().await;
    assert_eq!(code(session.apply(&migrations[0]).await), "42703");
    session.apply(&migrations[1]).await.unwrap();
    assert_eq!(code(session.apply(&migrations[2]).await), "22012");
    session.execute("create table d ()").await.unwrap();
    assert!(stage.database.has("b") && stage.database.has("d"));
    assert_eq!(stage.applied().await, ["2"]);
}

pub async fn a_ledger_row_that_is_refused_takes_the_script_back(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let mut session = stage.session().await;
    session.mark(&stage.first(), None).await.unwrap();
    let error = session.apply(&stage.first()).await.unwrap_err();
    let StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!((part, source.code.as_str()), (Part::Ledger, "23505"));
    assert!(!stage.database.has("a"));
    session.unmark(&stage.first().version).await.unwrap();
    session.apply(&stage.first()).await.unwrap();
    assert!(stage.database.has("a"));
}

pub async fn a_constraint_that_fails_at_the_commit_takes_the_script_back(subject: Subject) {
    let script =
        "create table a (b int unique deferrable initially deferred); insert into a values (1), (1);";
    let stage = Stage::with_script(subject, script);
    let mut session = stage.session().await;
    let error = session.apply(&stage.first()).await.unwrap_err();
    let StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!((part, source.code.as_str()), (Part::Ledger, "23505"));
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
    session.execute("create table b ()").await.unwrap();
    assert!(stage.database.has("b"));
}

pub async fn what_the_server_adds_to_an_error_is_kept(subject: Subject) {
    let stage = Stage::with_script(
        subject,
        "do $$ begin raise exception 'no' using errcode = 'P4711', detail = 'because', hint = 'try'; end $$",
    );
    let error = stage.session().await.apply(&stage.first()).await.unwrap_err();
    let server = error.server_error().unwrap();
    assert_eq!((server.code.as_str(), server.message.as_str()), ("P4711", "no"));
    assert_eq!((server.detail.as_deref(), server.hint.as_deref()), (Some("because"), Some("try")));
    assert!(server.context.as_ref().unwrap().contains("inline_code_block"), "{server:?}");
    assert_eq!(stage.first().forward.checksum, Checksum::of(&stage.first().forward.sql));
}

pub async fn a_lock_timeout_is_told_from_other_errors(subject: Subject) {
    let stage = Stage::with_script(subject, "alter table busy add column b int");
    stage.database.sql("create table busy (a int)");
    let mut session = stage.session().await;
    stage.database.sql("begin; select * from busy");
    let result = session.apply(&stage.first()).await;
    stage.database.sql("rollback");
    assert_eq!(code(result), "55P03");
    session.apply(&stage.first()).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
}

pub async fn a_statement_timeout_is_told_from_other_errors(subject: Subject) {
    let stage = Stage::with_script(subject, "select pg_sleep(20)");
    let mut session = stage.session().await;
    session.settle("set statement_timeout to '20ms'").await.unwrap();
    assert_eq!(code(session.apply(&stage.first()).await), "57014");
}
