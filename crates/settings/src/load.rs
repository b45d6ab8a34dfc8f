//! The one operation: a request and an environment in, settings out.
//!
//! It must not interpret what it reads: every source has a module of its own, and here they are put in order.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::document::Document;
use crate::dotenv::EnvironmentFileError;
use crate::duration::SERVER_LIMIT;
use crate::environment::Environment;
use crate::file::{self, Context, Declared, DeclaredPlace, MINIMAL_EXAMPLE};
use crate::find;
use crate::mistake::Mistake;
use crate::naming::UnknownEnvironment;
use crate::request::Request;
use crate::settings::{
    DatabaseSettings, EnvironmentName, EnvironmentRules, Settings, ShadowPlace, ShadowSettings, TrackSettings,
};
use crate::surroundings::{self, Start, Surroundings};
use crate::target::{self, Origin, Resolution, Target, TargetError};
use crate::trust::{Untrusted, check_trust};

const DATABASE_URL: &str = "DATABASE_URL";
const SHADOW_URL: &str = "CROSSTRACK_SHADOW_URL";
const SHADOW_DATA: &str = "CROSSTRACK_SHADOW_DATA";
const STATEMENT_TIMEOUT: &str = "DATABASE_STATEMENT_TIMEOUT";

/// Nobody writes settings of this size in bytes, and what stands in the place of a file may have no end.
const LARGEST_FILE: u64 = 4 << 20;

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The folder where the search should start cannot be named.
    #[error("cannot find the working directory `{}`", .path.display())]
    WorkingDirectory {
        /// The folder as it was given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no settings file.
    #[error("no `crosstrack.toml` in `{}` or above it", .searched_from.display())]
    NotFound {
        /// Where the search started.
        searched_from: PathBuf,
    },
    /// Another user may have written a file that was found.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The settings file cannot be read.
    #[error("cannot read the settings file `{}`", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The settings file cannot be one.
    #[error("the settings file `{}` is larger than {} MiB", .path.display(), LARGEST_FILE >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The settings file has a mistake.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
    /// The environment is not one of those that there are.
    #[error(transparent)]
    UnknownEnvironment(#[from] UnknownEnvironment),
    /// A `.env` file cannot be read.
    #[error(transparent)]
    EnvironmentFile(#[from] EnvironmentFileError),
    /// `--env-file` in an environment that reads none.
    #[error("`--env-file {}` is not read in `{environment}`", .path.display())]
    EnvironmentFileInProduction {
        /// The file.
        path: PathBuf,
        /// The environment's name.
        environment: String,
    },
    /// `DATABASE_STATEMENT_TIMEOUT` is not a number.
    #[error(
        "`DATABASE_STATEMENT_TIMEOUT` is `{text}`, which is not a whole number of milliseconds, 2147483647 at the most"
    )]
    StatementTimeout {
        /// The value.
        text: String,
    },
    /// What names the database is not understood.
    #[error("the database named by {origin} is not understood")]
    Database {
        /// Who names it.
        origin: Origin,
        /// Why.
        source: Box<TargetError>,
    },
}

impl SettingsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => Some(format!(
                "write one, or name it with `--config`; the least that works:\n\n{MINIMAL_EXAMPLE}"
            )),
            Self::Untrusted(untrusted) => Some(untrusted.hint()),
            Self::Mistake(mistake) => mistake.hint.clone(),
            Self::UnknownEnvironment(unknown) => Some(unknown.hint()),
            Self::EnvironmentFileInProduction { .. } => {
                Some("set the variables themselves, or give `--database-url`".to_owned())
            }
            Self::EnvironmentFile(_) => Some("mend it, or pass it over with `--no-dotenv`".to_owned()),
            Self::TooLarge { .. } => Some("name the right file with `--config`".to_owned()),
            Self::StatementTimeout { .. } => Some("60000 is a minute, 0 is no limit".to_owned()),
            Self::Database { source, .. } => source.hint(),
            Self::WorkingDirectory { .. } | Self::Unreadable { .. } => None,
        }
    }
}

