//! Shadow databases: like the target, and gone at the end, whatever happened.
//!
//! Must not keep a template: what is kept is another subject.

use std::sync::Mutex;

use crosstrack_shadow::{ShadowError, with_shadow};
use crosstrack_testkit::{PrivateServer, TestDatabase};

use crate::support::{FOUND, NAME, Watched, named, private, two_migrations};

#[tokio::test]
async fn a_shadow_database_is_like_the_target_and_empty() {
    let database = TestDatabase::new("like");
    database.sql("create table users (id int)");
    let own = database.name();
    database.sql(&format!("alter database {own} set search_path to shop, \"$user\", public"));
    database.sql(&format!("alter database {own} set app.greeting to 'it''s, me'"));
    let watched = Watched::new(private(), Some(database.target()), &[]);
    let look = "select concat_ws('|', current_setting('search_path'), current_setting('app.greeting'), current_user, \
                to_regclass('public.users') is null, pg_encoding_to_char(encoding), datcollate, pg_get_userbyid(datdba)) as found \
                from pg_database where datname = current_database()";
    let found = with_shadow(&watched.server, &[], async |shadow| {
        let rows = shadow.session("test").await?.rows("look", look).await?;
        Ok::<_, ShadowError>(rows[0].text("found")?.to_owned())
    });
    let user = database.value("select current_user");
    let locale = database.value(&format!(
        "select pg_encoding_to_char(encoding) || '|' || datcollate from pg_database where datname = '{own}'"
    ));
    assert_eq!(found.await.unwrap(), format!("shop, \"$user\", public|it's, me|{user}|t|{locale}|{user}"));
}

/// Databases of these names on the private server.
async fn there(watched: &Watched, name: &str) -> String {
    let sql = format!("select count(*)::text as found from pg_database where datname = '{name}'");
    let found = with_shadow(&watched.server, &[], async |shadow| {
        let rows = shadow.session("test").await?.rows("look", &sql).await?;
        Ok::<_, ShadowError>(rows[0].text("found")?.to_owned())
    });
    found.await.unwrap()
}

#[tokio::test]
async fn it_is_dropped_although_a_session_is_connected_and_although_its_own_session_was_ended() {
    let watched = Watched::new(private(), None, &[]);
    let left = with_shadow(&watched.server, &[], async |shadow| {
        let session = shadow.session("test").await?;
        let name = session.rows("look", NAME).await?[0].text("found")?.to_owned();
        let end = format!(
            "select pg_terminate_backend(pid, 5000) as ended from pg_stat_activity where application_name = '{name}'"
        );
        assert!(session.rows("end", &end).await?[0].truth("ended")?);
        Ok::<_, ShadowError>((session, name))
    });
    let (session, name) = left.await.unwrap();
    assert!(session.rows("say anything", "select 1").await.is_err());
    assert_eq!(there(&watched, &name).await, "0");
}

#[tokio::test]
async fn it_is_dropped_although_the_work_fails_and_so_is_one_whose_replay_fails() {
    let database = TestDatabase::new("fails");
    let watched = Watched::new(private(), None, &[]);
    let name = Mutex::new(String::new());
    let failed = with_shadow(&watched.server, &[], async |shadow| {
        let session = shadow.session("test").await?;
        *name.lock().unwrap() = session.rows("look", NAME).await?[0].text("found")?.to_owned();
        drop(session.rows("fail", "select nothing").await?);
        Ok::<_, ShadowError>(())
    });
    assert!(matches!(failed.await, Err(ShadowError::Query(_))));
    let name = name.lock().unwrap().clone();
    assert_eq!(there(&watched, &name).await, "0");
    let server = PrivateServer::start();
    let watched = Watched::new(named(&server), None, &[]);
    let folder = two_migrations(database.name());
    folder.write("3_bad.sql", "select nothing;");
    assert!(matches!(watched.replay(&folder, FOUND).await, Err(ShadowError::Execute(_))));
    assert_eq!(
        server.rows("select count(*) from pg_database where starts_with(datname, 'crosstrack_')"),
        ["0"]
    );
}

#[tokio::test]
async fn what_a_killed_command_left_is_dropped_by_the_next_and_what_is_in_use_is_not() {
    let server = PrivateServer::start();
    let watched = Watched::new(named(&server), None, &[]);
    let names = "select datname from pg_database where starts_with(datname, 'crosstrack_shadow_') order by 1";
    server.rows("create database crosstrack_shadow_left template template0");
    let done = with_shadow(&watched.server, &[], async |shadow| {
        let living = shadow.database().target().database.clone();
        assert_eq!(server.rows(names), std::slice::from_ref(&living));
        with_shadow(&watched.server, &[], async |_| {
            assert!(server.rows(names).contains(&living), "no session is in it, and its creator lives");
            Ok::<_, ShadowError>(())
        })
        .await
    });
    done.await.unwrap();
    assert_eq!(server.rows(names).len(), 0);
}
