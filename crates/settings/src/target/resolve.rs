//! From what was given to what is meant: URL, then service, then variables, then libpq's defaults.
//!
//! It must not connect. The order is libpq's (`conninfo_add_defaults`).

use std::time::Duration;

use super::parameters::Parameters;
use super::password_file::{self, Login};
use super::{
    Host, Origin, Resolution, Secret, SessionAttributes, Target, TargetError, hosts, key_value, service, tls,
    url,
};
use crate::environment::Environment;

/// The variables that name a database. The others only say how to reach it.
const NAMING_VARIABLES: [&str; 4] = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"];

/// The database that a URL or a `key=value` string names.
pub(crate) fn resolve_url(
    text: &str,
    origin: Origin,
    environment: &Environment,
) -> Result<Resolution, TargetError> {
    let text = text.trim();
    let parameters = match (url::without_scheme(text), text.split_once("://")) {
        (Some(rest), _) => url::parse(rest)?,
        (None, Some((scheme, _))) if is_scheme(scheme) => {
            return Err(TargetError::OtherScheme { scheme: scheme.to_owned() });
        }
        _ if text.contains('=') => key_value::parse(text)?,
        _ => return Err(TargetError::NotAUrl),
    };
    resolve(parameters, origin, environment)
}

/// The database that libpq's variables name, if one of them names one.
pub(crate) fn resolve_variables(environment: &Environment) -> Result<Option<Resolution>, TargetError> {
    if !NAMING_VARIABLES.iter().any(|name| environment.get(name).is_some_and(|value| !value.is_empty())) {
        return Ok(None);
    }
    let origin = match environment.text("PGSERVICE") {
        Some(service) => Origin::Service(service.to_owned()),
        None => Origin::LibpqVariables,
    };
    resolve(Parameters::default(), origin, environment).map(Some)
}

fn is_scheme(text: &str) -> bool {
    text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn resolve(
    mut parameters: Parameters,
    origin: Origin,
    environment: &Environment,
) -> Result<Resolution, TargetError> {
    service::fill(&mut parameters, environment)?;
    parameters.fill_from_variables(environment)?;
    parameters.check_supported()?;
    let mut warnings = Vec::new();
    let hosts = hosts::read(&parameters)?;
    let user = parameters.get("user").or(environment.user()).ok_or(TargetError::NoUser)?.to_owned();
    let database = parameters.get("dbname").unwrap_or(&user).to_owned();
    let login = Login { hosts: &hosts, database: &database, user: &user };
    let password = match parameters.get("password") {
        Some(password) => Some(Secret::new(password)),
        None => password_file::path(&parameters, environment)
            .and_then(|path| password_file::find(&path, &login, &mut warnings)),
    };
    let mut target = Target {
        tls: tls::read(&parameters, environment, &mut warnings)?,
        password,
        options: parameters.get("options").map(str::to_owned),
        application_name: parameters
            .get("application_name")
            .or(parameters.get("fallback_application_name"))
            .map(str::to_owned),
        connect_timeout: connect_timeout(&parameters)?,
        target_session_attributes: session_attributes(&parameters)?,
        origin,
        ..Target::new(Host::Tcp { name: String::new(), address: None, port: 0 }, database, user)
    };
    target.hosts = hosts;
    Ok(Resolution { target, warnings })
}

/// Seconds; zero, less and nothing at all are no limit.
fn connect_timeout(parameters: &Parameters) -> Result<Option<Duration>, TargetError> {
    let Some(text) = parameters.get("connect_timeout") else { return Ok(None) };
    let parameter = "connect_timeout";
    let seconds: i32 = text
        .trim()
        .parse()
        .map_err(|_| TargetError::Value { parameter, expected: "a whole number of seconds" })?;
    Ok(u64::try_from(seconds).ok().filter(|&seconds| seconds > 0).map(Duration::from_secs))
}

fn session_attributes(parameters: &Parameters) -> Result<SessionAttributes, TargetError> {
    let Some(word) = parameters.get("target_session_attrs") else { return Ok(SessionAttributes::default()) };
    let found = SessionAttributes::ALL.into_iter().find(|attributes| attributes.as_str() == word);
    found.ok_or(TargetError::Value { parameter: "target_session_attrs", expected: "one of libpq's words" })
}