/// Reads flags, environment and files into settings.
///
/// Precedence, for every value that several sources can give: flag, environment variable, `.env`, file, default.
pub fn load(request: &Request, environment: &Environment) -> Result<Settings, SettingsError> {
    let working_directory = working_directory(&request.working_directory)?;
    let file = settings_file(request, environment, &working_directory)?;
    let root = file.parent().unwrap_or(&working_directory).to_owned();
    let declared = declared(request, &working_directory, &file)?;
    let start = Start { working_directory: &working_directory, root: &root };
    let surroundings = surroundings::find(request, environment, start, &declared.environments)?;
    let (database, mut warnings) = database(request, &surroundings, &declared)?;
    let place = shadow_place(request, &surroundings.variables, &declared.shadow.place)?;
    warnings.splice(..0, surroundings.warnings);
    let rules = rules(&surroundings.name, &declared);
    Ok(Settings {
        root,
        file,
        rules,
        tracks: tracks(&surroundings.name, &declared),
        environment: surroundings.name,
        database,
        phases: declared.phases,
        server: declared.server,
        shadow: ShadowSettings {
            place,
            prepare: declared.shadow.prepare,
            data: shadow_data(&surroundings.variables, &working_directory).or(declared.shadow.data),
        },
        hooks: declared.hooks,
        drift: declared.drift,
        warnings,
    })
}

/// Which database flags, environment and `.env` name, where the settings file cannot be read.
pub fn load_database(request: &Request, environment: &Environment) -> Result<Option<Target>, SettingsError> {
    let working_directory = working_directory(&request.working_directory)?;
    let file = match settings_file(request, environment, &working_directory) {
        Err(error @ SettingsError::Untrusted(_)) => return Err(error),
        found => found.ok(),
    };
    let root = file.as_deref().and_then(Path::parent).unwrap_or(&working_directory);
    let start = Start { working_directory: &working_directory, root };
    let surroundings = surroundings::find(request, environment, start, &[])?;
    Ok(resolution(request, &surroundings)?.map(|resolution| resolution.target))
}

/// Where flags, environment and `.env` say that migrations are tried, where there is no settings file.
pub fn load_shadow(request: &Request, environment: &Environment) -> Result<ShadowSettings, SettingsError> {
    let working_directory = working_directory(&request.working_directory)?;
    let start = Start { working_directory: &working_directory, root: &working_directory };
    let surroundings = surroundings::find(request, environment, start, &[])?;
    let place = shadow_place(request, &surroundings.variables, &DeclaredPlace::Private)?;
    let data = shadow_data(&surroundings.variables, &working_directory);
    Ok(ShadowSettings { place, prepare: Vec::new(), data })
}

fn working_directory(given: &Path) -> Result<PathBuf, SettingsError> {
    let given = if given.as_os_str().is_empty() { Path::new(".") } else { given };
    let failed = |source| SettingsError::WorkingDirectory { path: given.to_owned(), source };
    let absolute = std::path::absolute(given).map_err(failed)?;
    // `absolute` keeps a final `.`, and a search upward would look at that folder twice.
    Ok(absolute.components().collect())
}

fn settings_file(
    request: &Request,
    environment: &Environment,
    working_directory: &Path,
) -> Result<PathBuf, SettingsError> {
    if let Some(config) = &request.config {
        return Ok(working_directory.join(config));
    }
    let file = find::settings_file(working_directory, environment.home().as_deref())
        .ok_or_else(|| SettingsError::NotFound { searched_from: working_directory.to_owned() })?;
    check_trust(&file, working_directory, environment)?;
    Ok(file)
}

fn declared(request: &Request, working_directory: &Path, file: &Path) -> Result<Declared, SettingsError> {
    let bytes = read(file)?;
    let shown = file::shown(file, working_directory).to_owned();
    let document = Document::new(shown, bytes)?;
    let context = Context {
        root: file.parent().unwrap_or(working_directory),
        working_directory,
        adapters: request.adapters,
        checks: request.checks,
    };
    Ok(file::read(&document, context)?)
}

fn read(file: &Path) -> Result<Vec<u8>, SettingsError> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|source| SettingsError::Unreadable { path: file.to_owned(), source })?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(SettingsError::TooLarge { path: file.to_owned() });
    }
    Ok(bytes)
}

fn database(
    request: &Request,
    surroundings: &Surroundings,
    declared: &Declared,
) -> Result<(DatabaseSettings, Vec<String>), SettingsError> {
    let resolution = resolution(request, surroundings)?;
    let environment = declared.environments.iter().find(|one| one.name == surroundings.name.name);
    let declared = &declared.database;
    let (target, warnings) = match resolution {
        Some(resolution) => (Some(resolution.target), resolution.warnings),
        None => (None, Vec::new()),
    };
    let settings = DatabaseSettings {
        target,
        lock_timeout: environment.and_then(|one| one.lock_timeout).unwrap_or(declared.lock_timeout),
        lock_attempts: environment.and_then(|one| one.lock_attempts).unwrap_or(declared.lock_attempts),
        statement_timeout: statement_timeout(&surroundings.variables, declared.statement_timeout)?,
        wait_for_lock: request.wait_for_lock.unwrap_or(declared.wait_for_lock),
    };
    Ok((settings, warnings))
}

