//! What real scripts look like.

use std::fmt::Write as _;
use std::time::Duration;

use super::Subject;
use super::stage::{Stage, code};

/// Applies a script that should work.
async fn applied(subject: Subject, script: &str) -> Stage {
    let stage = Stage::with_script(subject, script);
    stage.session().await.apply(&stage.first()).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    stage
}

pub async fn a_script_has_as_many_statements_as_it_likes(subject: Subject) {
    let script = "create table a (b int);\n\ninsert into a values (1);;\n; insert into a values (2)";
    let stage = applied(subject, script).await;
    assert_eq!(stage.database.value("select count(*) from a"), "2");
}

pub async fn a_script_of_comments_alone_is_applied(subject: Subject) {
    applied(subject, "-- nothing to do here\n/* nor here */\n").await;
}

pub async fn a_script_of_a_hundred_kilobytes_is_applied(subject: Subject) {
    let mut script = String::from("create table a (b int, c text);\n");
    for number in 0..2000 {
        writeln!(script, "insert into a values ({number}, 'a text of some length');").unwrap();
    }
    assert!(script.len() > 100_000);
    let stage = applied(subject, &script).await;
    assert_eq!(stage.database.value("select count(*) from a"), "2000");
}

pub async fn a_script_with_windows_line_endings_is_applied(subject: Subject) {
    let stage =
        applied(subject, "-- a table\r\ncreate table a (\r\n  b text default 'x\r\ny'\r\n);\r\n").await;
    assert!(stage.database.has("a"));
}

/// `psql` drops a byte-order mark, the ORMs send it: what fails there fails here, with a place that can be shown.
pub async fn a_byte_order_mark_is_refused_by_the_server(subject: Subject) {
    let stage = Stage::with_script(subject, "\u{feff}create table a ()");
    let error = stage.session().await.apply(&stage.first()).await.unwrap_err();
    let server = error.server_error().unwrap();
    assert_eq!((server.code.as_str(), server.position), ("42601", Some(1)));
    assert!(!stage.database.has("a"));
}

pub async fn a_script_with_its_own_begin_and_commit_is_applied(subject: Subject) {
    let stage = applied(subject, "begin;\ncreate table a ();\ncommit;\n").await;
    assert!(stage.database.has("a"));
}

pub async fn a_script_that_ends_the_transaction_keeps_what_it_committed(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a (); commit; create table b (); select nonsense");
    let mut session = stage.session().await;
    assert_eq!(code(session.apply(&stage.first()).await), "42703");
    assert!(stage.database.has("a") && !stage.database.has("b"));
    assert_eq!(stage.ledger().await.entries, []);
    session.execute("create table c ()").await.unwrap();
    assert!(stage.database.has("c"));
}

pub async fn a_script_may_hold_bodies_quotes_and_notices(subject: Subject) {
    let script = r#"
        create table "it's; a table" ("semi;colon" text default 'a;b');
        create function f() returns int language plpgsql as $body$
            begin raise notice 'a notice; with $$'; return 1; end;
        $body$;
        select f();
    "#;
    let stage = applied(subject, script).await;
    assert_eq!(stage.database.value("select f()"), "1");
}

/// Nobody is there to send the rows.
pub async fn a_script_that_wants_to_copy_from_the_client_fails(subject: Subject) {
    let stage =
        Stage::with_script(subject, "create table a (b int);\ncopy a from stdin;\n1\n\\.\nselect 1;\n");
    let mut session = stage.session().await;
    let migration = stage.first();
    let result = tokio::time::timeout(Duration::from_secs(10), session.apply(&migration)).await;
    assert!(result.expect("it does not wait for ever").is_err());
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn a_script_that_hides_the_ledger_is_taken_back(subject: Subject) {
    let script = "create table public.a (); select pg_catalog.set_config('search_path', '', false)";
    let stage = Stage::with_script(subject, script);
    let mut session = stage.session().await;
    let error = session.apply(&stage.first()).await.unwrap_err();
    let crosstrack_track::StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!((part, source.code.as_str()), (crosstrack_track::Part::Ledger, "42P01"));
    assert!(!stage.database.has("public.a"));
    assert_eq!(stage.ledger().await.entries, []);
}
