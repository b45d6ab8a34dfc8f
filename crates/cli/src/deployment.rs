//! The first half of the run's sentence: settings, discover, and a session that reads.

use crosstrack_catalog::Catalog;
use crosstrack_database::{Database, LockRequest, LockedSession, Reader, Row, Snapshot, create_database};
use crosstrack_engine::{
    DatabaseSize, Inspection, Origin, SessionDefaults, Stop, Track, WayBack, database_size, discover,
    end_lost_sessions, inspect, is_empty, read_ways_back, rows_by_table, settle_lost_runs,
};
use crosstrack_model::{Event, Mark};
use crosstrack_operations::{Identity, read_identity};
use crosstrack_report::Problem;
use crosstrack_settings::{EnvironmentKind, Settings, ShadowPlace, Target};
use crosstrack_shadow::drift::Live;
use crosstrack_shadow::{History, ShadowError, ShadowServer, catalog_without_ledgers};
use crosstrack_verify::{Expectations, read_expectations};

use crate::adapters::ADAPTERS;
use crate::context::Context;
use crate::guard::{Answering, may_create};
use crate::{failure, server, shadow};

/// Everything that is known before anything is done.
pub(crate) struct Deployment {
    pub(crate) settings: Settings,
    pub(crate) tracks: Vec<Track>,
    pub(crate) expectations: Expectations,
    pub(crate) database: Database,
    reader: Reader,
}

/// The reason for which a deployment could not be opened.
pub(crate) struct NotOpened {
    pub(crate) is_missing_database: bool,
    pub(crate) problem: Problem,
}

impl From<Problem> for NotOpened {
    fn from(problem: Problem) -> Self {
        Self { is_missing_database: false, problem }
    }
}

impl Deployment {
    pub(crate) async fn open(context: &Context, settings: Settings) -> Result<Self, Problem> {
        let target = target(context, &settings)?;
        Self::open_at(target, settings).await.map_err(|failure| failure.problem)
    }

    /// Opens, and makes the database where it is not there.
    pub(crate) async fn open_or_create(
        context: &Context,
        settings: Settings,
        answering: &Answering,
    ) -> Result<Self, Problem> {
        let target = target(context, &settings)?;
        match Self::open_at(target.clone(), settings.clone()).await {
            Err(failure) if failure.is_missing_database => {
                may_create((&target.database, &settings), answering)?;
                let created = create_database(&target, &application_name(&target)).await;
                created.map_err(|error| failure::maintenance(&error))?;
                context.print.story(&format!("created the database {}\n", target.database));
                Self::open_at(target, settings).await.map_err(|failure| failure.problem)
            }
            opened => opened.map_err(|failure| failure.problem),
        }
    }

    /// Opens the database of this target.
    pub(crate) async fn open_at(target: Target, settings: Settings) -> Result<Self, NotOpened> {
        let tracks = discover(&settings, ADAPTERS).map_err(|error| failure::discover(&error))?;
        let expectations =
            read_expectations(&settings.tracks).map_err(|error| failure::expectations(&error))?;
        let application = application_name(&target);
        let (database, reader) = Database::connect(target, application).await.map_err(|error| NotOpened {
            is_missing_database: error.is_missing_database(),
            problem: failure::connect(&error),
        })?;
        Ok(Self { settings, tracks, expectations, database, reader })
    }

