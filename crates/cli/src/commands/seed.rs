//! `seed`: the rows that the environment's folder declares are in the database, or it is said which are not.

use clap::Args;
use crosstrack_database::{LockedSession, SessionLimits};
use crosstrack_engine::{Inspection, Journal, RunOutcome, Stop, check_journal};
use crosstrack_model::TrackState;
use crosstrack_report::{Outcome, Problem};
use crosstrack_seed::{
    Emptying, SeedEvent, SeedFailure, SeedFile, SeedFolder, SeedReport, Seeding, lacking_rows, read_files,
    rows_to_lose, seed,
};
use crosstrack_settings::{EnvironmentKind, Settings};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change, back_up_before_change};
use crate::{failure, origin};

/// The flags of `seed`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this table or file; may be given more than once
    #[arg(long, value_name = "TABLE|FILE")]
    only: Vec<String>,
    /// Empty the tables first, all in one transaction; not in production
    #[arg(long)]
    fresh: bool,
    /// Exit with 1 when required rows are missing, and write nothing
    #[arg(long, conflicts_with_all = ["fresh", "scale"])]
    check: bool,
    /// For load tests: besides, N numbered copies of the rows that can be copied; not in production
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    scale: Option<u32>,
    #[command(flatten)]
    answering: Answering,
}

/// What is to be loaded, and how.
pub(super) struct Asked {
    files: Vec<SeedFile>,
    fresh: bool,
    copies: u32,
}

