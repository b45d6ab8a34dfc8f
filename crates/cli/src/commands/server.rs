//! `server`: the development server.

use std::ffi::OsString;

use clap::{Args, Subcommand};
use crosstrack_report::{Outcome, Problem};
use crosstrack_server::{DevelopmentServer, Running, Status};
use crosstrack_settings::Settings;

use crate::context::Context;
use crate::server;

/// The flags of `server`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

/// What to do with it.
#[derive(Debug, Subcommand)]
enum Action {
    /// Start it, and make it where there is none
    Start,
    /// Stop it; its data stays
    Stop,
    /// Say whether it runs; exit with 1 when it does not
    Status,
    /// Print its URL, with the password, for other programs
    Url,
    /// Open psql on it
    Psql {
        /// Handed to psql as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Stop it and delete its data
    Destroy,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    match arguments.action {
        Action::Start => start(context, &settings),
        Action::Stop => stop(context, &settings),
        Action::Status => status(context, &settings),
        Action::Url => url(context, &settings),
        Action::Psql { arguments } => psql(context, &settings, &arguments),
        Action::Destroy => destroy(context, &settings),
    }
}

fn start(context: &Context, settings: &Settings) -> Result<Outcome, Problem> {
    let running = server::start(context, settings)?;
    let word = if running.started_now { "Started" } else { "Runs already" };
    answer(context, settings, &format!("{word}: {}.\n", describe(&running)), ("running", Some(&running)));
    Ok(Outcome::Done)
}

fn stop(context: &Context, settings: &Settings) -> Result<Outcome, Problem> {
    let stopped = server::describe(context, settings)?.stop().map_err(|error| {
        let hint = error.hint();
        Problem::new(Outcome::Failed, &error).hint(hint)
    })?;
    let text = match stopped {
        crosstrack_server::Stopped::Now => "Stopped. Its data stays; `server start` goes on with it.\n",
        crosstrack_server::Stopped::WasNotRunning => "It does not run.\n",
    };
    answer(context, settings, text, ("stopped", None));
    Ok(Outcome::Done)
}

fn status(context: &Context, settings: &Settings) -> Result<Outcome, Problem> {
    let server: DevelopmentServer = server::describe(context, settings)?;
    let status = server.status().map_err(|error| {
        let hint = error.hint();
        Problem::new(Outcome::Failed, &error).hint(hint)
    })?;
    match status {
        Status::Running(running) => {
            let text = format!("Runs: {}.\n", describe(&running));
            answer(context, settings, &text, ("running", Some(&running)));
            return Ok(Outcome::Done);
        }
        Status::Stopped => not_running(context, settings, "It is stopped.\n", "stopped"),
        Status::NotCreated => not_running(context, settings, "There is none yet.\n", "not-created"),
        Status::Busy { pid } => {
            let text = format!("Process {pid} runs and does not answer yet.\n");
            not_running(context, settings, &text, "busy");
        }
    }
    Ok(Outcome::No)
}

fn not_running(context: &Context, settings: &Settings, text: &str, state: &str) {
    context
        .print
        .answer(text, || crosstrack_report::server_document(state, None, &shown_data(settings), Outcome::No));
}

fn url(context: &Context, settings: &Settings) -> Result<Outcome, Problem> {
    let running = server::start(context, settings)?;
    // This one document holds the password: it is what was asked for.
    let url = running.url();
    let version = running.version.to_string();
    context.print.answer(&format!("{url}\n"), || {
        let data = shown_data(settings);
        crosstrack_report::server_document("running", Some((&url, &version)), &data, Outcome::Done)
    });
    Ok(Outcome::Done)
}

fn psql(context: &Context, settings: &Settings, arguments: &[OsString]) -> Result<Outcome, Problem> {
    let running = server::start(context, settings)?;
    let status = running.open_psql(&running.database, arguments).map_err(|error| {
        let hint = error.hint();
        Problem::new(Outcome::Failed, &error).hint(hint)
    })?;
    Ok(if status.success() { Outcome::Done } else { Outcome::No })
}

fn destroy(context: &Context, settings: &Settings) -> Result<Outcome, Problem> {
    server::describe(context, settings)?.destroy().map_err(|error| {
        let hint = error.hint();
        Problem::new(Outcome::Failed, &error).hint(hint)
    })?;
    answer(
        context,
        settings,
        "It is gone, with its data. The next command makes a new one.\n",
        ("destroyed", None),
    );
    Ok(Outcome::Done)
}

fn describe(running: &Running) -> String {
    format!(
        "PostgreSQL {} on 127.0.0.1 port {}, process {}, programs in {}",
        running.version,
        running.port,
        running.pid,
        running.binaries.display()
    )
}

fn answer(context: &Context, settings: &Settings, text: &str, (state, running): (&str, Option<&Running>)) {
    let reached = running.map(|running| {
        let Running { user, port, database, version, .. } = running;
        (format!("postgresql://{user}@127.0.0.1:{port}/{database}"), version.to_string())
    });
    context.print.answer(text, || {
        let reached = reached.as_ref().map(|(url, version)| (url.as_str(), version.as_str()));
        crosstrack_report::server_document(state, reached, &shown_data(settings), Outcome::Done)
    });
}

fn shown_data(settings: &Settings) -> String {
    let data = settings.server.data.as_ref();
    data.map_or_else(|| "target/crosstrack/server".into(), |data| data.display().to_string())
}
