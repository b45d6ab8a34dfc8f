//! Scratch databases: like the original, gone at the end, and nobody else's.

use crosstrack_database::{ConnectError, ScratchDatabase, ScratchError};
use crosstrack_testkit::{TestDatabase, TestServer};

const APPLICATION: &str = "crosstrack-tests";

fn name(scratch: &ScratchDatabase) -> String {
    scratch.database().target().database.clone()
}

fn is_there(database: &TestDatabase, name: &str) -> bool {
    database.value(&format!("select count(*) from pg_database where datname = '{name}'")) == "1"
}

#[tokio::test]
async fn a_scratch_database_is_like_the_original_and_empty() {
    let original = TestDatabase::new("original");
    original.sql("create table users (id int)");
    let own = original.name();
    original.sql(&format!("alter database {own} set search_path to shop, \"$user\", public"));
    original.sql(&format!("alter database {own} set app.greeting to 'it''s, me'"));
    let scratch = ScratchDatabase::create(&original.target(), APPLICATION).await.unwrap();
    let session = scratch.database().session("test").await.unwrap();
    let rows = session
        .rows(
            "look around",
            "select current_setting('search_path') as path, current_setting('app.greeting') as greeting, \
             to_regclass('public.users') is null as is_empty, pg_encoding_to_char(encoding) as encoding, datcollate \
             from pg_database where datname = current_database()",
        )
        .await
        .unwrap();
    assert_eq!(rows[0].text("path").unwrap(), "shop, \"$user\", public");
    assert_eq!(rows[0].text("greeting").unwrap(), "it's, me");
    assert!(rows[0].truth("is_empty").unwrap());
    let described = format!("{}|{}", rows[0].text("encoding").unwrap(), rows[0].text("datcollate").unwrap());
    assert_eq!(
        described,
        original.value(&format!(
            "select pg_encoding_to_char(encoding) || '|' || datcollate from pg_database where datname = '{own}'"
        ))
    );
    scratch.remove().await.unwrap();
}

#[tokio::test]
async fn it_is_dropped_although_somebody_is_connected() {
    let original = TestDatabase::new("drop");
    let scratch = ScratchDatabase::create(&original.target(), APPLICATION).await.unwrap();
    let name = name(&scratch);
    assert!(is_there(&original, &name));
    let session = scratch.database().session("test").await.unwrap();
    scratch.remove().await.unwrap();
    assert!(!is_there(&original, &name));
    assert!(session.rows("say anything", "select 1").await.is_err());
}

#[tokio::test]
async fn it_is_dropped_although_its_own_session_was_ended() {
    let original = TestDatabase::new("ended");
    let scratch = ScratchDatabase::create(&original.target(), APPLICATION).await.unwrap();
    let name = name(&scratch);
    let end = format!(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = '{name}'"
    );
    assert_eq!(original.rows(&end), ["t"]);
    scratch.remove().await.unwrap();
    assert!(!is_there(&original, &name));
}

#[tokio::test]
async fn what_a_killed_run_left_is_dropped_by_the_next_and_what_is_in_use_is_not() {
    let original = TestDatabase::new("leftover");
    let living = ScratchDatabase::create(&original.target(), APPLICATION).await.unwrap();
    let left = format!("crosstrack_scratch_left_{}", std::process::id());
    original.sql(&format!("create database {left} template template0"));
    let next = ScratchDatabase::create(&original.target(), APPLICATION).await.unwrap();
    assert!(!is_there(&original, &left));
    assert!(is_there(&original, &name(&living)), "nobody was connected to it, and its maker lives");
    living.remove().await.unwrap();
    next.remove().await.unwrap();
}

#[tokio::test]
async fn without_the_right_to_create_databases_it_says_so() {
    let original = TestDatabase::new("right");
    let role = original.role("role", "LOGIN");
    let mut target = original.target();
    target.user.clone_from(&role);
    let error = ScratchDatabase::create(&target, APPLICATION).await.unwrap_err();
    assert!(matches!(&error, ScratchError::NotAllowed { user, .. } if *user == role), "{error:?}");
    assert_eq!(error.to_string(), format!("the user `{role}` may not create a scratch database"));
}

#[tokio::test]
async fn it_needs_no_database_of_the_targets_name() {
    let target = TestServer::shared().target().with_database("crosstrack_not_there");
    let scratch = ScratchDatabase::create(&target, APPLICATION).await.unwrap();
    scratch.remove().await.unwrap();
    let nowhere = crosstrack_settings::Host::Tcp { name: "127.0.0.1".into(), address: None, port: 1 };
    let target = crosstrack_settings::Target::new(nowhere, "app", "nobody");
    let error = ScratchDatabase::create(&target, APPLICATION).await.unwrap_err();
    assert!(matches!(error, ScratchError::Connect(ConnectError::Unreachable { .. })), "{error:?}");
}
