//! What mending does when a statement fails, and how statements are told.

use crosstrack_verify::{Leftover, MendError, VerifyError, mend, verify};

use crate::support::{Scratch, TABLES, expectations};

const EMAIL_AND_AGE: &str = r#"
    [[index]]
    name = "idx_age"
    table = "users"
    columns = ["age"]
    [[index]]
    name = "idx_email"
    table = "users"
    columns = ["lower(email)"]
    unique = true
    [[index]]
    name = "idx_name"
    table = "users"
    columns = ["name"]
"#;

#[tokio::test]
async fn a_failed_build_is_told_in_the_servers_words_and_leaves_no_invalid_index() {
    let scratch = Scratch::new(TABLES).await;
    scratch.run("INSERT INTO users (id, email) VALUES (1, 'a@b.c'), (2, 'A@B.C')").await;
    let findings = scratch.findings(&expectations(EMAIL_AND_AGE)).await;
    let mut told = Vec::new();
    let error = mend(&scratch.session, &findings, &mut |statement| told.push(statement.to_owned()))
        .await
        .unwrap_err();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(error.hint().unwrap().contains("have to be cleared up first"));
    let MendError::Build { object, done: 1, leftover: Leftover::Dropped, source, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(object, "index `idx_email`");
    assert_eq!(source.server_error().unwrap().message, "could not create unique index \"idx_email\"");
    assert!(source.server_error().unwrap().detail.is_some());
    let left = scratch.session.rows("look", "SELECT 1 FROM pg_index WHERE NOT indisvalid").await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test]
async fn an_index_that_another_session_made_meanwhile_is_not_dropped() {
    let scratch = Scratch::new(TABLES).await;
    let findings = scratch.findings(&expectations(EMAIL_AND_AGE)).await;
    scratch.run("CREATE INDEX idx_age ON users (age)").await;
    let error = mend(&scratch.session, &findings, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, MendError::Statement { done: 0, .. }), "{error:?}");
    let there = scratch.session.rows("look", "SELECT 'idx_age'::regclass").await.unwrap();
    assert_eq!(there.len(), 1);
}

#[tokio::test]
async fn a_check_that_does_not_exist_is_refused_with_those_that_do() {
    let scratch = Scratch::new("").await;
    let mut reader = scratch.database.reader().await.unwrap();
    let error = verify(&reader.snapshot(), &expectations(EMAIL_AND_AGE), &["indices"]).await.unwrap_err();
    assert!(matches!(&error, VerifyError::UnknownCheck { name } if name == "indices"), "{error:?}");
    assert_eq!(error.hint().unwrap(), "the checks are `indexes`, `constraints`");
}

#[tokio::test]
async fn only_the_named_checks_run_and_nothing_is_written() {
    let scratch = Scratch::new(TABLES).await;
    let mut reader = scratch.database.reader().await.unwrap();
    let reports = verify(&reader.snapshot(), &expectations(EMAIL_AND_AGE), &["constraints"]).await.unwrap();
    let objects: Vec<&str> = reports.iter().map(|report| report.objects).collect();
    assert_eq!(objects, ["tables", "primary keys", "foreign keys", "enum types"]);
    assert!(reports.iter().all(|report| report.declared == 0 && report.passed()));
}
