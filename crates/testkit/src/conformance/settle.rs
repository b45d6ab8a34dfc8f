//! The session is put back between migrations, for scripts leak settings.

use crosstrack_track::{Part, StepError};

use super::Subject;
use super::stage::{Stage, code};
use crate::database::TestDatabase;
use crate::track::TestSession;

const LEAKS: &str = "
    set lock_timeout to '7s';
    set statement_timeout to '8s';
    set client_min_messages to error;
    set check_function_bodies to false;
    set standard_conforming_strings to off;
    set time zone 'Europe/Berlin';
    set row_security to off;
    set synchronous_commit to off;
    create schema elsewhere;
    create table public.a ();
    set search_path to elsewhere, public;
";

/// What the session that is tested says of itself.
async fn facts(session: &mut TestSession, database: &TestDatabase) -> Vec<String> {
    session
        .execute(
            "create table public.facts as select name, setting, current_user::text as role, \
             session_user::text as login from pg_settings where name <> 'application_name'",
        )
        .await
        .unwrap();
    let facts = database.rows("select * from public.facts order by name");
    database.sql("drop table public.facts");
    facts
}

pub async fn a_session_is_put_back_after_settings_leaked(subject: Subject) {
    let stage = Stage::with_script(subject, LEAKS);
    let mut session = stage.session().await;
    let before = facts(&mut session, &stage.database).await;
    session.apply(&stage.first()).await.unwrap();
    assert_ne!(facts(&mut session, &stage.database).await, before);
    session.settle(&stage.settings()).await.unwrap();
    assert_eq!(facts(&mut session, &stage.database).await, before);
}

pub async fn a_role_that_leaked_is_put_back(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    let role = stage.database.role("leaked", "");
    stage.database.sql(&format!("grant all on schema public to {role}"));
    let mut session = stage.session().await;
    let before = facts(&mut session, &stage.database).await;
    for leak in [format!("set role {role}"), format!("set session authorization {role}")] {
        session.execute(&leak).await.unwrap();
        assert_ne!(facts(&mut session, &stage.database).await, before, "{leak}");
        session.settle(&stage.settings()).await.unwrap();
        assert_eq!(facts(&mut session, &stage.database).await, before, "{leak}");
    }
}

pub async fn a_read_only_default_that_leaked_is_put_back(subject: Subject) {
    let stage = Stage::with_script(subject, "set default_transaction_read_only to on");
    let mut session = stage.session().await;
    session.apply(&stage.first()).await.unwrap();
    assert_eq!(code(session.execute("create table a ()").await), "25006");
    session.settle(&stage.settings()).await.unwrap();
    session.execute("create table a ()").await.unwrap();
}

pub async fn a_leaked_setting_of_a_failed_script_is_gone_too(subject: Subject) {
    let stage = Stage::with_script(subject, &format!("{LEAKS} select nonsense"));
    let mut session = stage.session().await;
    let before = facts(&mut session, &stage.database).await;
    assert_eq!(code(session.apply(&stage.first()).await), "42703");
    session.settle(&stage.settings()).await.unwrap();
    assert_eq!(facts(&mut session, &stage.database).await, before);
}

pub async fn settings_that_the_server_refuses_are_said_to_be_settings(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    let error = stage.session().await.settle("set lock_timeout to 'soon'").await.unwrap_err();
    let StepError::Refused { part, source } = error else { panic!("{error:?}") };
    assert_eq!((part, source.code.as_str()), (Part::Settings, "22023"));
}
