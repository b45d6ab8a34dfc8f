//! Restoring into a new database, which is held against the manifest before anybody relies on it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crosstrack_database::{Database, Session, beside, drop_database, quote_identifier, quote_literal};

use crate::child::{Child, Connection, Progress};
use crate::error::BackupError;
use crate::manifest::{Compression, Form, Manifest};
use crate::programs::Programs;
use crate::{contents, folder, swap};

/// How the name of a database goes on that is being restored.
const RESTORING: &str = "_restoring_";
/// The comment of such a database, by which the next restore knows what a killed one has left.
const UNFINISHED: &str = "a restore of crosstrack that has not come to its end";

/// What is restored, and where to.
pub struct Restore<'a> {
    /// The database that is replaced, and whose server it is. It need not be there.
    pub connection: Connection<'a>,
    /// What the sessions call themselves.
    pub application: &'a str,
    /// The client programs.
    pub programs: &'a Programs,
    /// The backup.
    pub backup: &'a Path,
    /// Whether a backup without a manifest is restored unchecked.
    pub without_manifest: bool,
    /// A database of another name, in the place of the one that is named.
    pub into: Option<&'a str>,
}

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The database that now holds it.
    pub database: String,
    /// What the database that it replaced is called now.
    pub former: Option<String>,
    /// What it was held against.
    pub manifest: Option<Manifest>,
    /// The rows that are there.
    pub rows: u64,
}

