//! The one operation.

use std::path::PathBuf;

use crate::environment::Environment;
use crate::request::Request;
use crate::settings::Settings;

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// No settings file.
    #[error("no `crosstrack.toml` in {} or above", .searched_from.display())]
    NotFound {
        /// Where the search started.
        searched_from: PathBuf,
    },
}

impl SettingsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        None
    }
}

/// Reads the settings.
pub fn load(request: &Request, environment: &Environment) -> Result<Settings, SettingsError> {
    let _ = environment;
    Err(SettingsError::NotFound { searched_from: request.working_directory.clone() })
}