impl Asked {
    /// Every seed of the environment.
    pub(super) fn everything(settings: &Settings) -> Result<Self, Problem> {
        Ok(Self { files: files(settings, &[])?, fresh: false, copies: 0 })
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    // The environment is known only now: the database may remember it.
    let asked = asked(&arguments, &deployment.settings)?;
    up_to_date(&inspection)?;
    if arguments.check {
        return check(&mut deployment, &asked.files, context).await;
    }
    if asked.fresh {
        show_losses(&mut deployment, &asked.files, context).await?;
    }
    let what = if asked.fresh { "empty the tables of the seeds and load them" } else { "load the seeds" };
    let change = Change { what: what.into(), loses: None, answering: &arguments.answering };
    change.confirm(&deployment, &inspection, context)?;
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let result = under_lock(&mut deployment, (&lock, &stop), (&asked, &change), context).await;
    lock.release().await;
    result
}

async fn under_lock(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    (asked, change): (&Asked, &Change<'_>),
    context: &Context,
) -> Result<Outcome, Problem> {
    let inspection = deployment.inspect_alone(lock, context).await?;
    change.confirm_again(deployment, (&inspection, lock), context).await?;
    back_up_before_change(deployment, (&inspection, stop), false, context).await?;
    load(deployment, (lock, stop), asked, context).await
}

/// Reads the files whole before anything is written.
fn asked(arguments: &Arguments, settings: &Settings) -> Result<Asked, Problem> {
    let environment = &settings.environment;
    for (flag, is_given) in [("--fresh", arguments.fresh), ("--scale", arguments.scale.is_some())] {
        if is_given && environment.kind == EnvironmentKind::Production {
            return Err(failure::not_for_environment(flag, environment.as_str()));
        }
    }
    let files = files(settings, &arguments.only)?;
    Ok(Asked { files, fresh: arguments.fresh, copies: arguments.scale.unwrap_or(0) })
}

fn files(settings: &Settings, only: &[String]) -> Result<Vec<SeedFile>, Problem> {
    let environment = &settings.environment;
    let folder = SeedFolder::read(&settings.root, environment.as_str());
    let seeds = folder.and_then(|folder| folder.select(only));
    let seeds = seeds.map_err(|error| failure::seed_folder(&error))?;
    let files = read_files(seeds, environment.kind == EnvironmentKind::Development);
    files.map_err(|error| failure::seed_file(&error))
}

/// Seeds are written for the tables as they are when nothing is pending.
fn up_to_date(inspection: &Inspection) -> Result<(), Problem> {
    let has_pending = |state: &TrackState| state.lines.iter().any(|line| line.standing.is_pending());
    let is_broken = inspection.tracks.iter().any(|state| !state.findings().is_empty());
    if is_broken || inspection.tracks.iter().any(has_pending) {
        return Err(failure::not_up_to_date(is_broken));
    }
    Ok(())
}

async fn check(
    deployment: &mut Deployment,
    files: &[SeedFile],
    context: &Context,
) -> Result<Outcome, Problem> {
    let (snapshot, _) = deployment.checks();
    let lacking = lacking_rows(&snapshot, files).await.map_err(|error| failure::uncheckable(&error))?;
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    let is_complete = lacking.iter().all(|file| file.rows.is_empty());
    let outcome = if is_complete { Outcome::Done } else { Outcome::No };
    context.print.answer(&crosstrack_report::seed_check(&lacking, context.program), || {
        crosstrack_report::seed_check_document(&lacking, outcome)
    });
    Ok(outcome)
}

/// Says which rows will be gone, and refuses where others would be.
async fn show_losses(
    deployment: &mut Deployment,
    files: &[SeedFile],
    context: &Context,
) -> Result<(), Problem> {
    let seeds: Vec<_> = files.iter().map(|file| &file.seed).collect();
    let (snapshot, _) = deployment.checks();
    let emptying = rows_to_lose(&snapshot, &seeds).await.map_err(|error| failure::uncounted(&error))?;
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    let Emptying { tables, referring, views, .. } = emptying;
    if !views.is_empty() {
        return Err(failure::fresh_views(views));
    }
    if !referring.is_empty() {
        return Err(failure::rows_of_others(&referring));
    }
    context.print.story(&crosstrack_report::rows_to_lose(&tables));
    Ok(())
}

/// Loads under the lock, as a run of the journal.
pub(super) async fn load(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    asked: &Asked,
    context: &Context,
) -> Result<Outcome, Problem> {
    // Another run may have come first.
    let inspection = deployment.inspect_alone(lock, context).await?;
    up_to_date(&inspection)?;
    check_journal(&inspection).map_err(|error| failure::execute(&error))?;
    let origin = origin::origin("seed", &deployment.settings, &context.environment);
    let journal = Journal::begin_run(lock, &inspection.journal, &origin, None).await;
    let journal = journal.map_err(|error| failure::query(&error))?;
    let _guard = stop.cancel_on_request(lock.database(), "seed");
    let result = seed(Seeding {
        lock,
        limits: limits(&deployment.settings),
        files: &asked.files,
        fresh: asked.fresh,
        copies: asked.copies,
        is_stopped: &|| stop.requested().is_some(),
        on_event: &mut |event: &SeedEvent| context.print.story(&crosstrack_report::seed_event(event)),
    })
    .await;
    let ended = journal.finish_run(ending(&result, stop)).await;
    let report = result.map_err(|failure| failure::seeding(&failure, stop.requested()))?;
    ended.map_err(|error| failure::query(&error))?;
    let environment = deployment.settings.environment.as_str();
    context.print.answer(&crosstrack_report::seeded(&report, environment, context.program), || {
        crosstrack_report::seed_document(&report, journal.run(), Outcome::Done)
    });
    Ok(Outcome::Done)
}

fn ending(result: &Result<SeedReport, Box<SeedFailure>>, stop: &Stop) -> RunOutcome {
    match result {
        Ok(_) => RunOutcome::Done,
        Err(_) if stop.requested().is_some() => RunOutcome::Stopped,
        Err(_) => RunOutcome::Failed,
    }
}

fn limits(settings: &Settings) -> SessionLimits {
    SessionLimits {
        lock_timeout: settings.database.lock_timeout,
        statement_timeout: settings.database.statement_timeout,
        ..SessionLimits::default()
    }
}