/// Restores a backup.
///
/// # Errors
/// When the backup is not whole, a program fails, or what was restored is not what was backed up. Until the names are changed, which
/// is the last thing and happens at once, the database that is in use is not touched; the new one is dropped again.
pub async fn restore(
    restore: &Restore<'_>,
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<Restored, BackupError> {
    let manifest = checked(restore)?;
    let Connection { target, .. } = restore.connection;
    let server = beside(target, restore.application).await?;
    let session = server.session("restore").await?;
    clear_leftovers(&session).await?;
    let wanted = restore.into.unwrap_or(&target.database);
    if restore.into.is_some() && swap::exists(&session, wanted).await? {
        return Err(BackupError::DatabaseExists { name: wanted.to_owned() });
    }
    swap::check_no_run(&session, wanted).await?;
    let made = new_name(wanted);
    // Before this there is nothing of ours to be dropped.
    swap::make_like(&session, (&target.database, &made), UNFINISHED).await?;
    let done = async {
        let rows = fill(restore, (&made, manifest.as_ref()), on_progress).await?;
        swap::settle_like(&session, &target.database, &made).await?;
        Ok((rows, swap::give_name(&session, (&made, wanted)).await?))
    };
    match done.await {
        Ok((rows, former)) => Ok(Restored { database: wanted.to_owned(), former, manifest, rows }),
        Err(error) => {
            // What went wrong first is what is said.
            drop(drop_database(&target.with_database(&made), restore.application, true).await);
            Err(error)
        }
    }
}

/// The manifest of the backup, against which every byte of it was held.
pub(crate) fn checked(restore: &Restore<'_>) -> Result<Option<Manifest>, BackupError> {
    let manifest = match folder::check(restore.backup) {
        Err(BackupError::NoManifest { .. } | BackupError::BadManifest { .. }) if restore.without_manifest => {
            return unchecked(restore).map(|()| None);
        }
        checked => checked?,
    };
    if manifest.schema_only && restore.into.is_none() {
        let reason = "it has no rows, and would replace all that are there; `--into` restores it beside them";
        return Err(BackupError::Unsuitable { path: restore.backup.to_owned(), reason });
    }
    if !manifest.tables.is_empty() {
        let reason = "it is a backup of some tables only; `restore --table` takes one of them";
        return Err(BackupError::Unsuitable { path: restore.backup.to_owned(), reason });
    }
    Ok(Some(manifest))
}

/// Refuses a script of unknown origin: it may connect elsewhere and drop what it likes, and may end anywhere.
fn unchecked(restore: &Restore<'_>) -> Result<(), BackupError> {
    if !is_plain(restore.backup, None) {
        return Ok(());
    }
    let reason = "a script without a manifest may connect elsewhere and end anywhere; read it, and run it with `psql` yourself";
    Err(BackupError::Unsuitable { path: restore.backup.to_owned(), reason })
}

/// A name within PostgreSQL's 63 bytes, and of this restore alone.
fn new_name(wanted: &str) -> String {
    let moment = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S");
    format!("{}{RESTORING}{moment}_{}", &wanted[..wanted.floor_char_boundary(28)], std::process::id())
}

/// Drops what killed restores have left, where nobody is connected any more.
async fn clear_leftovers(session: &Session) -> Result<(), BackupError> {
    let sql = format!(
        "SELECT d.datname FROM pg_database d WHERE d.datname LIKE '%\\_restoring\\_%' \
         AND shobj_description(d.oid, 'pg_database') = {} AND pg_has_role(d.datdba, 'USAGE') \
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname OR a.application_name = d.datname)",
        quote_literal(UNFINISHED)
    );
    for row in session.rows("look for restores that did not come to their end", &sql).await? {
        let drop_it = format!("DROP DATABASE IF EXISTS {}", quote_identifier(row.text("datname")?));
        // Another restore may be faster, and what cannot be dropped now is for the next one.
        drop(session.rows("drop what a restore left", &drop_it).await);
    }
    Ok(())
}

/// Fills the new database and holds it against the manifest; gives how many rows it has.
async fn fill(
    restore: &Restore<'_>,
    (made, manifest): (&str, Option<&Manifest>),
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<u64, BackupError> {
    let target = restore.connection.target.with_database(made);
    let (database, _) = Database::connect(target.clone(), restore.application.to_owned()).await?;
    let session = database.session("restore").await?;
    let connection = Connection { target: &target, ..restore.connection };
    load(restore, (&connection, manifest), on_progress).await?;
    session.rows("settle a session", "SET statement_timeout TO 0").await?;
    let rows = contents::rows(&session, contents::tables(&session, &[]).await?).await?;
    let total = rows.iter().map(|table| table.rows).sum();
    let Some(manifest) = manifest else { return Ok(total) };
    let mut differences = Vec::new();
    let kinds = contents::objects(&session).await?;
    for (kind, number) in &manifest.objects {
        let found = kinds.iter().find(|(other, _)| other == kind).map_or(0, |(_, number)| *number);
        if found != *number {
            differences.push(format!("{found} {kind} and not {number}"));
        }
    }
    for expected in manifest.rows.iter().filter(|_| !manifest.schema_only) {
        let found = rows.iter().find(|table| table.table == expected.table).map(|table| table.rows);
        if found != Some(expected.rows) {
            let found = found.map_or("no table".to_owned(), |rows| format!("{rows} rows"));
            differences.push(format!("{}: {found} and not {}", expected.table, expected.rows));
        }
    }
    if differences.is_empty() { Ok(total) } else { Err(BackupError::Differs { differences }) }
}

async fn load(
    restore: &Restore<'_>,
    (connection, manifest): (&Connection<'_>, Option<&Manifest>),
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<(), BackupError> {
    let backup = restore.backup;
    let child = if is_plain(backup, manifest) {
        let input = unpacked(backup, manifest)?;
        let mut arguments: Vec<OsString> =
            words(&["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password"]).collect();
        if input.is_none() {
            arguments.extend(["--file".into(), backup.into()]);
        }
        let program = restore.programs.program("psql");
        Child { name: "psql", program, arguments, input, writes: None }
    } else {
        // A name with a `=` in it would be read as a connection string.
        let name = connection.target.database.replace('\\', "\\\\").replace('\'', "\\'");
        let database = OsString::from(format!("--dbname=dbname='{name}'"));
        Child {
            name: "pg_restore",
            program: restore.programs.program("pg_restore"),
            arguments: words(&["--exit-on-error", "--no-password", "--verbose"])
                .chain([database, backup.into()])
                .collect(),
            input: None,
            writes: Some(backup),
        }
    };
    child.run(connection, on_progress).await.map(drop)
}

pub(crate) fn words<'a>(words: &'a [&'a str]) -> impl Iterator<Item = OsString> + 'a {
    words.iter().map(OsString::from)
}

fn is_plain(backup: &Path, manifest: Option<&Manifest>) -> bool {
    match manifest {
        Some(manifest) => manifest.form == Form::Plain,
        None => backup.to_string_lossy().contains(".sql"),
    }
}

/// The program that unpacks a plain backup, if it is packed.
fn unpacked(backup: &Path, manifest: Option<&Manifest>) -> Result<Option<Vec<OsString>>, BackupError> {
    let ending = backup.extension().map(|ending| ending.to_string_lossy().into_owned());
    let program = match (manifest.map(|manifest| manifest.compression), ending.as_deref()) {
        (Some(Compression::Gzip), _) | (None, Some("gz")) => "gzip",
        (Some(Compression::Zstd), _) | (None, Some("zst")) => "zstd",
        _ => return Ok(None),
    };
    let found = which::which(program).map_err(|_| BackupError::NoProgram { program })?;
    Ok(Some(vec![found.into(), "--decompress".into(), "--stdout".into(), PathBuf::from(backup).into()]))
}
