//! The development server as the settings and flags describe it.

use std::ffi::OsString;
use std::path::PathBuf;

use crosstrack_report::{Outcome, Problem};
use crosstrack_server::{DevelopmentServer, Progress, Running, ServerSettings, Source, Status};
use crosstrack_settings::{Host, Origin, Secret, Settings, Target};

use crate::context::Context;

/// Describes the development server; touches nothing.
pub(crate) fn describe(context: &Context, settings: &Settings) -> Result<DevelopmentServer, Problem> {
    let variable = |name: &str| context.environment.get(name).map(OsString::from);
    let data = settings
        .server
        .data
        .clone()
        .unwrap_or_else(|| target_folder(context, settings).join("crosstrack/server"));
    let cache = cache_folder(context);
    let mut server =
        ServerSettings::new(data, cache.join("crosstrack"), variable("PATH").unwrap_or_default());
    server.binaries = context.global.pg_bin.clone().or_else(|| settings.server.pg_bin.clone());
    let source = context.environment.text("CROSSTRACK_SERVER_SOURCE").or(settings.server.source.as_deref());
    if let Some(source) = source {
        server.source = source.parse::<Source>().map_err(|error| {
            let hint = error.hint();
            Problem::new(Outcome::Usage, &error).hint(hint)
        })?;
    }
    Ok(DevelopmentServer::new(server))
}

/// Where replays are kept.
pub(crate) fn replays(context: &Context, settings: &Settings) -> PathBuf {
    target_folder(context, settings).join("crosstrack/replays")
}

/// The user's folder for what can be made again.
pub(crate) fn cache_folder(context: &Context) -> PathBuf {
    let variable = |name: &str| context.environment.get(name).map(PathBuf::from);
    let home = variable("HOME").unwrap_or_else(std::env::temp_dir);
    variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .unwrap_or_else(|| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
}

/// `target/` of the workspace, where `cargo clean` takes it away with everything else.
pub(crate) fn target_folder(context: &Context, settings: &Settings) -> PathBuf {
    let folder = context.environment.get("CARGO_TARGET_DIR").map(PathBuf::from);
    folder.map_or_else(|| settings.root.join("target"), |folder| settings.root.join(folder))
}

/// Starts the development server where it does not run.
pub(crate) fn start(context: &Context, settings: &Settings) -> Result<Running, Problem> {
    let server = describe(context, settings)?;
    let print = &context.print;
    let running = server
        .start(&mut |progress| {
            if let Some(text) = progress_text(&progress) {
                print.story(&format!("development server: {text}\n"));
            }
        })
        .map_err(|error| Problem::new(Outcome::Unreachable, &error).hint(error.hint()))?;
    Ok(running)
}

/// The development server as a database to connect to.
pub(crate) fn target(running: &Running) -> Target {
    let host = match &running.socket_directory {
        Some(directory) => Host::Socket { directory: directory.clone(), port: running.port },
        None => Host::Tcp { name: "127.0.0.1".into(), address: None, port: running.port },
    };
    let mut target = Target::new(host, &running.database, &running.user);
    target.password = Some(Secret::new(running.password.expose()));
    target.origin = Origin::DevelopmentServer;
    target
}

/// What a server does while it is being made ready; nothing for what takes no time.
pub(crate) fn progress_text(progress: &Progress) -> Option<String> {
    Some(match progress {
        Progress::WaitingForAnotherCall => "another call is starting it".into(),
        Progress::WaitingForServer { pid } => format!("waiting for process {pid}"),
        Progress::Fetching { from } => format!("fetching PostgreSQL from {from}"),
        Progress::Received { bytes, total } => crosstrack_report::server_progress(*bytes, *total),
        Progress::Unpacking { into } => format!("unpacking into {}", into.display()),
        Progress::Creating { version } => format!("creating a cluster of PostgreSQL {version}"),
        Progress::Starting { port } => format!("starting on port {port}"),
        _ => return None,
    })
}

/// Where the development server's own client programs are, if it runs.
pub(crate) fn programs(context: &Context, settings: &Settings) -> Option<PathBuf> {
    match describe(context, settings).ok()?.status().ok()? {
        Status::Running(running) => Some(running.binaries),
        _ => None,
    }
}

/// The development server as a database to connect to, if it runs.
pub(crate) fn running(context: &Context, settings: &Settings) -> Option<Target> {
    match describe(context, settings).ok()?.status().ok()? {
        Status::Running(running) => Some(target(&running)),
        _ => None,
    }
}
