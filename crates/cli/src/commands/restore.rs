//! `restore`: a backup into a new database, which then takes the place of the one that is named.

use std::path::{Path, PathBuf};

use clap::Args;
use crosstrack_backup::{
    BackupError, Connection, Manifest, Programs, Restore, Restored, newest, restore, restore_table,
};
use crosstrack_database::drop_database;
use crosstrack_engine::{Inspection, Journal, RunOutcome, Stop, mark_anew};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::{Settings, Target};

use crate::backups::{Teller, folder, named, programs};
use crate::context::Context;
use crate::deployment::{Deployment, application_name, target};
use crate::guard::{Answering, Change};
use crate::{failure, origin};

/// The flags of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The backup [default: the newest of this database]
    file: Option<PathBuf>,
    /// Restore into a database of this name, which must not be there, and leave the one that is named alone
    #[arg(long, value_name = "DATABASE", conflicts_with_all = ["table", "drop_old"])]
    into: Option<String>,
    /// Only the rows of this table, into the database that is named
    #[arg(long, value_name = "TABLE", conflicts_with = "drop_old")]
    table: Option<String>,
    /// Drop the database that is replaced, in the place of keeping it under another name
    #[arg(long)]
    drop_old: bool,
    /// Restore a backup that has no manifest, and hold it against nothing
    #[arg(long, conflicts_with = "table")]
    without_manifest: bool,
    #[command(flatten)]
    answering: Answering,
}

/// What is restored from where.
struct Source {
    settings: Settings,
    target: Target,
    backup: PathBuf,
    programs: Programs,
    application: String,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut settings = context.settings()?;
    let target = target(context, &settings)?;
    let stop = Deployment::stop(context);
    let mut opened = match Deployment::open_at(target.clone(), settings.clone()).await {
        Ok(mut deployment) => {
            let inspection = deployment.inspect(context).await?;
            settings = deployment.settings.clone();
            Some((deployment, inspection))
        }
        Err(failure) if failure.is_missing_database => None,
        Err(failure) => return Err(failure.problem),
    };
    let source = source(&arguments, (settings, target), opened.as_mut(), context).await?;
    let is_alone = arguments.into.is_some();
    if let Some((deployment, inspection)) = opened.as_ref().filter(|_| !is_alone) {
        confirm(&arguments, &source, (deployment, inspection), context)?;
    }
    // Nobody of this run is connected to the database while its name changes.
    drop(opened);
    match &arguments.table {
        Some(table) => one_table(&source, table, &stop, context).await,
        None => everything(&arguments, &source, &stop, context).await,
    }
}

async fn source(
    arguments: &Arguments,
    (mut settings, target): (Settings, Target),
    opened: Option<&mut (Deployment, Inspection)>,
    context: &Context,
) -> Result<Source, Problem> {
    let failed = |error| failure::backup(&error, None);
    let is_known = !settings.environment.is_default();
    let backup = if let Some(file) = &arguments.file {
        named(file)
    } else {
        // Backups of another environment have the same database's name.
        let environment = is_known.then(|| settings.environment.as_str());
        newest(&folder(&settings), &target.database, environment).map_err(failed)?.path
    };
    // Before anybody is asked: is it there at all, and of which environment?
    let manifest = match Manifest::read(&backup) {
        Err(BackupError::NoManifest { .. } | BackupError::BadManifest { .. })
            if arguments.without_manifest =>
        {
            None
        }
        read => Some(read.map_err(failed)?),
    };
    // Where neither a person nor the database says which environment it is, the backup does.
    if let Some(manifest) = manifest.filter(|_| !is_known && arguments.into.is_none()) {
        settings = context.settings_of(&manifest.environment)?;
    }
    let opened = opened.map(|opened| {
        opened.0.settings = settings.clone();
        &*opened
    });
    let application = application_name(&target);
    let version = match opened {
        Some((_, inspection)) => inspection.server.version.clone(),
        None => version_beside(&target, &application).await?,
    };
    let programs = programs(&settings, &version, context)?;
    Ok(Source { settings, target, backup, programs, application })
}

async fn version_beside(target: &Target, application: &str) -> Result<String, Problem> {
    let server = crosstrack_database::beside(target, application).await;
    let session = server.map_err(|error| failure::connect(&error))?.session("restore").await;
    let session = session.map_err(|error| failure::connect(&error))?;
    let rows = session.rows("ask for its version", "SHOW server_version").await;
    let rows = rows.map_err(|error| failure::query(&error))?;
    let version = rows.first().map_or(Ok(""), |row| row.text("server_version"));
    Ok(version.map_err(|error| failure::query(&error))?.split(' ').next().unwrap_or_default().to_owned())
}

