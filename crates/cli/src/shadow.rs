//! The shadow server as flags, environment and settings describe it.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crosstrack_database::Database;
use crosstrack_report::Problem;
use crosstrack_settings::{Settings, ShadowPlace, ShadowSettings, Target};
use crosstrack_shadow::{Place, PrivatePlace, ShadowEvent, ShadowRequest, ShadowServer};

use crate::context::Context;
use crate::{deployment, server};

/// Describes the shadow server; touches nothing. Shadow databases are to be like the target, if there is one.
pub(crate) fn server(
    context: &Context,
    settings: Option<&Settings>,
    target: Option<&Target>,
) -> Result<ShadowServer, Problem> {
    let shadow = match settings {
        Some(settings) => settings.shadow.clone(),
        None => context.shadow_settings()?,
    };
    Ok(described(context, (settings, shadow), target))
}

/// The same where the settings of the shadow server are given.
pub(crate) fn described(
    context: &Context,
    (settings, shadow): (Option<&Settings>, ShadowSettings),
    target: Option<&Target>,
) -> ShadowServer {
    let place = match &shadow.place {
        ShadowPlace::Private => Place::Private(private(context, settings, &shadow)),
        ShadowPlace::Server(target) => Place::Server(target.clone()),
        ShadowPlace::Target => Place::Target,
    };
    let print = context.print.clone();
    ShadowServer::new(ShadowRequest {
        place,
        target: target.cloned(),
        application: target.map_or_else(deployment::own_name, deployment::application_name),
        prepare: shadow.prepare,
        events: Arc::new(move |event| {
            if let Some(line) = line(&event) {
                print.story(&format!("shadow server: {line}\n"));
            }
        }),
    })
}

/// The development server, for a database that takes the place of this one.
pub(crate) fn beside(context: &Context, database: &Database) -> ShadowServer {
    let print = context.print.clone();
    ShadowServer::new(ShadowRequest {
        place: Place::BesideTarget,
        target: Some(database.target().clone()),
        application: database.application().to_owned(),
        prepare: Vec::new(),
        events: Arc::new(move |event| {
            if let ShadowEvent::Replaying { migrations } = event {
                print.story(&format!("development server: making a template of {migrations} migrations\n"));
            }
        }),
    })
}

/// The private server: in a folder of the project, and with the programs that the development server uses.
pub(crate) fn private(
    context: &Context,
    settings: Option<&Settings>,
    shadow: &ShadowSettings,
) -> PrivatePlace {
    let named = context.global.pg_bin.clone().or_else(|| settings.and_then(|one| one.server.pg_bin.clone()));
    let programs = match &named {
        Some(folder) => vec![folder.clone()],
        None => settings.and_then(|settings| server::programs(context, settings)).into_iter().collect(),
    };
    PrivatePlace {
        folder: shadow.data.clone().unwrap_or_else(|| folder(context, settings)),
        search_path: context.environment.get("PATH").map(OsString::from).unwrap_or_default(),
        programs,
        only_those: named.is_some(),
    }
}

/// Below `target/` of the project; where that cannot be written, in the user's cache or in the folder for temporary files.
fn folder(context: &Context, settings: Option<&Settings>) -> PathBuf {
    let in_project =
        settings.map(|settings| server::target_folder(context, settings).join("crosstrack/shadow"));
    let in_cache = server::cache_folder(context).join("crosstrack/shadow");
    let temporary = std::env::temp_dir().join("crosstrack-shadow");
    let candidates = in_project.into_iter().chain([in_cache]);
    let writable = candidates.into_iter().find(|folder| fs::create_dir_all(folder).is_ok());
    let folder = writable.unwrap_or(temporary);
    // Not every project that has migrations keeps `target/` out of its repository.
    drop(fs::write(folder.join(".gitignore"), "*\n"));
    folder
}

fn line(event: &ShadowEvent) -> Option<String> {
    match event {
        ShadowEvent::Server(progress) => server::progress_text(progress),
        ShadowEvent::OtherVersion { target, used } => Some(format!(
            "note: found no PostgreSQL {target} server programs, the target's version; using PostgreSQL {used}"
        )),
        ShadowEvent::NoTarget { reason } => {
            Some(format!("note: {reason}; the shadow database has the default encoding, locale and settings"))
        }
        ShadowEvent::Replaying { migrations: 1 } => Some("replaying 1 migration".to_owned()),
        ShadowEvent::Replaying { migrations } => Some(format!("replaying {migrations} migrations")),
    }
}
