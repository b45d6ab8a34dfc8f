//! A replay: migrations run on a shadow database by the engine, from empty migrations tables on.
//!
//! It does not judge: it runs steps and reads the catalog.

use std::sync::Arc;
use std::time::Duration;

use crosstrack_catalog::Catalog;
use crosstrack_database::{Database, LockRequest, LockedSession, POOLER_PATIENCE, Reader, Session};
use crosstrack_engine::{
    ExecuteError, Execution, Inspection, Listener, TrackSessions, execute_on, inspect, open_session,
};
use crosstrack_loss::Identities;
use crosstrack_model::{Direction, Item, Plan, Step};
use crosstrack_track::StepError;
use crosstrack_verify::Expectations;

use crate::catalog::{catalog_with_dependencies, catalog_without_ledgers, without_ledgers};
use crate::database::{Origin, ShadowDatabase};
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::objects::{OBJECTS, Object, read_object};
use crate::reach::scope_of_steps;
use crate::rows::Tables;
use crate::server::{ShadowEvent, Started};
use crate::shadow::on_database;
use crate::template::{ATTEMPTS, Chain, Spares, copy, kept, mark_used, prepared};

/// A shadow database with a history, and its lock.
pub struct Replay<'a> {
    history: History<'a>,
    lock: LockedSession,
    view: ReplayView<'a>,
    sessions: TrackSessions,
}

