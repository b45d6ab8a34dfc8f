//! `backup`: take one, list, check and prune them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use crosstrack_backup::{BackupError, Compression, Form, Retention, check, list, prune};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::Settings;

use crate::backups::{Wanted, folder, named, take};
use crate::context::Context;
use crate::deployment::{Deployment, target};
use crate::failure;

/// The flags of `backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    taking: TakeArguments,
}

/// What is done with backups that are there.
#[derive(Debug, Subcommand)]
enum Action {
    /// Show the backups, the newest first
    List(ListArguments),
    /// Read a backup and hold it against its manifest
    Check(CheckArguments),
    /// Remove old backups of this database
    Prune(PruneArguments),
}

#[derive(Debug, Args)]
struct TakeArguments {
    /// The file [default: `backups/<database>_<time>.dump`]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// SQL, in the place of `pg_dump`'s own format
    #[arg(long)]
    plain: bool,
    /// How it is compressed [default: gzip, of SQL none]
    #[arg(long, value_enum)]
    compress: Option<Compress>,
    /// Without rows
    #[arg(long)]
    schema_only: bool,
    /// Only this table; may be given several times
    #[arg(long, value_name = "TABLE")]
    table: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compress {
    Gzip,
    Zstd,
    None,
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Those of every database
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// The backup [default: the newest]
    file: Option<PathBuf>,
    /// Every backup of this database
    #[arg(long, conflicts_with = "file")]
    all: bool,
}

#[derive(Debug, Args)]
struct PruneArguments {
    /// Keep those that are younger than so many days
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    keep_days: u32,
    /// Keep the newest so many, whatever their age
    #[arg(long, value_name = "N", default_value_t = 10)]
    keep: usize,
    /// Show what would be removed, and touch nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    match arguments.action {
        None => take_one(arguments.taking, context).await,
        Some(Action::List(arguments)) => show(&arguments, context),
        Some(Action::Check(arguments)) => read(&arguments, context),
        Some(Action::Prune(arguments)) => remove(&arguments, context),
    }
}

async fn take_one(arguments: TakeArguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    let stop = Deployment::stop(context);
    let wanted = Wanted {
        output: arguments.output.as_deref().map(named),
        form: if arguments.plain { Form::Plain } else { Form::Custom },
        compression: arguments.compress.map(|compress| match compress {
            Compress::Gzip => Compression::Gzip,
            Compress::Zstd => Compression::Zstd,
            Compress::None => Compression::None,
        }),
        schema_only: arguments.schema_only,
        tables: arguments.table,
    };
    let backup = take(&deployment, (&inspection, &stop), &wanted, context).await?;
    let text = crosstrack_report::as_called(&crosstrack_report::backup_taken(&backup), context.program);
    context.print.answer(&text, || crosstrack_report::backup_document(&backup));
    Ok(Outcome::Done)
}

fn show(arguments: &ListArguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let database = if arguments.all { None } else { Some(target(context, &settings)?.database) };
    let folder = folder(&settings);
    let backups = list(&folder, database.as_deref()).map_err(|error| failure::backup(&error, None))?;
    context.print.answer(&crosstrack_report::backup_list(&backups, &folder.display().to_string()), || {
        crosstrack_report::backup_list_document(&backups, None)
    });
    Ok(Outcome::Done)
}

fn read(arguments: &CheckArguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let files = match &arguments.file {
        Some(file) => vec![named(file)],
        None => of_this_database(&settings, arguments.all, context)?,
    };
    let (mut sound, mut unsound, mut text) = (Vec::new(), Vec::new(), String::new());
    for file in files {
        let shown = file.display().to_string();
        match check(&file) {
            Ok(_) => {
                text += &format!("sound    {shown}\n");
                sound.push(shown);
            }
            Err(error) => {
                text += &format!("unsound  {shown}: {error}\n");
                unsound.push((shown, error.to_string()));
            }
        }
    }
    let outcome = if unsound.is_empty() { Outcome::Done } else { Outcome::No };
    context.print.answer(&text, || crosstrack_report::backup_check_document(&sound, &unsound, outcome));
    Ok(outcome)
}

/// The newest backup of the database that is named, or all of them.
fn of_this_database(settings: &Settings, all: bool, context: &Context) -> Result<Vec<PathBuf>, Problem> {
    let failed = |error| failure::backup(&error, None);
    let database = target(context, settings)?.database;
    let mut backups = list(&folder(settings), Some(&database)).map_err(failed)?;
    if backups.is_empty() {
        let folder = folder(settings);
        return Err(failed(BackupError::None { database, folder }));
    }
    backups.truncate(if all { backups.len() } else { 1 });
    Ok(backups.into_iter().map(|listed| listed.path).collect())
}

fn remove(arguments: &PruneArguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let database = target(context, &settings)?.database;
    let retention = Retention { days: arguments.keep_days, at_least: arguments.keep };
    let kept = prune(&folder(&settings), &database, (retention, arguments.dry_run));
    let kept = kept.map_err(|error| failure::backup(&error, None))?;
    context.print.answer(&crosstrack_report::backup_pruned(&kept, arguments.dry_run), || {
        crosstrack_report::backup_list_document(&kept.removed, Some(kept.kept))
    });
    Ok(Outcome::Done)
}