    /// The rows of each table outside PostgreSQL's own schemas, without the ledgers.
    pub(crate) async fn rows_by_table(
        &mut self,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, u64)>, Problem> {
        let snapshot = self.reader.snapshot();
        let ledgers: Vec<String> =
            self.tracks.iter().map(|track| track.adapter.ledger_table(&track.settings)).collect();
        let rows =
            rows_by_table(&snapshot, &ledgers, wanted).await.map_err(|error| failure::inspect(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        Ok(rows)
    }

    /// Inspect: what the database says, read only.
    pub(crate) async fn inspect(&mut self, context: &Context) -> Result<Inspection, Problem> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, &self.tracks).await.map_err(|error| failure::inspect(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        self.heed_mark(&inspection, context)?;
        Ok(inspection)
    }

    /// Without a named environment, the one counts that the database remembers.
    fn heed_mark(&mut self, inspection: &Inspection, context: &Context) -> Result<(), Problem> {
        let environment = &self.settings.environment;
        let is_remembered = |mark: &&Mark| mark.is_own && mark.environment != environment.name;
        let Some(mark) = inspection.journal.mark.as_ref().filter(is_remembered) else { return Ok(()) };
        if !environment.is_default() {
            return Ok(());
        }
        let settings = context.settings_beside(mark.environment.clone())?;
        // Of a file that is not read there, and named this database.
        if self.settings.database.target.is_some() && settings.database.target.is_none() {
            return Err(failure::marked_database_of_a_file(&mark.environment));
        }
        self.settings = settings;
        Ok(())
    }

    /// True for a database that is as it was created.
    pub(crate) async fn is_empty(&mut self) -> Result<bool, Problem> {
        let snapshot = self.reader.snapshot();
        let is_empty = is_empty(&snapshot).await.map_err(|error| failure::inspect(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        Ok(is_empty)
    }

    /// Warns of an environment that is not the one that the database remembers. A command that only reads goes on.
    pub(crate) fn warn_of_mark(&self, inspection: &Inspection, context: &Context) {
        let environment = &self.settings.environment;
        if let Some(mark) = &inspection.journal.mark
            && mark.is_own
            && mark.environment != environment.name
        {
            context.print.story(&format!(
                "warning: the database is marked `{}`, and {} says `{environment}`\n",
                mark.environment, environment.origin
            ));
        }
    }

    /// Reads the down migrations that only the audit log has.
    pub(crate) async fn ways_back(&mut self, inspection: &Inspection) -> Result<Vec<WayBack>, Problem> {
        let snapshot = self.reader.snapshot();
        let ways_back =
            read_ways_back(&snapshot, inspection).await.map_err(|error| failure::inspect(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        Ok(ways_back)
    }

    /// Inspects under the lock, when nothing of a run that is lost works on any more, and the journal tells how it ended.
    pub(crate) async fn inspect_alone(
        &mut self,
        lock: &LockedSession,
        context: &Context,
    ) -> Result<Inspection, Problem> {
        let events = context.listener();
        let failed = |error| failure::execute(&error);
        let mut inspection = self.inspect(context).await?;
        if end_lost_sessions(lock, &inspection, &events).await.map_err(failed)? {
            inspection = self.inspect(context).await?;
        }
        let environment = self.settings.environment.as_str().to_owned();
        if settle_lost_runs(lock, (&inspection, &environment), &events).await.map_err(failed)? {
            inspection = self.inspect(context).await?;
        }
        Ok(inspection)
    }

    /// A fresh view of the database, and the declarations of the tracks, for the checks.
    pub(crate) fn checks(&mut self) -> (Snapshot<'_>, &Expectations) {
        (self.reader.snapshot(), &self.expectations)
    }

    /// True behind a pooler.
    pub(crate) async fn is_behind_pooler(&self) -> Result<bool, Problem> {
        self.reader.is_behind_pooler().await.map_err(|error| failure::query(&error))
    }

    /// By what the database is known again, and its schema without the ledgers.
    pub(crate) async fn identity_and_catalog(&mut self) -> Result<(Identity, Catalog), Problem> {
        let snapshot = self.reader.snapshot();
        let identity = read_identity(&snapshot).await.map_err(|error| failure::query(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        let catalog = catalog_without_ledgers(self.reader.snapshot(), &self.tracks).await;
        let catalog = catalog.map_err(|error| match error {
            ShadowError::Catalog(source) => failure::query(&source.source),
            other => failure::shadow(&other),
        })?;
        Ok((identity, catalog))
    }

    /// Runs a query in a view of the database.
    pub(crate) async fn read(&mut self, purpose: &str, sql: &str) -> Result<Vec<Row>, Problem> {
        let snapshot = self.reader.snapshot();
        let rows = snapshot.rows(purpose, sql).await.map_err(|error| failure::query(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        Ok(rows)
    }

    /// Inspects, and measures the database in the same view of it.
    pub(crate) async fn inspect_and_measure(
        &mut self,
        context: &Context,
    ) -> Result<(Inspection, DatabaseSize), Problem> {
        let snapshot = self.reader.snapshot();
        let inspection = inspect(&snapshot, &self.tracks).await.map_err(|error| failure::inspect(&error))?;
        let size = database_size(&snapshot).await.map_err(|error| failure::inspect(&error))?;
        snapshot.end().await.map_err(|error| failure::query(&error))?;
        self.heed_mark(&inspection, context)?;
        Ok((inspection, size))
    }

    /// The ledgers, the journal and the catalog in one view of the database.
    pub(crate) async fn look(&mut self, context: &Context) -> Result<Live, Problem> {
        let live = crosstrack_shadow::drift::look(self.reader.snapshot(), &self.tracks).await;
        let live = live.map_err(|error| failure::look(&error))?;
        self.heed_mark(&live.inspection, context)?;
        Ok(live)
    }

    /// The shadow server for this database.
    pub(crate) fn shadow(&self, context: &Context) -> Result<ShadowServer, Problem> {
        shadow::server(context, Some(&self.settings), Some(self.database.target()))
    }

    /// True for shadow databases that are made through a pooler, which gives no session of its own.
    pub(crate) async fn shadow_is_behind_pooler(&self) -> Result<bool, Problem> {
        Ok(self.settings.shadow.place == ShadowPlace::Target && self.is_behind_pooler().await?)
    }

    /// The history of migrations for a shadow database.
    pub(crate) fn history<'a>(
        &'a self,
        server: &'a ShadowServer,
        (origin, stop): (&'a Origin, &'a Stop),
    ) -> History<'a> {
        History {
            server,
            tracks: &self.tracks,
            phases: &self.settings.phases,
            defaults: self.session_defaults(),
            origin,
            stop,
        }
    }

    /// The history, and a fresh view of the target.
    pub(crate) fn history_and_view<'a>(
        &'a mut self,
        server: &'a ShadowServer,
        (origin, stop): (&'a Origin, &'a Stop),
    ) -> (History<'a>, Snapshot<'a>) {
        let history = History {
            server,
            tracks: &self.tracks,
            phases: &self.settings.phases,
            defaults: session_defaults(&self.settings),
            origin,
            stop,
        };
        (history, self.reader.snapshot())
    }

    /// Takes the run's lock; says who holds it while it waits, and gives up when it is asked to stop.
    pub(crate) async fn lock(&self, stop: &Stop, context: &Context) -> Result<LockedSession, Problem> {
        let print = context.print.clone();
        let mut on_wait = move |holder| {
            if let Some(line) = crosstrack_report::event(&Event::LockAwaited { holder }) {
                print.story(&line);
            }
        };
        let request = LockRequest { wait: self.settings.database.wait_for_lock, on_wait: &mut on_wait };
        tokio::select! {
            taken = LockedSession::take(&self.database, request) => taken.map_err(|error| failure::lock(&error)),
            () = stop.wait() => Err(failure::stopped_waiting(stop)),
        }
    }

    /// The limits of the sessions that the tracks work in.
    pub(crate) fn session_defaults(&self) -> SessionDefaults {
        session_defaults(&self.settings)
    }

    /// A stop that the signals ask for.
    pub(crate) fn stop(context: &Context) -> Stop {
        let stop = Stop::default();
        crate::signals::listen(&stop, &context.print);
        stop
    }
}

/// A session that reads the database of the settings.
pub(crate) async fn connect(context: &Context, settings: &Settings) -> Result<(Database, Reader), Problem> {
    let target = target(context, settings)?;
    let application = application_name(&target);
    Database::connect(target, application).await.map_err(|error| failure::connect(&error))
}

/// The database that is named, or else the development server, started where it does not run.
pub(crate) fn target(context: &Context, settings: &Settings) -> Result<Target, Problem> {
    match &settings.database.target {
        Some(target) => Ok(target.clone()),
        None if settings.environment.kind == EnvironmentKind::Development => {
            Ok(server::target(&server::start(context, settings)?))
        }
        None => Err(failure::no_database(settings.environment.as_str())),
    }
}

/// The database that shadow databases have to be like: the one that is named, or the development server where it runs.
pub(crate) fn named_target(context: &Context, settings: &Settings) -> Option<Target> {
    settings.database.target.clone().or_else(|| server::running(context, settings))
}

/// The limits of the sessions that the tracks work in.
pub(crate) fn session_defaults(settings: &Settings) -> SessionDefaults {
    SessionDefaults {
        lock_timeout: settings.database.lock_timeout,
        lock_attempts: settings.database.lock_attempts,
        statement_timeout: settings.database.statement_timeout,
    }
}

/// The name of this run's sessions: `crosstrack/0.1.0 run=1f3a9c04`, or the name that the target chooses with the same
/// token, by which a later run knows what belongs to it.
pub(crate) fn application_name(target: &Target) -> String {
    match &target.application_name {
        Some(name) => format!("{} run={}", &name[..name.floor_char_boundary(30)], token()),
        None => own_name(),
    }
}

/// The same where there is no target.
pub(crate) fn own_name() -> String {
    format!("crosstrack/{} run={}", env!("CARGO_PKG_VERSION"), token())
}

fn token() -> String {
    let mut random = [0; 4];
    // Without randomness the process still tells runs on one machine apart.
    if getrandom::fill(&mut random).is_err() {
        random = std::process::id().to_be_bytes();
    }
    format!("{:08x}", u32::from_be_bytes(random))
}
