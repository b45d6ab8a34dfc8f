//! Shadow databases and the templates that they are copied from: made once, like the target, gone at the end.
//!
//! Must not depend on the templates of other tests: every script has the name of its own test in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crosstrack_database::ConnectError;
use crosstrack_engine::{Origin, SessionDefaults, Stop, Track};
use crosstrack_settings::{Host, Target};
use crosstrack_shadow::{
    History, Place, PrivatePlace, Replay, Script, ShadowError, ShadowEvent, ShadowRequest, ShadowServer,
    Steps, with_replay, with_shadow,
};
use crosstrack_testkit::{Folder, PrivateServer, TestDatabase, TestServer, shadow_folder};
use crosstrack_track_sqlx::Sqlx;

/// A shadow server, and the events that it told.
struct Watched {
    server: ShadowServer,
    events: Arc<Mutex<Vec<ShadowEvent>>>,
}

impl Watched {
    /// As a command has it that begins now.
    fn new(place: Place, target: Option<Target>, prepare: &[PathBuf]) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&events);
        let server = ShadowServer::new(ShadowRequest {
            place,
            target,
            application: "crosstrack-tests".to_owned(),
            prepare: prepare.to_vec(),
            events: Arc::new(move |event| told.lock().unwrap().push(event)),
        });
        Self { server, events }
    }

    /// The numbers of migrations that were replayed since the last call.
    fn replayed(&self) -> Vec<usize> {
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        let number = |event| match event {
            ShadowEvent::Replaying { migrations } => Some(migrations),
            _ => None,
        };
        events.into_iter().filter_map(number).collect()
    }

    /// Replays every migration of a folder and gives the rows of a query as one text.
    async fn replay(&self, folder: &Folder, query: &str) -> Result<String, ShadowError> {
        self.with_steps(folder, async |replay| {
            let rows = replay.session("test").await?.rows("look", query).await?;
            let texts: Result<Vec<&str>, _> = rows.iter().map(|row| row.text("found")).collect();
            Ok(texts?.join("\n"))
        })
        .await
    }

    async fn with_steps<T>(
        &self,
        folder: &Folder,
        work: impl AsyncFnOnce(&mut Replay<'_>) -> Result<T, ShadowError>,
    ) -> Result<T, ShadowError> {
        let settings = folder.track("shop");
        let migrations = crosstrack_track::Adapter::discover(&Sqlx, &settings).unwrap();
        let tracks =
            [Track { settings, adapter: &Sqlx, migrations: migrations.into_iter().map(Arc::new).collect() }];
        let phases = [crosstrack_settings::PhaseSettings {
            name: "all".to_owned(),
            tracks: vec!["shop".parse().unwrap()],
            checks: Vec::new(),
        }];
        let origin = Origin {
            command: "test".to_owned(),
            environment: "development".to_owned(),
            actor: None,
            host: None,
            git_commit: None,
            tool_version: "0".to_owned(),
        };
        let stop = Stop::default();
        let defaults = SessionDefaults {
            lock_timeout: Duration::from_secs(5),
            lock_attempts: 1,
            statement_timeout: None,
        };
        let history = History {
            server: &self.server,
            tracks: &tracks,
            phases: &phases,
            defaults,
            origin: &origin,
            stop: &stop,
        };
        let steps = history.steps().unwrap();
        with_replay(history, Steps { replayed: &steps, tried: &[] }, work).await
    }
}

/// The private server that the tests share.
fn private() -> Place {
    let programs = TestServer::shared().running().binaries.clone();
    Place::Private(PrivatePlace {
        folder: shadow_folder(),
        search_path: std::ffi::OsString::new(),
        programs: vec![programs],
        only_those: true,
    })
}

/// A table and a column of it; `mark` makes the scripts those of one test.
fn two_migrations(mark: &str) -> Folder {
    let table = format!("create table users (id int); comment on table users is '{mark}';");
    Folder::sqlx(&[
        ("1_users", &table, Some("drop table users;")),
        ("2_mail", "alter table users add mail text;", None),
    ])
}

/// The columns of the table, and the entries of its migrations table.
const FOUND: &str = "select string_agg(attname, ',' order by attnum) || ' ' || (select count(*) from _sqlx_migrations) as found \
                     from pg_attribute where attrelid = 'users'::regclass and attnum > 0";

