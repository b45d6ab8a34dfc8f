//! Templates: made once, copied afterwards, made anew when something is different.
//!
//! Must not depend on the templates of other tests: every script has the name of its own test in it.

use std::path::PathBuf;
use std::time::Duration;

use crosstrack_testkit::{Folder, PrivateServer, TestDatabase};

use crate::support::{FOUND, Watched, named, private, two_migrations};

#[tokio::test]
async fn a_history_is_replayed_once_and_then_copied() {
    let database = TestDatabase::new("once");
    let folder = two_migrations(database.name());
    let watched = Watched::new(private(), None, &[]);
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail 2");
    assert_eq!(watched.replayed(), [2]);
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail 2");
    let next = Watched::new(private(), None, &[]);
    assert_eq!(next.replay(&folder, FOUND).await.unwrap(), "id,mail 2");
    assert_eq!((watched.replayed(), next.replayed()), (vec![], vec![]));
}

#[tokio::test]
async fn one_more_migration_replays_itself_alone_and_an_edited_one_what_follows_it() {
    let database = TestDatabase::new("more");
    let folder = two_migrations(database.name());
    let watched = Watched::new(private(), None, &[]);
    watched.replay(&folder, FOUND).await.unwrap();
    folder.write("3_name.sql", "alter table users add name text;");
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail,name 3");
    assert_eq!(watched.replayed(), [2, 1]);
    folder.write("3_name.sql", "alter table users add called text;");
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail,called 3");
    assert_eq!(watched.replayed(), [1]);
    folder.write("1_users.up.sql", format!("create table users (id bigint); -- {}", database.name()));
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail,called 3");
    assert_eq!(watched.replayed(), [3]);
}

#[tokio::test]
async fn another_setting_of_the_target_and_another_file_that_prepares_replay_anew() {
    let database = TestDatabase::new("setting");
    let folder = two_migrations(database.name());
    let run = async |prepare: &[PathBuf]| {
        let watched = Watched::new(private(), Some(database.target()), prepare);
        watched.replay(&folder, FOUND).await.unwrap();
        watched.replayed()
    };
    assert_eq!(run(&[]).await, [2]);
    assert!(run(&[]).await.is_empty());
    database.sql(&format!("alter database {} set timezone to 'Asia/Tokyo'", database.name()));
    assert_eq!(run(&[]).await, [2]);
    let files = Folder::sqlx(&[("1_prepare", "create schema provider;", None)]);
    let prepare = [files.path().join("1_prepare.sql")];
    assert_eq!(run(&prepare).await, [2]);
    assert!(run(&prepare).await.is_empty());
    files.write("1_prepare.sql", "create schema provider_of_others;");
    assert_eq!(run(&prepare).await, [2]);
    assert!(run(&[]).await.is_empty());
}

#[tokio::test]
async fn templates_that_were_long_not_used_are_dropped_beyond_the_limit() {
    let server = PrivateServer::start();
    for number in 10..25 {
        server.rows(&format!("create database crosstrack_template_{number} template template0"));
        server.rows(&format!(
            "comment on database crosstrack_template_{number} is '000000000000000000{number}'"
        ));
    }
    let watched = Watched::new(named(&server), None, &[]);
    watched.replay(&two_migrations("limit"), FOUND).await.unwrap();
    let left = server.rows(
        "select right(datname, 2) from pg_database where datname like 'crosstrack\\_template\\___' order by 1",
    );
    assert_eq!(left.join(" "), "13 14 15 16 17 18 19 20 21 22 23 24");
    watched.replay(&two_migrations("limit"), FOUND).await.unwrap();
    assert_eq!(watched.replayed(), [2], "the new one is kept");
    let open = "select count(*) from pg_database where starts_with(datname, 'crosstrack_shadow_')";
    assert_eq!(server.rows(open), ["0"]);
}

#[tokio::test]
async fn a_template_that_another_command_drops_meanwhile_is_made_again() {
    let server = PrivateServer::start();
    let watched = Watched::new(named(&server), None, &[]);
    let folder = two_migrations("meanwhile");
    watched.replay(&folder, FOUND).await.unwrap();
    let templates = "select datname from pg_database where starts_with(datname, 'crosstrack_template_')";
    let drop_all = |server: &PrivateServer| {
        let names = server.rows(templates);
        for name in &names {
            server.rows(&format!("drop database if exists {name} with (force)"));
        }
        names.len()
    };
    assert_eq!(drop_all(&server), 1);
    assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail 2");
    assert_eq!(watched.replayed(), [2, 2]);
    let dropper = std::thread::spawn(move || {
        let (mut dropped, begin) = (0, std::time::Instant::now());
        while dropped < 3 && begin.elapsed() < Duration::from_secs(20) {
            dropped += drop_all(&server);
        }
        server
    });
    while !dropper.is_finished() {
        assert_eq!(watched.replay(&folder, FOUND).await.unwrap(), "id,mail 2");
    }
    drop(dropper.join());
}

#[tokio::test]
async fn two_commands_that_make_one_template_at_once_both_go_through() {
    let database = TestDatabase::new("both");
    let folder = two_migrations(database.name());
    let commands = [(); 4].map(|()| Watched::new(private(), None, &[]));
    let [a, b, c, d] = &commands;
    let found = tokio::join!(
        a.replay(&folder, FOUND),
        b.replay(&folder, FOUND),
        c.replay(&folder, FOUND),
        d.replay(&folder, FOUND)
    );
    for found in [found.0, found.1, found.2, found.3] {
        assert_eq!(found.unwrap(), "id,mail 2");
    }
}
