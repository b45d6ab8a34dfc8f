//! The environment's name and the variables with those of `.env`: each may name the other.
//!
//! It must not use a `.env` file in production, and it must not set a variable of the process.

use std::path::{Path, PathBuf};

use crate::dotenv;
use crate::environment::Environment;
use crate::file::DeclaredEnvironment;
use crate::find;
use crate::load::SettingsError;
use crate::naming;
use crate::request::Request;
use crate::settings::{EnvironmentKind, EnvironmentName, EnvironmentOrigin};
use crate::trust::check_trust;

/// Where the search for `.env` starts and ends.
#[derive(Clone, Copy)]
pub(crate) struct Start<'a> {
    pub(crate) working_directory: &'a Path,
    pub(crate) root: &'a Path,
}

/// The variables with those of `.env`, and the environment that they name.
pub(crate) struct Surroundings {
    pub(crate) name: EnvironmentName,
    pub(crate) variables: Environment,
    /// The `.env` file, when `DATABASE_URL` comes from it.
    pub(crate) url_from: Option<PathBuf>,
    pub(crate) warnings: Vec<String>,
}

/// Finds the environment's name and the variables.
///
/// A `.env` file may name the environment when neither a flag nor a variable does.
pub(crate) fn find(
    request: &Request,
    environment: &Environment,
    start: Start<'_>,
    declared: &[DeclaredEnvironment],
) -> Result<Surroundings, SettingsError> {
    let named = naming::named(request.environment.as_deref(), environment);
    let remembered = request.remembered.clone().map(|name| (name, EnvironmentOrigin::Database));
    let Some(file) = environment_file(request, start) else {
        return Ok(alone(naming::find(named.or(remembered), declared)?, environment));
    };
    let name = naming::find(named.clone(), declared)?;
    if name.kind == EnvironmentKind::Production {
        return without(&file, alone(name, environment), request);
    }
    if request.env_file.is_none() {
        check_trust(&file, start.working_directory, environment)?;
    }
    let variables = dotenv::read(&file)?;
    let named = named.or_else(|| naming::named_in_file(&variables, &file)).or(remembered);
    let name = naming::find(named, declared)?;
    if name.kind == EnvironmentKind::Production {
        return without(&file, alone(name, environment), request);
    }
    let url_is_theirs = variables.iter().any(|(name, _)| name == "DATABASE_URL");
    Ok(Surroundings {
        url_from: Some(file).filter(|_| url_is_theirs && environment.get("DATABASE_URL").is_none()),
        variables: environment.or(variables),
        ..alone(name, environment)
    })
}

fn alone(name: EnvironmentName, environment: &Environment) -> Surroundings {
    Surroundings { name, variables: environment.clone(), url_from: None, warnings: Vec::new() }
}

/// In production a `.env` file is passed over aloud. One that was asked for by name is an error, for what it would have
/// said might be another database.
fn without(
    file: &Path,
    mut surroundings: Surroundings,
    request: &Request,
) -> Result<Surroundings, SettingsError> {
    let environment = &surroundings.name;
    if request.env_file.is_some() {
        let environment = environment.name.clone();
        return Err(SettingsError::EnvironmentFileInProduction { path: file.to_owned(), environment });
    }
    let warning = match &environment.origin {
        EnvironmentOrigin::EnvironmentFile { name, .. } => {
            format!("`{}` sets {name} to `{environment}`, so nothing else in it is read", file.display())
        }
        _ => format!("`{}` is not read in `{environment}`", file.display()),
    };
    surroundings.warnings.push(warning);
    Ok(surroundings)
}

fn environment_file(request: &Request, start: Start<'_>) -> Option<PathBuf> {
    match &request.env_file {
        Some(file) => Some(start.working_directory.join(file)),
        None if request.no_dotenv => None,
        None => find::environment_file(start.working_directory, start.root),
    }
}
