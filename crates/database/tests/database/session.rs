//! One session, and the settings that it is put back to.

use std::time::Duration;

use crosstrack_database::{SessionLimits, quote_identifier, quote_literal};
use crosstrack_testkit::{TestDatabase, until};

#[tokio::test]
async fn quoted_names_and_texts_come_back_as_they_were() {
    let database = TestDatabase::new("quotes");
    for text in ["plain", "it's", r#"a "name""#, r"back\slash", r"\' or 1=1 --", "zwei\nZeilen", "ä€𝄞", "$$;"]
    {
        for strings in ["on", "off"] {
            let sql = format!(
                "set standard_conforming_strings to {strings}; select {}::text as {}",
                quote_literal(text),
                quote_identifier(text)
            );
            let session = database.session("quotes").await;
            let rows = session.rows("look", &sql).await.unwrap();
            assert_eq!(rows[0].text(text).unwrap(), text, "standard_conforming_strings {strings}");
        }
    }
}

#[tokio::test]
async fn limits_are_what_the_server_says_they_are() {
    let database = TestDatabase::new("limits");
    let session = database.session("limits").await;
    let limits = SessionLimits {
        lock_timeout: Duration::from_millis(1500),
        statement_timeout: Some(Duration::from_secs(90)),
        schema: Some("Some \"Schema\"".to_owned()),
        waits_for_disk: false,
    };
    session.rows("put the session back", &limits.as_sql()).await.unwrap();
    let sql = "select concat_ws(' | ', current_setting('lock_timeout'), current_setting('statement_timeout'), \
               current_setting('search_path'), current_setting('synchronous_commit'), \
               current_setting('timezone'), current_setting('client_encoding')) as said";
    let rows = session.rows("look", sql).await.unwrap();
    assert_eq!(
        rows[0].text("said").unwrap(),
        r#"1500ms | 90s | "Some ""Schema""", public | off | UTC | UTF8"#
    );
}

#[tokio::test]
async fn the_rows_of_all_statements_come_together() {
    let database = TestDatabase::new("rows");
    let session = database.session("rows").await;
    let rows = session.rows("look", "select 1 as n; create table a (); select 2 as n").await.unwrap();
    let numbers: Vec<u8> = rows.iter().map(|row| row.number("n").unwrap()).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn a_statement_that_was_cancelled_leaves_the_connection() {
    let database = TestDatabase::new("cancel");
    let session = database.session("cancel").await;
    let sleeping = tokio::spawn(async move { session.rows("sleep", "select pg_sleep(30)").await });
    let sleeps = "select count(*) from pg_stat_activity where datname = current_database() \
                  and wait_event = 'PgSleep'";
    until("it sleeps", || database.value(sleeps) == "1").await;
    database.sql(
        "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' \
                  and datname = current_database()",
    );
    let error = sleeping.await.unwrap().unwrap_err();
    assert_eq!(error.server_error().unwrap().code, "57014");
    assert!(!error.is_broken_connection());
}

#[tokio::test]
async fn a_connection_that_was_ended_is_a_broken_one() {
    let database = TestDatabase::new("ended");
    let session = database.session("ended").await;
    let error =
        session.rows("end itself", "select pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    assert!(error.is_broken_connection(), "{error:?}");
    until("the driver knows", || session.is_closed()).await;
    assert!(session.rows("look", "select 1").await.unwrap_err().is_broken_connection());
}
