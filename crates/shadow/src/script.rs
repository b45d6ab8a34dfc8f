//! Files of SQL that run on a shadow database before the first migration, or that say what a schema is to be.
//!
//! It must not decide where they run.

use std::path::{Path, PathBuf};

use crosstrack_database::{QueryError, Session};

use crate::error::ShadowError;
use crate::roles::{create_stand_in, is_duplicate};
use crate::server::ShadowServer;

/// A file of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The file.
    pub path: PathBuf,
    /// Its text, without a byte-order mark.
    pub text: String,
}

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self, ShadowError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ShadowError::File { path: path.to_owned(), source })?;
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        Ok(Self { path: path.to_owned(), text })
    }
}

/// `undefined_object`.
const UNDEFINED: &str = "42704";

/// Runs scripts on a session, statement by statement. A role that a statement names and the shadow server does not have is created
/// there, so that owners and grants can be compared; one that is there already is no reason to fail.
pub(crate) async fn run_scripts(
    server: &ShadowServer,
    session: &Session,
    scripts: &[Script],
) -> Result<(), ShadowError> {
    for script in scripts {
        let path = &script.path;
        let statements = crosstrack_script::statements(&script.text)
            .map_err(|source| ShadowError::Split { path: path.clone(), source })?;
        for statement in statements {
            let done = run_statement(server, session, statement.text).await;
            done.map_err(|source| ShadowError::Statement {
                path: path.clone(),
                line: statement.line,
                statement: statement.text.lines().next().unwrap_or_default().to_owned(),
                source,
            })?;
        }
    }
    Ok(())
}

/// Runs one statement outside of a transaction block; the roles that it lacks are created first.
pub(crate) async fn run_statement(
    server: &ShadowServer,
    session: &Session,
    sql: &str,
) -> Result<(), QueryError> {
    const PURPOSE: &str = "run a statement on the shadow database";
    let mut former = None;
    loop {
        let Err(error) = session.rows(PURPOSE, sql).await else { return Ok(()) };
        if is_duplicate_role(&error, sql) {
            return Ok(());
        }
        match create_missing_role(server, session, &error).await {
            Some(role) if former.as_ref() != Some(&role) => former = Some(role),
            _ => return Err(error),
        }
    }
}

/// Creates the role that a refused statement names; none where it names none, or no role can be created.
pub(crate) async fn create_missing_role(
    server: &ShadowServer,
    session: &Session,
    error: &QueryError,
) -> Option<String> {
    let role = missing_role(error).filter(|_| server.may_create_roles())?;
    match create_stand_in(session, &role).await {
        Err(error) if !is_duplicate(&error) => None,
        _ => Some(role),
    }
}

/// The role that a statement names and the server does not have. The private server speaks English; in another language the error
/// stays as it is.
fn missing_role(error: &QueryError) -> Option<String> {
    let server = error.server_error().filter(|server| server.code == UNDEFINED)?;
    let name = server.message.strip_prefix("role \"")?.strip_suffix("\" does not exist")?;
    Some(name.to_owned())
}

fn is_duplicate_role(error: &QueryError, sql: &str) -> bool {
    let mut words = sql.split_whitespace();
    is_duplicate(error)
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("create"))
        && words
            .next()
            .is_some_and(|word| ["role", "user", "group"].iter().any(|kind| word.eq_ignore_ascii_case(kind)))
}
