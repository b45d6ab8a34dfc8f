//! Where a schema comes from, as a person names it: the database in hand, a URL, a track, files of SQL, a file that a
//! schema was saved in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use crosstrack_catalog::{Catalog, Kind};
use crosstrack_database::{Database, Reader};
use crosstrack_engine::{Track, discover};
use crosstrack_loss::{Loss, count};
use crosstrack_model::{Step, TrackName};
use crosstrack_report::Problem;
use crosstrack_schema::{find_scripts, read_database, read_saved, read_scripts};
use crosstrack_settings::{Origin, Settings, ShadowSettings, Target};
use crosstrack_shadow::rehearse::sizes;
use crosstrack_shadow::{History, ShadowServer, with_view};

use crate::adapters::ADAPTERS;
use crate::context::Context;
use crate::deployment::{self, Deployment};
use crate::{failure, origin, shadow};

/// What a person names as a schema.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// The database in hand.
    Database,
    /// Another database.
    Url(String),
    /// What a track's migrations make.
    Track(TrackName),
    /// A file or a folder of SQL.
    Files(PathBuf),
    /// A schema that was saved.
    Saved(PathBuf),
}

/// The word for the database in hand.
const DATABASE: &str = "database";

impl Source {
    /// A track comes before a folder of its name, which `./auth` is.
    pub(crate) fn read(text: &str, tracks: &[Track]) -> Result<Self, Problem> {
        if text == DATABASE {
            return Ok(Self::Database);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Url(text.to_owned()));
        }
        if let Some(track) = tracks.iter().find(|track| track.name().as_str() == text) {
            return Ok(Self::Track(track.name().clone()));
        }
        let path = PathBuf::from(text);
        if path.is_file() && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        {
            return Ok(Self::Saved(path));
        }
        if path.exists() {
            return Ok(Self::Files(path));
        }
        Err(failure::unknown_schema(text, tracks))
    }

    /// How it is shown: never with a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Database => DATABASE.to_owned(),
            Self::Url(url) => {
                url.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default().to_owned()
            }
            Self::Track(name) => name.to_string(),
            Self::Files(path) | Self::Saved(path) => path.display().to_string(),
        }
    }
}

/// When statements are taken that let others write to a table meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Online {
    /// For tables that have 16 MB or more, with their indexes, in the database that is named
    Large,
    /// For every table that is there before
    Always,
    /// For none
    Never,
}

/// From how many bytes on a table is large. Less is read, and indexed, in a fraction of a second.
const LARGE: u64 = 16 << 20;

/// What schemas are read with.
pub(crate) struct Reading<'a> {
    context: &'a Context,
    /// The settings, where there are any.
    settings: Option<Settings>,
    pub(crate) tracks: Vec<Track>,
    /// The target, where one is named or the development server runs.
    target: Option<Target>,
    /// The shadow server.
    pub(crate) server: ShadowServer,
    application: String,
}

impl<'a> Reading<'a> {
    /// Without a settings file, and without a database, files can still be compared.
    pub(crate) fn new(context: &'a Context) -> Result<Self, Problem> {
        let shadow = match context.settings_or_none()? {
            Some(settings) => settings.shadow,
            None => context.shadow_settings()?,
        };
        Self::with_shadow(context, shadow)
    }

    /// The same with another shadow server than the settings name.
    pub(crate) fn with_shadow(context: &'a Context, shadow: ShadowSettings) -> Result<Self, Problem> {
        let settings = context.settings_or_none()?;
        let (target, tracks) = if let Some(settings) = &settings {
            let tracks = discover(settings, ADAPTERS).map_err(|error| failure::discover(&error))?;
            (deployment::named_target(context, settings), tracks)
        } else {
            (context.named_database(), Vec::new())
        };
        let server = shadow::described(context, (settings.as_ref(), shadow), target.as_ref());
        let application = target.as_ref().map_or_else(deployment::own_name, deployment::application_name);
        Ok(Self { context, settings, tracks, target, server, application })
    }

    /// The target; the development server is started for it where no database is named.
    fn target(&self) -> Result<Target, Problem> {
        match (&self.target, &self.settings) {
            (Some(target), _) => Ok(target.clone()),
            (None, Some(settings)) => deployment::target(self.context, settings),
            (None, None) => Err(failure::no_database("development")),
        }
    }

    /// The tracks as they are on disk now.
    pub(crate) fn tracks_on_disk(&self) -> Result<Vec<Track>, Problem> {
        let Some(settings) = &self.settings else { return Ok(Vec::new()) };
        discover(settings, ADAPTERS).map_err(|error| failure::discover(&error))
    }