fn confirm(
    arguments: &Arguments,
    source: &Source,
    (deployment, inspection): (&Deployment, &Inspection),
    context: &Context,
) -> Result<(), Problem> {
    let from = source.backup.display();
    let what = match &arguments.table {
        Some(table) => format!("replace the rows of {table} by those of {from}"),
        None => format!("replace everything by what is in {from}"),
    };
    let taken = Manifest::read(&source.backup).ok().map(|manifest| {
        format!(
            "  it is of {}, taken at {} in {}\n",
            manifest.database, manifest.taken_at, manifest.environment
        )
    });
    let change = Change { what, loses: Some(taken.unwrap_or_default()), answering: &arguments.answering };
    change.confirm(deployment, inspection, context)
}

async fn one_table(source: &Source, table: &str, stop: &Stop, context: &Context) -> Result<Outcome, Problem> {
    let opened = Deployment::open_at(source.target.clone(), source.settings.clone()).await;
    let mut deployment = opened.map_err(|failure| failure.problem)?;
    let lock = deployment.lock(stop, context).await?;
    let inspection = deployment.inspect_alone(&lock, context).await?;
    let origin = origin::origin(context.command(), &source.settings, &context.environment);
    let is_stopped = || stop.requested().is_some();
    let endpoint = deployment.database.endpoint();
    let connection = Connection { target: &source.target, endpoint, is_stopped: &is_stopped };
    let restored = async {
        let journal = Journal::begin_run(&lock, &inspection.journal, &origin, None).await;
        let journal = journal.map_err(|error| failure::query(&error))?;
        let rows = restore_table(&work(source, connection, None, false), table).await;
        let outcome = if rows.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
        journal.finish_run(outcome).await.map_err(|error| failure::query(&error))?;
        rows.map_err(|error| failure::backup(&error, stop.requested()))
    };
    let rows = restored.await;
    lock.release().await;
    let rows = rows?;
    let name = &source.target.database;
    context.print.answer(&format!("Restored {rows} rows of {table}.\n"), || {
        crosstrack_report::restore_table_document(name, table, rows)
    });
    Ok(Outcome::Done)
}

fn work<'a>(
    source: &'a Source,
    connection: Connection<'a>,
    into: Option<&'a str>,
    without_manifest: bool,
) -> Restore<'a> {
    Restore {
        connection,
        application: &source.application,
        programs: &source.programs,
        backup: &source.backup,
        without_manifest,
        into,
    }
}

async fn everything(
    arguments: &Arguments,
    source: &Source,
    stop: &Stop,
    context: &Context,
) -> Result<Outcome, Problem> {
    let server = crosstrack_database::beside(&source.target, &source.application).await;
    let server = server.map_err(|error| failure::connect(&error))?;
    let is_stopped = || stop.requested().is_some();
    let connection =
        Connection { target: &source.target, endpoint: server.endpoint(), is_stopped: &is_stopped };
    context.print.story(&format!("restoring {} into a new database\n", shown(&source.backup)));
    let mut teller = Teller::new("restore", &context.print);
    let work = work(source, connection, arguments.into.as_deref(), arguments.without_manifest);
    let restored = restore(&work, &mut |progress| teller.tell(progress)).await;
    let restored = restored.map_err(|error| failure::backup(&error, stop.requested()))?;
    if arguments.into.is_none() {
        record(source, context).await?;
    }
    let is_dropped = drop_former(&restored, arguments.drop_old, source).await?;
    context.print.answer(&crosstrack_report::restored(&restored, is_dropped), || {
        crosstrack_report::restore_document(&restored, is_dropped)
    });
    Ok(Outcome::Done)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The journal came with the backup: it learns of the restore, and the database is marked with the environment that it is in.
async fn record(source: &Source, context: &Context) -> Result<(), Problem> {
    let mut deployment = Deployment::open_at(source.target.clone(), source.settings.clone())
        .await
        .map_err(|failure| failure.problem)?;
    let lock = deployment.lock(&Stop::default(), context).await?;
    let inspection = deployment.inspect_alone(&lock, context).await?;
    let environment = source.settings.environment.as_str();
    let origin = origin::origin(context.command(), &source.settings, &context.environment);
    let written = async {
        let journal = Journal::begin_run(&lock, &inspection.journal, &origin, None).await?;
        mark_anew(&lock, environment).await?;
        journal.finish_run(RunOutcome::Done).await
    };
    let result = written.await.map_err(|error| failure::query(&error));
    lock.release().await;
    result
}

async fn drop_former(restored: &Restored, is_wanted: bool, source: &Source) -> Result<bool, Problem> {
    let Some(former) = restored.former.as_ref().filter(|_| is_wanted) else { return Ok(false) };
    let dropped = drop_database(&source.target.with_database(former), &source.application, true).await;
    dropped.map_err(|error| failure::maintenance(&error))
}
