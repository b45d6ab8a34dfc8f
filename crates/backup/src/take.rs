//! Taking a backup: in one view of the database, into a file that has its name only when it is whole.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crosstrack_database::{Database, QueryError, Session};
use futures_util::future::try_join;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::child::{Child, Connection, Progress};
use crate::contents;
use crate::error::BackupError;
use crate::manifest::{Compression, Form, Manifest, TrackVersions};
use crate::programs::Programs;

/// What is backed up, and how.
pub struct Taking<'a> {
    /// The database.
    pub database: &'a Database,
    /// The client programs.
    pub programs: &'a Programs,
    /// Whether the run was asked to stop.
    pub is_stopped: &'a dyn Fn() -> bool,
    /// The server's version.
    pub server_version: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// The version of crosstrack.
    pub tool_version: &'a str,
    /// What the ledgers say.
    pub tracks: Vec<TrackVersions>,
    /// The file; `None` for one in the folder, named by database and time.
    pub output: Option<&'a Path>,
    /// The folder of backups. It is made where there is none.
    pub folder: &'a Path,
    /// The form.
    pub form: Form,
    /// The compression; `None` for what suits the form.
    pub compression: Option<Compression>,
    /// Whether rows are left out.
    pub schema_only: bool,
    /// Only these tables; empty for all.
    pub tables: &'a [String],
}

/// A backup that was taken and read again.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub manifest: Manifest,
}