/// Creates a shadow database, replays steps there, or copies a template in which they were replayed before, and gives it to `work`. The
/// database is dropped, whatever happened.
///
/// # Errors
/// When there can be no shadow database, when a step may reach beyond it, when a replayed step fails, and as `work` does.
pub async fn with_replay<T, E: From<ShadowError>>(
    history: History<'_>,
    steps: Steps<'_>,
    work: impl AsyncFnOnce(&mut Replay<'_>) -> Result<T, E>,
) -> Result<T, E> {
    with_next_replay(history, steps, &mut Chain::default(), work).await
}

/// The same for a command that replays longer and longer lists.
pub(crate) async fn with_next_replay<T, E: From<ShadowError>>(
    history: History<'_>,
    steps: Steps<'_>,
    chain: &mut Chain,
    work: impl AsyncFnOnce(&mut Replay<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let server = history.server;
    let scope = scope_of_steps(server, steps.replayed.iter().chain(steps.tried))?;
    let done = scope.within(server, async |started| {
        let is_copied = scope.keeps_templates();
        let created = if is_copied {
            copy(started, Spares::Left, async || {
                template(history, started, steps.replayed, chain).await.map(Some)
            })
            .await?
        } else {
            ShadowDatabase::create(started, Origin::Empty).await?
        };
        on_database(server, started, created, async |shadow| {
            let mut replay = Replay::open(history, shadow.database(), is_copied).await?;
            if !is_copied {
                replay.catch_up(steps.replayed).await?;
            }
            let done = work(&mut replay).await;
            replay.lock.release().await;
            done
        })
        .await
    });
    // The caller need not hold all that a shadow database takes.
    Box::pin(done).await
}

/// Replays steps, or takes a template in which they were replayed before, and gives a view of the result to `read`.
///
/// Where templates are kept the view is of the template itself: nothing is copied, and the server refuses every write.
///
/// # Errors
/// When there can be no shadow database, when a step may reach beyond it, when a replayed step fails, and as `read` does.
pub async fn with_view<T>(
    history: History<'_>,
    replayed: &[Step],
    read: impl AsyncFn(&mut ReplayView<'_>) -> Result<T, ShadowError>,
) -> Result<T, ShadowError> {
    let server = history.server;
    let scope = scope_of_steps(server, replayed.iter())?;
    if !scope.keeps_templates() {
        let steps = Steps { replayed, tried: &[] };
        return with_replay(history, steps, async |replay| read(&mut replay.view).await).await;
    }
    let done = scope.within(server, async |started| {
        let mut attempt = 1;
        loop {
            let name = template(history, started, replayed, &mut Chain::default()).await?;
            match ReplayView::open(history, &started.database(&name)).await {
                Ok(mut view) => return read(&mut view).await,
                // Another command has dropped it just now.
                Err(ShadowError::Connect(error)) if error.is_missing_database() && attempt < ATTEMPTS => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    });
    Box::pin(done).await
}

/// The template of a list of steps. Where there is none, the longest that fits is copied, and the rest of the steps is run.
pub(crate) async fn template(
    history: History<'_>,
    started: &Started,
    steps: &[Step],
    chain: &mut Chain,
) -> Result<String, ShadowError> {
    let keys = history.keys(started, steps);
    let session = started.admin.session("shadow").await.map_err(ShadowError::Connect)?;
    let there = kept(&session).await?;
    let longest = keys.iter().rposition(|key| there.contains(&key.template()));
    if let Some(place) = longest {
        mark_used(&session, &keys[place].template()).await?;
        if place == steps.len() {
            return Ok(keys[place].template());
        }
    }
    drop(session);
    let beginning = match longest {
        Some(place) => Some(keys[place].template()),
        None => prepared(history.server, started).await?,
    };
    let shadow = match &beginning {
        Some(template) => chain.begin(started, template).await?,
        None => ShadowDatabase::create(started, Origin::Empty).await?,
    };
    match extend(history, &shadow, (longest.is_some(), &steps[longest.unwrap_or(0)..])).await {
        Ok(()) => chain.keep(shadow, &keys[steps.len()]).await,
        Err(error) => {
            // What went wrong first is reported.
            drop(shadow.remove().await);
            Err(error)
        }
    }
}

/// Runs the steps that a template does not have.
async fn extend(
    history: History<'_>,
    shadow: &ShadowDatabase,
    (has_ledgers, steps): (bool, &[Step]),
) -> Result<(), ShadowError> {
    let mut replay = Replay::open(history, shadow.database(), has_ledgers).await?;
    let ran = replay.catch_up(steps).await;
    replay.lock.release().await;
    ran
}

impl<'a> Replay<'a> {
    /// Takes the lock. The migrations tables are created where there are none, with the schemas that the settings give them: they belong to
    /// no migration.
    async fn open(history: History<'a>, database: &Database, has_ledgers: bool) -> Result<Self, ShadowError> {
        let request = LockRequest { wait: PATIENCE, on_wait: &mut |_| {} };
        let lock = LockedSession::take(database, request).await?;
        if !has_ledgers {
            for track in history.tracks {
                open_session(lock.database(), track, false)
                    .await
                    .map_err(|error| ShadowError::Execute(Box::new(error)))?;
            }
        }
        let view = ReplayView::open(history, database).await?;
        Ok(Self { history, lock, view, sessions: TrackSessions::default() })
    }

    /// Runs steps that are known to have been applied elsewhere.
    async fn catch_up(&mut self, steps: &[Step]) -> Result<(), ShadowError> {
        if steps.is_empty() {
            return Ok(());
        }
        self.history.server.tell(ShadowEvent::Replaying { migrations: steps.len() });
        self.run(Direction::Up, steps).await?.map_err(ShadowError::Execute)
    }

    /// Opens a session of its own, for statements that belong to no migration.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn session(&self, purpose: &str) -> Result<Session, ShadowError> {
        self.lock.database().session(purpose).await.map_err(ShadowError::Connect)
    }

    /// All tables but the migrations tables.
    pub(crate) fn tables(&self) -> Tables {
        without_ledgers(self.history.tracks).into()
    }

    /// The shadow database.
    pub fn database(&self) -> &Database {
        self.lock.database()
    }

    /// The view of it.
    pub fn view(&mut self) -> &mut ReplayView<'a> {
        &mut self.view
    }

    /// The catalog, without the migrations tables.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn catalog(&mut self) -> Result<Catalog, ShadowError> {
        self.view.catalog().await
    }

    /// Runs steps as `up` and `down` do.
    ///
    /// # Errors
    /// The outer error ends the replay; the inner one is of a script.
    pub async fn run(
        &mut self,
        direction: Direction,
        steps: &[Step],
    ) -> Result<Result<(), Box<ExecuteError>>, ShadowError> {
        let inspection = self.view.inspect().await?;
        let items = steps.iter().map(|step| Item::Step(Box::new(step.clone())));
        let plan =
            Plan { direction, items: items.collect(), restamps: Vec::new(), skipped_gates: Vec::new() };
        let execution = Execution {
            lock: &self.lock,
            tracks: self.history.tracks,
            inspection: &inspection,
            expectations: &Expectations::default(),
            defaults: self.history.defaults,
            origin: self.history.origin,
            wait_for_lock: PATIENCE,
            stop: self.history.stop,
        };
        // The caller reports each step.
        let silent: Listener = Arc::new(|_| {});
        match execute_on(&execution, &plan, &silent, &mut self.sessions).await {
            Ok(_) => Ok(Ok(())),
            Err(error) if is_of_a_script(&error) => Ok(Err(Box::new(error))),
            Err(error) => Err(ShadowError::Execute(Box::new(error))),
        }
    }
}

/// A read-only session in a database with a history.
pub struct ReplayView<'a> {
    history: History<'a>,
    reader: Reader,
}

impl<'a> ReplayView<'a> {
    async fn open(history: History<'a>, database: &Database) -> Result<Self, ShadowError> {
        let reader = database.reader().await.map_err(ShadowError::Connect)?.repeating();
        Ok(Self { history, reader })
    }

    /// Inspects it, as before a run.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn inspect(&mut self) -> Result<Inspection, ShadowError> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, self.history.tracks).await?;
        snapshot.end().await?;
        Ok(inspection)
    }

    /// The catalog, without the migrations tables.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn catalog(&mut self) -> Result<Catalog, ShadowError> {
        catalog_without_ledgers(self.reader.snapshot(), self.history.tracks).await
    }

    /// The same with the dependencies between its facts.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn catalog_with_dependencies(&mut self) -> Result<Catalog, ShadowError> {
        catalog_with_dependencies(self.reader.snapshot(), self.history.tracks).await
    }

    /// The identities of its tables and columns, independent of their names.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn identities(&mut self) -> Result<Identities, ShadowError> {
        let snapshot = self.reader.snapshot();
        let identities = Identities::read(&snapshot).await?;
        snapshot.end().await?;
        Ok(identities)
    }

    /// Its objects, the migrations tables among them.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn objects(&mut self) -> Result<Vec<Object>, ShadowError> {
        let snapshot = self.reader.snapshot();
        let rows = snapshot.rows("list the objects", OBJECTS).await?;
        snapshot.end().await?;
        Ok(rows.iter().map(read_object).collect::<Result<_, _>>()?)
    }
}

/// No other run wants the lock of a shadow database; a pooler in front of it may take its time.
const PATIENCE: Duration = POOLER_PATIENCE;

/// Whether an error says something about a script, and not about the server or the replay.
pub(crate) fn is_of_a_script(error: &ExecuteError) -> bool {
    match error {
        ExecuteError::Step(failure) => {
            !matches!(failure.source, StepError::Broken { .. })
                && !failure.source.server_error().is_some_and(|server| is_of_the_machine(&server.code))
        }
        ExecuteError::Split { .. } | ExecuteError::NotInLedger { .. } => true,
        _ => false,
    }
}

/// The classes of `insufficient_resources` and `system_error`: the shadow server's disk is full, for example.
pub(crate) fn is_of_the_machine(code: &str) -> bool {
    code.starts_with("53") || code.starts_with("58")
}
