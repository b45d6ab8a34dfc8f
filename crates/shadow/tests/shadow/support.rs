//! A shadow server as a command has it, and a history to replay there.
//!
//! Must not look into the crate: what it tells and what is in its databases is all.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crosstrack_engine::{Origin, SessionDefaults, Stop, Track};
use crosstrack_settings::Target;
use crosstrack_shadow::{
    History, Place, PrivatePlace, Replay, ShadowError, ShadowEvent, ShadowRequest, ShadowServer, Steps,
    with_replay,
};
use crosstrack_testkit::{Folder, PrivateServer, TestServer, shadow_folder};
use crosstrack_track_sqlx::Sqlx;

/// A shadow server, and the events that it told.
pub(crate) struct Watched {
    pub(crate) server: ShadowServer,
    pub(crate) events: Arc<Mutex<Vec<ShadowEvent>>>,
}

impl Watched {
    /// As a command has it that begins now.
    pub(crate) fn new(place: Place, target: Option<Target>, prepare: &[PathBuf]) -> Self {
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
    pub(crate) fn replayed(&self) -> Vec<usize> {
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        let number = |event| match event {
            ShadowEvent::Replaying { migrations } => Some(migrations),
            _ => None,
        };
        events.into_iter().filter_map(number).collect()
    }

    /// Replays every migration of a folder and gives the rows of a query as one text.
    pub(crate) async fn replay(&self, folder: &Folder, query: &str) -> Result<String, ShadowError> {
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
        self.with_history(folder, async |history| {
            let steps = history.steps().unwrap();
            with_replay(history, Steps { replayed: &steps, tried: &[] }, work).await
        })
        .await
    }

    /// Gives the history of a folder to `work`.
    pub(crate) async fn with_history<T>(
        &self,
        folder: &Folder,
        work: impl AsyncFnOnce(History<'_>) -> T,
    ) -> T {
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
        work(history).await
    }
}

/// The private server that the tests share.
pub(crate) fn private() -> Place {
    private_in(shadow_folder(), TestServer::shared().running().binaries.clone())
}

/// A private server in this folder, of the programs in another.
pub(crate) fn private_in(folder: PathBuf, programs: PathBuf) -> Place {
    Place::Private(PrivatePlace {
        folder,
        search_path: std::ffi::OsString::new(),
        programs: vec![programs],
        only_those: true,
    })
}

/// A named shadow server.
pub(crate) fn named(server: &PrivateServer) -> Place {
    Place::Server(Box::new(server.tcp_target("127.0.0.1")))
}

/// A table and a column of it; `mark` makes the scripts those of one test.
pub(crate) fn two_migrations(mark: &str) -> Folder {
    let table = format!("create table users (id int); comment on table users is '{mark}';");
    Folder::sqlx(&[
        ("1_users", &table, Some("drop table users;")),
        ("2_mail", "alter table users add mail text;", None),
    ])
}

/// The columns of the table, and the entries of its migrations table.
pub(crate) const FOUND: &str = "select string_agg(attname, ',' order by attnum) || ' ' || (select count(*) from _sqlx_migrations) as found \
                     from pg_attribute where attrelid = 'users'::regclass and attnum > 0";

/// The name of the database.
pub(crate) const NAME: &str = "select current_database() as found";
