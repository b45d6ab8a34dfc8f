//! The schema of a database without its rows, copied into another database, which may be on another server.
//!
//! Must not leave anything behind: the file between the two programs ends with the copy. Must not wait for long behind somebody who
//! holds a table.

use std::ffi::OsString;

use crate::child::{Child, Connection};
use crate::error::BackupError;
use crate::programs::Programs;

/// How long a dump waits for a table, in milliseconds.
const LOCK_WAIT: &str = "--lock-wait-timeout=5000";

/// What is copied, and where to.
#[derive(Clone, Copy)]
pub struct SchemaCopy<'a> {
    /// The database whose schema it is. It is read.
    pub from: Connection<'a>,
    /// The database that gets it. It is empty.
    pub into: Connection<'a>,
    /// The client programs.
    pub programs: &'a Programs,
    /// Whether everything is to be as it was, owners and privileges too. Otherwise they are left out, and what cannot be made is
    /// passed over.
    pub is_faithful: bool,
}

/// Copies a schema, but for the journal's.
///
/// # Errors
/// When a program fails or is stopped. What is in the new database then is nobody's business.
pub async fn copy_schema(copy: &SchemaCopy<'_>) -> Result<(), BackupError> {
    let file = tempfile::NamedTempFile::new().map_err(|source| BackupError::File {
        what: "create",
        path: std::env::temp_dir(),
        source,
    })?;
    let own = |arguments: &mut Vec<OsString>| {
        if !copy.is_faithful {
            arguments.extend(["--no-owner".into(), "--no-privileges".into()]);
        }
    };
    let mut arguments: Vec<OsString> = vec![
        "--format=custom".into(),
        "--schema-only".into(),
        "--no-password".into(),
        "--exclude-schema=crosstrack".into(),
        // One would keep the new database from being dropped.
        "--no-subscriptions".into(),
        LOCK_WAIT.into(),
        "--file".into(),
        file.path().into(),
    ];
    own(&mut arguments);
    let dump = Child {
        name: "pg_dump",
        program: copy.programs.program("pg_dump"),
        arguments,
        input: None,
        writes: None,
    };
    dump.run(&copy.from, &mut |_| {}).await?;
    // A name with a `=` in it would be read as a connection string.
    let name = copy.into.target.database.replace('\\', "\\\\").replace('\'', "\\'");
    let mut arguments: Vec<OsString> =
        vec!["--no-password".into(), format!("--dbname=dbname='{name}'").into(), file.path().into()];
    own(&mut arguments);
    if copy.is_faithful {
        arguments.push("--exit-on-error".into());
    }
    let restore = Child {
        name: "pg_restore",
        program: copy.programs.program("pg_restore"),
        arguments,
        input: None,
        writes: None,
    };
    match restore.run(&copy.into, &mut |_| {}).await {
        // It says so at its end when it passed something over.
        Err(BackupError::Failed { .. }) if !copy.is_faithful => Ok(()),
        restored => restored.map(drop),
    }
}
