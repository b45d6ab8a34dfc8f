//! The environment variables as a value.
//!
//! It must not look at the process: `process.rs` does that, once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

/// A set of environment variables, and who the caller is to the operating system.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    user: Option<String>,
    user_number: Option<u32>,
}

impl Environment {
    /// The same variables for a caller whom the operating system knows by this name. libpq's default user is that name.
    #[must_use]
    pub fn with_user(self, user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..self }
    }

    /// The same variables for a caller whose files have this number as their owner.
    #[must_use]
    pub fn with_user_number(self, number: u32) -> Self {
        Self { user_number: Some(number), ..self }
    }

    /// The number by which the operating system knows the caller.
    pub(crate) fn user_number(&self) -> Option<u32> {
        self.user_number
    }

    /// The value of a variable as the operating system has it.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str)
    }

    /// The value of a variable, unless it is unset, empty or not UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(OsStr::to_str).filter(|value| !value.is_empty())
    }

    /// The caller's name in the operating system.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The caller's home folder.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
    }

    /// The folder in which libpq looks for the user's own files.
    pub(crate) fn libpq_home(&self) -> Option<PathBuf> {
        let (variable, below) = if cfg!(windows) { ("APPDATA", "postgresql") } else { ("HOME", "") };
        let home = self.get(variable).filter(|home| !home.is_empty())?;
        Some(if below.is_empty() { PathBuf::from(home) } else { PathBuf::from(home).join(below) })
    }

    /// These variables, and from the others those that are not set here.
    #[must_use]
    pub(crate) fn or(&self, others: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut merged = self.clone();
        for (name, value) in others {
            merged.variables.entry(name).or_insert_with(|| value.into());
        }
        merged
    }
}

impl<Name: Into<String>, Value: Into<OsString>> FromIterator<(Name, Value)> for Environment {
    fn from_iter<Variables: IntoIterator<Item = (Name, Value)>>(variables: Variables) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, user: None, user_number: None }
    }
}

impl<Name: Into<String>, Value: Into<OsString>, const COUNT: usize> From<[(Name, Value); COUNT]>
    for Environment
{
    fn from(variables: [(Name, Value); COUNT]) -> Self {
        variables.into_iter().collect()
    }
}

/// Shows the names only: any value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.variables.keys()).finish()
    }
}
