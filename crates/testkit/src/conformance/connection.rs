//! Connections that end while somebody works on them.

use crosstrack_track::StepError;

use super::Subject;
use super::stage::Stage;
use crate::patience::until;

const ENDS: &str = "select pg_terminate_backend(pid) from pg_stat_activity \
                    where datname = current_database() and application_name like '%track=track%'";

pub async fn a_connection_that_is_ended_during_a_script_is_broken(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a (); select pg_sleep(20)");
    let mut session = stage.session().await;
    let migration = stage.first();
    let running = tokio::spawn(async move { session.apply(&migration).await });
    let sleeps = "select count(*) from pg_stat_activity where datname = current_database() \
                  and wait_event = 'PgSleep'";
    until("the script runs", || stage.database.value(sleeps) == "1").await;
    stage.database.sql(ENDS);
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, StepError::Broken { .. }), "{error:?}");
    assert!(!stage.database.has("a"));
    assert_eq!(stage.ledger().await.entries, []);
}

pub async fn a_connection_that_is_ended_between_two_scripts_is_broken(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let mut session = stage.session().await;
    stage.database.sql(ENDS);
    let gone = "select count(*) from pg_stat_activity where datname = current_database() \
                and application_name like '%track=track%'";
    until("the session is gone", || stage.database.value(gone) == "0").await;
    let error = session.apply(&stage.first()).await.unwrap_err();
    assert!(matches!(error, StepError::Broken { .. }), "{error:?}");
    assert!(!stage.database.has("a"));
}

pub async fn a_session_says_which_track_it_serves(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let _session = stage.session().await;
    let sessions = "select application_name from pg_stat_activity where datname = current_database() \
                    and application_name like '%track=%'";
    assert_eq!(stage.database.rows(sessions), ["crosstrack-tests track=track"]);
}

pub async fn a_session_signs_in_over_tcp_with_the_password(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a ()");
    let mut session = stage.open_at(stage.database.tcp_target()).await;
    session.prepare_ledger().await.unwrap();
    session.apply(&stage.first()).await.unwrap();
    assert_eq!(stage.applied().await, ["20250101000000"]);
    let over_tcp = "select client_addr is not null from pg_stat_activity where datname = current_database() \
                    and application_name like '%track=%'";
    assert_eq!(stage.database.value(over_tcp), "t");
}

pub async fn the_servers_options_reach_the_session_and_survive_its_settings(subject: Subject) {
    let stage = Stage::with_script(subject, "create table a (); select 1");
    stage.database.sql("create schema app");
    let mut target = stage.database.target();
    target.options = Some("-c search_path=app,\\ public -c work_mem=5MB".to_owned());
    let mut session = stage.open_at(target).await;
    session.prepare_ledger().await.unwrap();
    session.settle(&stage.settings()).await.unwrap();
    session.apply(&stage.first()).await.unwrap();
    assert!(stage.database.has("app.a") && !stage.database.has("public.a"));
    session.execute("create table memory as select current_setting('work_mem') as amount").await.unwrap();
    assert_eq!(stage.database.value("select amount from app.memory"), "5MB");
}
