//! `doctor`: the settings, the folders, the server, the database and the client programs, each with what mends it. It touches nothing,
//! and a check that cannot be made keeps no other from being made.

use std::time::{Duration, Instant};

use clap::Args;
use crosstrack_doctor::{Diagnosis, Judgement, Patient, Platform, examine, limits};
use crosstrack_engine::{Track, discover};
use crosstrack_report::{Outcome, Problem};
use crosstrack_server::Status;
use crosstrack_settings::{EnvironmentKind, Settings, Target};
use crosstrack_shadow::Forecast;
use crosstrack_verify::read_expectations;

use crate::adapters::ADAPTERS;
use crate::context::Context;
use crate::{deployment, failure, server, shadow};

/// The flags of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Warnings count, too
    #[arg(long)]
    strict: bool,
    /// From when on a transaction is open for long
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = crosstrack_settings::parse_duration)]
    long_transaction: Duration,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let began = Instant::now();
    let settings = match context.settings() {
        Err(problem) if problem.outcome == Outcome::Refused => return Err(problem),
        settings => settings,
    };
    let mut diagnoses = vec![judge_settings(&settings).of("settings", began.elapsed())];
    let tracks = local(settings.as_ref().ok(), &mut diagnoses);
    let target = target(context, &settings);
    let settings = settings.ok();
    let programs = settings.as_ref().and_then(|settings| server::programs(context, settings));
    let patient = Patient {
        application: target.as_ref().map(deployment::application_name).unwrap_or_default(),
        target,
        settings: settings.as_ref(),
        tracks: &tracks,
        programs: programs.as_deref(),
        search_path: context.environment.get("PATH").unwrap_or_default(),
        long_transaction: arguments.long_transaction,
        platform: Platform::here(),
    };
    let mut examination = examine(&patient).await;
    examination.diagnoses.splice(..0, diagnoses);
    if let Some(settings) = &settings {
        let began = Instant::now();
        let judgement = shadow(context, settings, patient.target.as_ref().ok()).await;
        examination.diagnoses.push(judgement.of("shadow", began.elapsed()));
    }
    let outcome = match examination.is_healthy(arguments.strict) {
        _ if examination.is_unreachable => Outcome::Unreachable,
        true => Outcome::Done,
        false => Outcome::No,
    };
    let text = crosstrack_report::doctor(&examination, outcome == Outcome::Done, context.program);
    context.print.answer(&text, || crosstrack_report::doctor_document(&examination, outcome));
    context.print.annotate(|| crosstrack_report::doctor_annotations(&examination));
    Ok(outcome)
}

/// The commands that cannot do without a shadow server.
const NEED: &str =
    "drift, prove, plan --rehearse, generate, schema dump, schema diff, shadow capture, baseline and fresh";

/// Which shadow server the commands will get.
async fn shadow(context: &Context, settings: &Settings, target: Option<&Target>) -> Judgement {
    let server = match shadow::server(context, Some(settings), target) {
        Ok(server) => server,
        Err(problem) => return judge(&problem),
    };
    let lacks = |user: &str| {
        Judgement::warning(format!(
            "the user {user} may not create databases on it: {NEED} do not work, and down shows its losses from the statements only"
        ))
        .remedy(format!("`ALTER ROLE {user} CREATEDB`, or another `[shadow]` in crosstrack.toml"))
    };
    match server.forecast().await {
        Ok(Forecast::Private { version, other_than: None }) => {
            Judgement::ok(format!("private, PostgreSQL {version}, started on demand"))
        }
        Ok(Forecast::Private { version, other_than: Some(major) }) => Judgement::warning(format!(
            "private, PostgreSQL {version}, and the target has {major}: what differs between the two is not seen"
        ))
        .remedy(format!("install PostgreSQL {major}'s server programs")),
        Ok(Forecast::Server { may_create: true, .. }) => Judgement::ok("the server that is named".to_owned()),
        Ok(Forecast::Target { may_create: true, .. }) => Judgement::warning(
            "the target's own server, as crosstrack.toml wants it: scripts that change roles or other databases are refused",
        )
        .remedy("leave out `server = \"target\"` under `[shadow]`, and a private server is used"),
        Ok(Forecast::Server { user, .. } | Forecast::Target { user, .. }) => lacks(&user),
        Err(error) => {
            let problem = failure::shadow(&error);
            let says = format!("{}: {NEED} do not work, and down shows its losses from the statements only", problem.message);
            Judgement::warning(says).remedies(problem.hints)
        }
    }
}