/// The first source that names a database: the flag, `DATABASE_URL`, libpq's variables.
fn resolution(request: &Request, surroundings: &Surroundings) -> Result<Option<Resolution>, SettingsError> {
    let variables = &surroundings.variables;
    let failed = |origin: Origin| move |source| SettingsError::Database { origin, source: Box::new(source) };
    let by_variable = match variables.get(DATABASE_URL) {
        Some(url) if !url.is_empty() => Some(url),
        _ => None,
    };
    if let Some(url) = &request.database_url {
        let resolution = target::resolve_url(url, Origin::Flag, variables);
        return resolution.map(Some).map_err(failed(Origin::Flag));
    }
    if let Some(url) = by_variable {
        let origin = match &surroundings.url_from {
            Some(file) => Origin::EnvironmentFile(file.clone()),
            None => Origin::DatabaseUrl,
        };
        let url = url.to_str().ok_or(TargetError::VariableNotUtf8 { name: DATABASE_URL });
        let resolution = url.and_then(|url| target::resolve_url(url, origin.clone(), variables));
        return resolution.map(Some).map_err(failed(origin));
    }
    target::resolve_variables(variables).map_err(failed(Origin::LibpqVariables))
}

/// The folder of the private shadow server that the variable names.
fn shadow_data(variables: &Environment, working_directory: &Path) -> Option<PathBuf> {
    let folder = variables.get(SHADOW_DATA).filter(|folder| !folder.is_empty())?;
    Some(working_directory.join(folder))
}

/// The first source that names a shadow server: the flag, the variable, the file.
fn shadow_place(
    request: &Request,
    variables: &Environment,
    declared: &DeclaredPlace,
) -> Result<ShadowPlace, SettingsError> {
    let named = |url: &str, origin: Origin| {
        let resolution = target::resolve_url(url, origin.clone(), variables);
        let failed = |source| SettingsError::Database { origin, source: Box::new(source) };
        resolution.map(|resolution| ShadowPlace::Server(Box::new(resolution.target))).map_err(failed)
    };
    if let Some(url) = &request.shadow_url {
        return named(url, Origin::ShadowFlag);
    }
    match variables.text(SHADOW_URL) {
        Some(url) if !url.is_empty() => named(url, Origin::ShadowUrl),
        _ => match declared {
            DeclaredPlace::Private => Ok(ShadowPlace::Private),
            DeclaredPlace::Url(url) => named(url, Origin::ShadowSettings),
            DeclaredPlace::Target => Ok(ShadowPlace::Target),
        },
    }
}

/// The variable in milliseconds, where 0 is no limit, and without it what the file says.
fn statement_timeout(
    environment: &Environment,
    declared: Option<Duration>,
) -> Result<Option<Duration>, SettingsError> {
    let Some(text) = environment.text(STATEMENT_TIMEOUT) else { return Ok(declared) };
    match text.trim().parse() {
        Ok(0) => Ok(None),
        Ok(milliseconds) if Duration::from_millis(milliseconds) <= SERVER_LIMIT => {
            Ok(Some(Duration::from_millis(milliseconds)))
        }
        _ => Err(SettingsError::StatementTimeout { text: text.to_owned() }),
    }
}

fn rules(name: &EnvironmentName, declared: &Declared) -> EnvironmentRules {
    match declared.environments.iter().find(|environment| environment.name == name.name) {
        Some(environment) => environment.rules.clone(),
        None => file::built_in_rules(name.kind),
    }
}

fn tracks(name: &EnvironmentName, declared: &Declared) -> Vec<TrackSettings> {
    let mut tracks = declared.tracks.clone();
    let policies = declared
        .environments
        .iter()
        .filter(|environment| environment.name == name.name)
        .flat_map(|environment| &environment.rollback);
    for (track_name, policy) in policies {
        for track in tracks.iter_mut().filter(|track| track.name == *track_name) {
            track.rollback = track.rollback.max(*policy);
        }
    }
    tracks
}
