//! Service files: named sets of parameters, `[name]` and lines of `parameter=value`.
//!
//! It must not know what a parameter means. The format is libpq's (`parseServiceFile`); its LDAP lines are not supported.

use std::path::{Path, PathBuf};

use super::TargetError;
use super::parameters::Parameters;
use crate::environment::Environment;

/// Where packagers put the file for the whole machine, when `PGSYSCONFDIR` does not say.
const SYSTEM_FOLDERS: [&str; 2] = ["/etc/postgresql-common", "/etc"];

/// Fills in what the service says, if the parameters or `PGSERVICE` name one. As in libpq, a service is weaker than the URL
/// and stronger than the other variables.
pub(super) fn fill(parameters: &mut Parameters, environment: &Environment) -> Result<(), TargetError> {
    let service = parameters.get("service").or_else(|| environment.text("PGSERVICE")).map(str::to_owned);
    let Some(service) = service else { return Ok(()) };
    let named = parameters.get("servicefile").or_else(|| environment.text("PGSERVICEFILE"));
    let files = files(named.map(PathBuf::from), environment)?;
    for file in &files {
        let text = std::fs::read_to_string(file)
            .map_err(|source| TargetError::Unreadable { path: file.clone(), source })?;
        if fill_from(&text, &service, file, parameters)? {
            return Ok(());
        }
    }
    Err(TargetError::UnknownService { service, files })
}

/// The user's own file first, then the machine's. Only a file that is named has to be there.
fn files(named: Option<PathBuf>, environment: &Environment) -> Result<Vec<PathBuf>, TargetError> {
    if let Some(named) = &named
        && let Err(source) = std::fs::metadata(named)
    {
        return Err(TargetError::Unreadable { path: named.clone(), source });
    }
    let own = named.or_else(|| environment.libpq_home().map(|home| home.join(".pg_service.conf")));
    let system: Vec<PathBuf> = match environment.text("PGSYSCONFDIR") {
        Some(folder) => vec![folder.into()],
        None => SYSTEM_FOLDERS.map(PathBuf::from).into(),
    };
    let system = system.into_iter().map(|folder| folder.join("pg_service.conf"));
    Ok(own.into_iter().chain(system).filter(|file| file.is_file()).collect())
}

/// Fills in what a file says about a service. False: it does not know the service.
fn fill_from(
    text: &str,
    service: &str,
    file: &Path,
    parameters: &mut Parameters,
) -> Result<bool, TargetError> {
    let mut is_found = false;
    let lines = text.lines().map(str::trim).enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix('[') {
            if is_found {
                break;
            }
            is_found = header.split_once(']').is_some_and(|(name, _)| name == service);
        } else if is_found {
            let mistake = |what| TargetError::ServiceFile { path: file.to_owned(), line: index + 1, what };
            fill_from_line(line, parameters).map_err(mistake)?;
        }
    }
    Ok(is_found)
}

fn fill_from_line(line: &str, parameters: &mut Parameters) -> Result<(), &'static str> {
    let (parameter, value) = line.split_once('=').ok_or("is not `parameter=value`")?;
    if ["service", "servicefile"].contains(&parameter) {
        return Err("names a service inside of a service");
    }
    parameters.fill(parameter, value).map_err(|_| "has an unknown parameter")
}