fn judge_settings(settings: &Result<Settings, Problem>) -> Judgement {
    let settings = match settings {
        Ok(settings) => settings,
        Err(problem) => return judge(problem),
    };
    let (tracks, phases) = (settings.tracks.len(), settings.phases.len());
    let says = format!("environment {}, tracks {tracks}, phases {phases}", settings.environment);
    if settings.warnings.is_empty() {
        return Judgement::ok(says);
    }
    Judgement::warning(format!("{says}; {}", settings.warnings.join("; ")))
}

/// The checks of what the project says of itself. Gives the tracks whose folders can be read.
fn local(settings: Option<&Settings>, diagnoses: &mut Vec<Diagnosis>) -> Vec<Track> {
    let Some(settings) = settings else {
        let names = ["folders", "declarations", "limits"];
        diagnoses.extend(
            names.map(|name| Judgement::skipped("the settings cannot be read").of(name, Duration::ZERO)),
        );
        return Vec::new();
    };
    let began = Instant::now();
    let (judgement, tracks) = folders(settings);
    diagnoses.push(judgement.of("folders", began.elapsed()));
    let began = Instant::now();
    let declarations = match read_expectations(&settings.tracks) {
        Ok(_) => Judgement::ok("what the tracks declare can be read"),
        Err(error) => judge(&failure::expectations(&error)),
    };
    diagnoses.push(declarations.of("declarations", began.elapsed()));
    diagnoses.push(limits(settings).of("limits", Duration::ZERO));
    tracks
}

/// Reads each folder on its own, so that one which is broken hides no other.
fn folders(settings: &Settings) -> (Judgement, Vec<Track>) {
    let (mut tracks, mut counts, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for track in &settings.tracks {
        let alone = Settings { tracks: vec![track.clone()], ..settings.clone() };
        match discover(&alone, ADAPTERS) {
            Ok(found) => {
                let number: usize = found.iter().map(|track| track.migrations.len()).sum();
                counts.push(format!("{} {number}", track.name));
                tracks.extend(found);
            }
            Err(error) => broken.push(judge(&failure::discover(&error))),
        }
    }
    if broken.is_empty() {
        return (Judgement::ok(format!("migrations: {}", counts.join(", "))), tracks);
    }
    let says: Vec<String> = broken.iter().map(|judgement| judgement.says.clone()).collect();
    let remedies = broken.into_iter().flat_map(|judgement| judgement.remedies);
    (Judgement::failed(says.join("; ")).remedies(remedies), tracks)
}

/// The database to look at. The development server is looked at where it runs, and is not started.
fn target(context: &Context, settings: &Result<Settings, Problem>) -> Result<Target, Judgement> {
    let Ok(settings) = settings else {
        let nothing = || Judgement::skipped("which database is meant is not known");
        return context.named_database().ok_or_else(nothing);
    };
    if let Some(target) = &settings.database.target {
        return Ok(target.clone());
    }
    if settings.environment.kind != EnvironmentKind::Development {
        return Err(judge(&failure::no_database(settings.environment.as_str())));
    }
    match server::describe(context, settings).map(|server| server.status()) {
        Ok(Ok(Status::Running(running))) => Ok(server::target(&running)),
        Ok(Err(error)) => Err(Judgement::failed(error.to_string())),
        Err(problem) => Err(judge(&problem)),
        Ok(Ok(_)) => Err(Judgement::warning(
            "no database is named, and the development server does not run: the next command that needs it starts it",
        )
        .remedy("`crosstrack server start`, or name a database with DATABASE_URL")),
    }
}

/// A problem as a check that failed, in one line.
fn judge(problem: &Problem) -> Judgement {
    let place = problem
        .place
        .as_ref()
        .map_or(String::new(), |place| format!("{}:{}:{}: ", place.path.display(), place.line, place.column));
    let said: Vec<&str> =
        std::iter::once(&problem.message).chain(&problem.causes).map(String::as_str).collect();
    // What the least that works looks like is for who begins, and not for one line.
    let hints = problem.hints.iter().filter_map(|hint| hint.lines().next()).map(str::to_owned);
    Judgement::failed(format!("{place}{}", said.join(": "))).remedies(hints)
}