    /// Reads a schema; for a track also what is there before it.
    pub(crate) async fn catalog(&self, source: &Source) -> Result<(Option<Catalog>, Catalog), Problem> {
        let failed = |error| failure::schema(&error);
        match source {
            Source::Database | Source::Url(_) => {
                let read = read_database(self.target_of(source)?, &self.application, self.ledgers());
                Ok((None, read.await.map_err(failed)?))
            }
            Source::Track(name) => {
                let (before, after) = self.replayed(name).await?;
                Ok((Some(before), after))
            }
            Source::Files(path) => Ok((None, self.desired(None, path).await?)),
            Source::Saved(path) => Ok((None, read_saved(path).map_err(failed)?)),
        }
    }

    /// What goes, and how much of it there is where a database is the one that loses it.
    pub(crate) async fn lost(&self, source: &Source, losses: &[Loss]) -> Result<Vec<String>, Problem> {
        let failed = |error| failure::query(&error);
        let live = if losses.is_empty() { None } else { self.live(source).await? };
        let Some((_, mut reader)) = live else {
            return Ok(losses.iter().map(ToString::to_string).collect());
        };
        let snapshot = reader.snapshot();
        let counted = count(&snapshot, losses).await.map_err(failed)?;
        snapshot.end().await.map_err(failed)?;
        Ok(counted.iter().map(ToString::to_string).collect())
    }

    /// The tables of a schema that others are to write to meanwhile: all, none, or those that are large where the data is.
    pub(crate) async fn large(
        &self,
        source: &Source,
        (from, when): (&Catalog, Online),
    ) -> Result<BTreeSet<String>, Problem> {
        let tables = from.facts().filter(|fact| matches!(fact.id.kind, Kind::Table | Kind::MaterializedView));
        let tables: BTreeSet<String> = tables.map(|fact| fact.id.name.clone()).collect();
        match when {
            Online::Always => return Ok(tables),
            Online::Never => return Ok(BTreeSet::new()),
            Online::Large => {}
        }
        let Some((_, mut reader)) = self.live(source).await? else { return Ok(BTreeSet::new()) };
        let failed = |error| failure::query(&error);
        let snapshot = reader.snapshot();
        let sizes = sizes(&snapshot, &tables).await.map_err(failed)?;
        snapshot.end().await.map_err(failed)?;
        Ok(sizes.into_iter().filter(|(_, size)| size.bytes >= LARGE).map(|(table, _)| table).collect())
    }

    /// The database that a schema is that of, if it is one and is there.
    async fn live(&self, source: &Source) -> Result<Option<(Database, Reader)>, Problem> {
        if !matches!(source, Source::Database | Source::Url(_)) {
            return Ok(None);
        }
        match Database::connect(self.target_of(source)?, self.application.clone()).await {
            Ok(connected) => Ok(Some(connected)),
            Err(error) if error.is_missing_database() => Ok(None),
            Err(error) => Err(failure::connect(&error)),
        }
    }

    /// The database that is named: the one in hand, or that of a URL.
    fn target_of(&self, source: &Source) -> Result<Target, Problem> {
        match source {
            Source::Url(url) => Target::from_url(url, Origin::Flag, &self.context.environment)
                .map_err(|error| failure::schema_url(&error)),
            _ => self.target(),
        }
    }

    /// What files of SQL make, where this is there before them.
    pub(crate) async fn desired(&self, before: Option<&Catalog>, path: &Path) -> Result<Catalog, Problem> {
        let scripts = find_scripts(path).map_err(|error| failure::schema(&error))?;
        read_scripts(&self.server, before, &scripts).await.map_err(|error| failure::schema(&error))
    }

    fn ledgers(&self) -> Vec<String> {
        self.tracks.iter().map(|track| track.adapter.ledger_table(&track.settings)).collect()
    }

    /// What is there before a track's migrations, by those of the phases before it, and after them.
    pub(crate) async fn replayed(&self, name: &TrackName) -> Result<(Catalog, Catalog), Problem> {
        let Some(settings) = &self.settings else {
            return Err(failure::unknown_schema(name.as_str(), &self.tracks));
        };
        let history = History {
            server: &self.server,
            tracks: &self.tracks,
            phases: &settings.phases,
            defaults: deployment::session_defaults(settings),
            origin: &origin::origin(self.context.command(), settings, &self.context.environment),
            stop: &Deployment::stop(self.context),
        };
        let phase_of =
            |track: &TrackName| settings.phases.iter().position(|phase| phase.tracks.contains(track));
        let own = phase_of(name);
        let steps = history.steps().map_err(|error| failure::plan(&error))?;
        let (before, of_track): (Vec<Step>, Vec<Step>) = steps
            .into_iter()
            .filter(|step| step.track == *name || phase_of(&step.track) < own)
            .partition(|step| step.track != *name);
        let all: Vec<Step> = before.iter().chain(&of_track).cloned().collect();
        let catalog = async |steps: &[Step]| {
            let read = with_view(history, steps, async |view| view.catalog_with_dependencies().await);
            read.await.map_err(|error| failure::shadow(&error))
        };
        // One after the other: migrations that create roles on a named server have to be alone there.
        Ok((catalog(&before).await?, catalog(&all).await?))
    }
}