/// The name of the database.
const NAME: &str = "select current_database() as found";

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
    let place = Place::Server(Box::new(server.tcp_target("127.0.0.1")));
    let watched = Watched::new(place, None, &[]);
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
    let place = Place::Server(Box::new(server.tcp_target("127.0.0.1")));
    let watched = Watched::new(place, None, &[]);
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
    let named = Watched::new(Place::Server(Box::new(server.tcp_target("127.0.0.1"))), None, &[]);
    let folder = two_migrations(database.name());
    folder.write("3_bad.sql", "select nothing;");
    assert!(matches!(named.replay(&folder, FOUND).await, Err(ShadowError::Execute(_))));
    assert_eq!(
        server.rows("select count(*) from pg_database where starts_with(datname, 'crosstrack_')"),
        ["0"]
    );
}

#[tokio::test]
async fn what_a_killed_command_left_is_dropped_by_the_next_and_what_is_in_use_is_not() {
    let server = PrivateServer::start();
    let watched = Watched::new(Place::Server(Box::new(server.tcp_target("127.0.0.1"))), None, &[]);
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

#[tokio::test]
async fn a_role_that_was_only_the_name_of_an_owner_signs_in_once_it_is_the_user() {
    let database = TestDatabase::new("owner");
    let role = database.role("owner", "LOGIN");
    database.sql(&format!("create table owned (); alter table owned owner to {role}"));
    let roles = Watched::new(private(), Some(database.target()), &[]).server.roles().await.unwrap();
    assert!(roles.contains(&role), "{roles:?}");
    let mut target = database.target();
    target.user.clone_from(&role);
    let watched = Watched::new(private(), Some(target), &[]);
    let user = with_shadow(&watched.server, &[], async |shadow| {
        let rows = shadow.session("test").await?.rows("look", "select current_user as found").await?;
        Ok::<_, ShadowError>(rows[0].text("found")?.to_owned())
    });
    assert_eq!(user.await.unwrap(), role);
}

#[tokio::test]
async fn on_the_targets_server_the_right_to_create_databases_is_needed_and_no_template_is_kept() {
    let database = TestDatabase::new("right");
    let role = database.role("role", "LOGIN");
    let mut target = database.target();
    target.user.clone_from(&role);
    let watched = Watched::new(Place::Target, Some(target), &[]);
    let folder = two_migrations(database.name());
    let error = watched.replay(&folder, NAME).await.unwrap_err();
    assert!(matches!(&error, ShadowError::NotAllowed { user, .. } if *user == role), "{error:?}");
    assert_eq!(error.to_string(), format!("the user `{role}` may not create a shadow database"));
    database.sql(&format!("alter role {role} createdb"));
    for _ in 0..2 {
        watched.replay(&folder, NAME).await.unwrap();
    }
    assert_eq!(watched.replayed(), [2, 2]);
    let owned = format!("select count(*) from pg_database where pg_get_userbyid(datdba) = '{role}'");
    assert_eq!(database.value(&owned), "0");
}

#[tokio::test]
async fn it_needs_no_target_that_answers_unless_it_is_on_the_targets_server() {
    let missing = TestServer::shared().target().with_database("crosstrack_not_there");
    let work =
        async |watched: &Watched| with_shadow(&watched.server, &[], async |_| Ok::<_, ShadowError>(())).await;
    work(&Watched::new(Place::Target, Some(missing), &[])).await.unwrap();
    let nowhere = Host::Tcp { name: "127.0.0.1".into(), address: None, port: 1 };
    let target = Target::new(nowhere, "app", "nobody");
    let private = Watched::new(private(), Some(target.clone()), &[]);
    work(&private).await.unwrap();
    assert!(private.events.lock().unwrap().iter().any(|event| matches!(event, ShadowEvent::NoTarget { .. })));
    let error = work(&Watched::new(Place::Target, Some(target), &[])).await.unwrap_err();
    assert!(matches!(error, ShadowError::Target(ConnectError::Unreachable { .. })), "{error:?}");
}

#[tokio::test]
async fn a_script_that_reaches_out_of_the_server_is_refused_before_anything_is_started() {
    let folder = Folder::sqlx(&[]);
    let place = Place::Private(PrivatePlace {
        folder: folder.path().join("never"),
        search_path: std::ffi::OsString::new(),
        programs: vec![TestServer::shared().running().binaries.clone()],
        only_those: true,
    });
    let watched = Watched::new(place, None, &[]);
    let script = Script { path: "b.sql".into(), text: "copy (select 1) to program 'touch x';".to_owned() };
    let refused =
        with_shadow(&watched.server, &[script], async |_| Ok::<_, ShadowError>(())).await.unwrap_err();
    assert!(matches!(refused, ShadowError::Beyond { .. }), "{refused:?}");
    assert!(!folder.path().join("never").exists());
}