/// Takes a backup, reads it back and writes its manifest.
///
/// # Errors
/// When a program fails, the run is stopped, or the file cannot be written. Then there is no file.
pub async fn take_backup(
    taking: &Taking<'_>,
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<Backup, BackupError> {
    let compression = compression(taking)?;
    let path = match taking.output {
        Some(output) => {
            let both = [output.to_owned(), Manifest::path(output)];
            if let Some(path) = both.into_iter().find(|path| path.exists()) {
                return Err(BackupError::Exists { path });
            }
            output.to_owned()
        }
        None => named(taking, compression)?,
    };
    let partial = partial(&path)?;
    let session = taking.database.session("backup").await?;
    let (began, taken_at) = (Instant::now(), jiff::Timestamp::now());
    // Counted and dumped in one view, so that a restore can be held against the counts.
    let view = View::open(&session).await?;
    let tables = contents::tables(&session, taking.tables).await?;
    let count = async {
        let rows = if taking.schema_only { Vec::new() } else { contents::rows(&session, tables).await? };
        let objects = if taking.tables.is_empty() { contents::objects(&session).await? } else { Vec::new() };
        Ok((rows, objects))
    };
    let dump = dump(taking, (partial.path(), &view), compression, on_progress);
    let ((rows, objects), ()) = try_join(count, dump).await?;
    view.close().await?;
    read_back(taking, partial.path(), compression).await?;
    let (bytes, sha256) = keep(partial, &path)?;
    let manifest = Manifest {
        format: Manifest::FORMAT,
        tool_version: taking.tool_version.to_owned(),
        database: taking.database.target().database.clone(),
        server_version: taking.server_version.to_owned(),
        environment: taking.environment.to_owned(),
        taken_at: taken_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        form: taking.form,
        compression,
        schema_only: taking.schema_only,
        tables: taking.tables.to_vec(),
        bytes,
        sha256,
        rows,
        objects,
        tracks: taking.tracks.clone(),
    };
    manifest.write(&path)?;
    Ok(Backup { path, manifest })
}

/// What suits the form, or what was asked for if the programs can do it.
fn compression(taking: &Taking<'_>) -> Result<Compression, BackupError> {
    let usual = if taking.form == Form::Custom { Compression::Gzip } else { Compression::None };
    let compression = taking.compression.unwrap_or(usual);
    if compression == Compression::Zstd && taking.programs.major() < 16 {
        let version = taking.programs.version.clone();
        return Err(BackupError::Compression { version, compression: compression.as_str() });
    }
    Ok(compression)
}

/// A name that no other backup has, for two may be taken in one second.
fn named(taking: &Taking<'_>, compression: Compression) -> Result<PathBuf, BackupError> {
    let folder = taking.folder;
    std::fs::create_dir_all(folder).map_err(|source| BackupError::File {
        what: "create",
        path: folder.to_owned(),
        source,
    })?;
    let moment = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let stem = format!("{}_{moment}", file_name(&taking.database.target().database));
    let ending = match (taking.form, compression) {
        (Form::Custom, _) => "dump",
        (Form::Plain, Compression::None) => "sql",
        (Form::Plain, Compression::Gzip) => "sql.gz",
        (Form::Plain, Compression::Zstd) => "sql.zst",
    };
    let numbered = |number: usize| match number {
        1 => folder.join(format!("{stem}.{ending}")),
        _ => folder.join(format!("{stem}-{number}.{ending}")),
    };
    let is_free = |path: &PathBuf| !path.exists() && !Manifest::path(path).exists();
    let mut number = 1;
    while !is_free(&numbered(number)) {
        number += 1;
    }
    Ok(numbered(number))
}

/// A database's name as a part of a file's name.
pub(crate) fn file_name(database: &str) -> String {
    database.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

/// A view of the database that other sessions can share: <https://www.postgresql.org/docs/current/functions-admin.html>,
/// `pg_export_snapshot`.
struct View<'a> {
    session: &'a Session,
    snapshot: String,
}

impl<'a> View<'a> {
    async fn open(session: &'a Session) -> Result<Self, QueryError> {
        let sql = "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; \
                   BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot() AS snapshot";
        let rows = session.rows("open a view for a backup", sql).await?;
        let snapshot = rows.first().map_or(Ok(""), |row| row.text("snapshot"))?.to_owned();
        Ok(Self { session, snapshot })
    }

    async fn close(self) -> Result<(), QueryError> {
        self.session.rows("close the view of a backup", "COMMIT").await.map(drop)
    }
}

async fn dump(
    taking: &Taking<'_>,
    (partial, view): (&Path, &View<'_>),
    compression: Compression,
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<(), BackupError> {
    let format = if taking.form == Form::Custom { "custom" } else { "plain" };
    let mut arguments: Vec<OsString> = vec![
        format!("--format={format}").into(),
        "--no-password".into(),
        "--verbose".into(),
        format!("--snapshot={}", view.snapshot).into(),
        "--file".into(),
        partial.into(),
    ];
    match (compression, taking.programs.major() >= 16) {
        (Compression::None, _) => arguments.push("--compress=0".into()),
        (Compression::Gzip, true) => arguments.push("--compress=gzip".into()),
        (Compression::Gzip, false) if taking.form == Form::Plain => arguments.push("--compress=6".into()),
        (Compression::Gzip, false) => {}
        (Compression::Zstd, _) => arguments.push("--compress=zstd".into()),
    }
    if taking.schema_only {
        arguments.push("--schema-only".into());
    }
    arguments.extend(taking.tables.iter().map(|table| format!("--table={table}").into()));
    let child = Child {
        name: "pg_dump",
        program: taking.programs.program("pg_dump"),
        arguments,
        input: None,
        writes: Some(partial),
    };
    child.run(&connection(taking), on_progress).await.map(drop)
}

/// A custom file says what is in it; a plain one ends with a line that only a whole one has.
async fn read_back(taking: &Taking<'_>, file: &Path, compression: Compression) -> Result<(), BackupError> {
    let altered = |what: &str| BackupError::Altered { path: file.to_owned(), what: what.to_owned() };
    match (taking.form, compression) {
        (Form::Custom, _) => Child {
            name: "pg_restore",
            program: taking.programs.program("pg_restore"),
            arguments: vec!["--list".into(), file.into()],
            input: None,
            writes: None,
        }
        .run(&connection(taking), &mut |_| {})
        .await
        .map(drop),
        (Form::Plain, Compression::None) => {
            let end = end_of(file).map_err(|source| BackupError::File {
                what: "read",
                path: file.to_owned(),
                source,
            })?;
            let is_whole = end.contains("-- PostgreSQL database dump complete");
            if is_whole { Ok(()) } else { Err(altered("it does not end as a whole one does")) }
        }
        (Form::Plain, _) => Ok(()),
    }
}

fn end_of(file: &Path) -> io::Result<String> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(512)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn connection<'a>(taking: &'a Taking<'_>) -> Connection<'a> {
    Connection {
        target: taking.database.target(),
        endpoint: taking.database.endpoint(),
        is_stopped: taking.is_stopped,
    }
}

/// A file of a name that nobody else has, beside the backup that it becomes. It is removed with this value, unless it is kept. It will
/// hold all data, and is its owner's alone.
fn partial(backup: &Path) -> Result<NamedTempFile, BackupError> {
    let folder = backup.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".crosstrack-").suffix(".partial");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    builder.tempfile_in(folder).map_err(|source| BackupError::File {
        what: "create",
        path: backup.to_owned(),
        source,
    })
}

/// Gives it its name when everything of it is on disk, and nobody has the name; says its size and its checksum.
fn keep(partial: NamedTempFile, backup: &Path) -> Result<(u64, String), BackupError> {
    let failed = |source| BackupError::File { what: "write", path: backup.to_owned(), source };
    let sums = size_and_checksum(partial.path()).map_err(failed)?;
    File::open(partial.path()).and_then(|file| file.sync_all()).map_err(failed)?;
    match partial.persist_noclobber(backup) {
        Ok(_) => Ok(sums),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(BackupError::Exists { path: backup.to_owned() })
        }
        Err(error) => Err(failed(error.error)),
    }
}

/// The size of a file, and its SHA-256.
pub(crate) fn size_and_checksum(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let length = io::Read::read(&mut file, &mut buffer)?;
        if length == 0 {
            break;
        }
        hasher.update(&buffer[..length]);
        bytes += length as u64;
    }
    let checksum = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, checksum))
}
