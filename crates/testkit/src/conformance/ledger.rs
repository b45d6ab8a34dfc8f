//! The ORM's own table: made, read and written without a script.

use super::Subject;
use super::stage::{FIRST, Stage};
use crate::dump::{dump, dump_with_data};

pub async fn an_absent_ledger_is_empty_and_reading_it_creates_nothing(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let before = dump(&stage.database);
    assert!(!stage.ledger().await.exists);
    assert_eq!(dump(&stage.database), before);
}

pub async fn a_ledger_is_made_where_the_adapter_says_and_is_empty(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    stage.open().await.prepare_ledger().await.unwrap();
    let ledger = stage.ledger().await;
    assert!(ledger.exists);
    assert_eq!(ledger.entries, []);
    assert!(!stage.database.has("a"));
}

pub async fn making_a_ledger_twice_does_no_harm(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let mut session = stage.session().await;
    session.mark(&stage.first(), None).await.unwrap();
    session.prepare_ledger().await.unwrap();
    stage.open().await.prepare_ledger().await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
}

pub async fn reading_a_ledger_changes_nothing(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    stage.session().await.apply(&stage.first()).await.unwrap();
    let before = dump_with_data(&stage.database);
    assert_eq!(stage.applied().await, ["20250101000000"]);
    assert_eq!(dump_with_data(&stage.database), before);
}

pub async fn a_ledger_stands_in_the_schema_that_the_settings_name(subject: Subject) {
    let mut stage = Stage::with_script(subject, "create table a ()");
    stage.track.schema = Some("Other Schema".to_owned());
    let mut session = stage.session().await;
    session.apply(&stage.first()).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    assert!(stage.database.has("\"Other Schema\".a"));
    assert_eq!(stage.database.value("select count(*) from pg_tables where schemaname = 'public'"), "0");
    session.revert(&stage.first(), &stage.first().backward.unwrap()).await.unwrap();
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn the_ledger_of_another_schema_is_another_ledger(subject: Subject) {
    let mut stage = Stage::with_script(subject, "create table a ()");
    stage.session().await.apply(&stage.first()).await.unwrap();
    stage.track.schema = Some("other".to_owned());
    assert!(!stage.ledger().await.exists);
    stage.session().await.apply(&stage.first()).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    assert!(stage.database.has("public.a") && stage.database.has("other.a"));
}

pub async fn a_mark_is_the_row_that_an_application_writes(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let mut session = stage.session().await;
    session.apply(&stage.first()).await.unwrap();
    let applied = stage.ledger().await.entries;
    session.unmark(&stage.first().version).await.unwrap();
    session.mark(&stage.first(), None).await.unwrap();
    let marked = stage.ledger().await.entries;
    let facts = |entry: &crosstrack_model::Entry| {
        (entry.version.clone(), entry.name.clone(), entry.checksum.clone(), entry.failed)
    };
    assert_eq!(marked.iter().map(facts).collect::<Vec<_>>(), applied.iter().map(facts).collect::<Vec<_>>());
}

pub async fn marking_runs_nothing(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    stage.session().await.mark(&stage.first(), None).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    assert!(!stage.database.has("a"));
}

pub async fn unmarking_runs_nothing(subject: Subject) {
    let stage = Stage::new(subject, &[(FIRST, "create table a ()", Some("drop table a"))]);
    let mut session = stage.session().await;
    session.apply(&stage.first()).await.unwrap();
    session.unmark(&stage.first().version).await.unwrap();
    assert_eq!(stage.ledger().await.entries, []);
    assert!(stage.database.has("a"));
}

pub async fn a_mark_in_a_schema_needs_no_settings_first(subject: Subject) {
    let mut stage = Stage::with_script(subject, "create table a ()");
    stage.track.schema = Some("other".to_owned());
    stage.open().await.prepare_ledger().await.unwrap();
    // `resolve` opens a session and writes the row, with no script and so no settings in between.
    stage.open().await.mark(&stage.first(), None).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    stage.open().await.unmark(&stage.first().version).await.unwrap();
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn a_row_is_told_from_one_that_was_written_later(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    let adapter = subject.adapter;
    let mut session = stage.session().await;
    session.apply(&stage.first()).await.unwrap();
    let first = stage.ledger().await.entries.remove(0);
    let Some(stamp) = adapter.stamp() else {
        assert!(first.checksum.is_some(), "a ledger without a stamp has checksums");
        return;
    };
    let (version, _) = adapter.version_column();
    let table = adapter.ledger_table(&stage.track);
    let sql = format!("select {stamp} from {table} where {version} = '20250101000000'");
    assert_eq!(Some(stage.database.value(&sql)), first.stamp);
    session.revert(&stage.first(), &stage.first().backward.unwrap()).await.unwrap();
    session.apply(&stage.first()).await.unwrap();
    assert_ne!(stage.ledger().await.entries[0].stamp, first.stamp);
}

pub async fn a_restamped_row_is_about_the_script_as_it_is_now_and_otherwise_the_same(subject: Subject) {
    let stage =
        Stage::new(subject, &[(FIRST, "select 1", Some("select 1")), ("20250102000000_b", "select 2", None)]);
    let mut session = stage.session().await;
    for migration in stage.migrations() {
        session.apply(&migration).await.unwrap();
    }
    let before = stage.ledger().await.entries;
    stage.folder.write(&(subject.forward)(FIRST), "select 1; -- and more");
    session.restamp(&stage.first()).await.unwrap();
    let mut expected = before;
    expected[0].checksum = stage.first().ledger_checksums.first().cloned();
    assert_eq!(stage.ledger().await.entries, expected);
}

pub async fn restamping_runs_nothing_and_makes_no_row(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    stage.session().await.restamp(&stage.first()).await.unwrap();
    assert_eq!(stage.ledger().await.entries, []);
    assert!(!stage.database.has("a"));
}
