//! Which environment it is: `--env`, then `CROSSTRACK_ENV`, then `APP_ENV`, then what the database remembers, else `development`.
//!
//! It must not look into the database: what it remembers is told by whoever asks.

use std::path::PathBuf;

use crate::environment::Environment;
use crate::file::DeclaredEnvironment;
use crate::nearest::did_you_mean;
use crate::settings::{EnvironmentKind, EnvironmentName, EnvironmentOrigin};

const VARIABLES: [&str; 2] = ["CROSSTRACK_ENV", "APP_ENV"];

/// An environment that nobody declares.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown environment `{name}` from {origin}")]
pub struct UnknownEnvironment {
    /// The name.
    pub name: String,
    /// Who named it.
    pub origin: EnvironmentOrigin,
    /// The environments that there are.
    pub known: Vec<String>,
}

impl UnknownEnvironment {
    /// What to do about it.
    pub fn hint(&self) -> String {
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let meant = did_you_mean(&self.name, &known).unwrap_or_default();
        format!("{meant}\na new one is declared as `[environment.<name>]` in `crosstrack.toml`")
    }
}

/// The name that a flag or a variable gives, and who gave it.
pub(crate) fn named(flag: Option<&str>, environment: &Environment) -> Option<(String, EnvironmentOrigin)> {
    if let Some(name) = flag {
        return Some((name.to_owned(), EnvironmentOrigin::Flag));
    }
    VARIABLES.into_iter().find_map(|variable| {
        let name = environment.text(variable)?;
        Some((name.to_owned(), EnvironmentOrigin::Variable { name: variable }))
    })
}

/// The name that a `.env` file gives.
pub(crate) fn named_in_file(
    variables: &[(String, String)],
    file: &std::path::Path,
) -> Option<(String, EnvironmentOrigin)> {
    VARIABLES.into_iter().find_map(|variable| {
        let (_, name) = variables.iter().find(|(name, value)| name == variable && !value.is_empty())?;
        let file: PathBuf = file.to_owned();
        Some((name.clone(), EnvironmentOrigin::EnvironmentFile { name: variable, file }))
    })
}

/// The environment of this name.
pub(crate) fn find(
    named: Option<(String, EnvironmentOrigin)>,
    declared: &[DeclaredEnvironment],
) -> Result<EnvironmentName, UnknownEnvironment> {
    let (name, origin) = named
        .unwrap_or_else(|| (EnvironmentKind::Development.as_str().to_owned(), EnvironmentOrigin::Default));
    let declared_kind = declared.iter().find(|one| one.name == name).map(|one| one.kind);
    let built_in = || EnvironmentKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    if let Some(kind) = declared_kind.or_else(built_in) {
        return Ok(EnvironmentName { name, kind, origin });
    }
    let built_in = EnvironmentKind::ALL.map(|kind| kind.as_str().to_owned());
    let others = declared.iter().map(|one| one.name.clone()).filter(|one| !built_in.contains(one));
    let known = built_in.iter().cloned().chain(others).collect();
    Err(UnknownEnvironment { name, origin, known })
}
