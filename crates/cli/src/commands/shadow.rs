//! `shadow`: what shadow databases begin with.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use crosstrack_report::{CapturedView, Outcome, Problem};
use crosstrack_schema::{Created, capture};
use crosstrack_settings::{ShadowPlace, ShadowSettings};

use crate::context::Context;
use crate::failure;
use crate::schemas::{Reading, Source};

/// The flags of `shadow`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write what exists in the target and no migration creates: extensions, schemas and roles of the provider or an administrator
    Capture {
        /// The file, for `prepare` under `[shadow]` in crosstrack.toml; without it the SQL is printed
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let Action::Capture { file } = arguments.action;
    // What is captured is not there before it.
    let settings = context.settings_or_none()?;
    let place = settings.as_ref().map_or(ShadowPlace::Private, |settings| settings.shadow.place.clone());
    let data = settings.and_then(|settings| settings.shadow.data);
    let reading = Reading::with_shadow(context, ShadowSettings { place, prepare: Vec::new(), data })?;
    let (_, live) = reading.catalog(&Source::Database).await?;
    let (created, created_roles) = created(&reading);
    let mut roles = reading.server.roles().await.map_err(|error| failure::shadow(&error))?;
    roles.retain(|role| !created_roles.contains(role));
    let captured =
        capture(&reading.server, &live, &created).await.map_err(|error| failure::schema(&error))?;
    if let Some(missing) = &captured.missing {
        context.print.story("note: on a shadow database this SQL does not make all of it\n");
        for line in failure::missing(missing) {
            context.print.story(&format!("  {line}\n"));
        }
    }
    let view = CapturedView {
        names: &captured.names,
        roles: &roles,
        statements: &captured.statements,
        file: file.as_deref(),
    };
    if let Some(file) = &file {
        write(file, &crosstrack_report::captured_script(&view))?;
    }
    context.print.answer(&crosstrack_report::captured(&view), || crosstrack_report::captured_document(&view));
    Ok(Outcome::Done)
}

/// The objects and roles that the migrations create, by their texts.
fn created(reading: &Reading<'_>) -> (Created, std::collections::BTreeSet<String>) {
    let mut created = Created::default();
    let mut roles = std::collections::BTreeSet::new();
    for track in &reading.tracks {
        let settings = &track.settings;
        created.schemas.extend(settings.schema.iter().chain(&settings.create_schemas).cloned());
        for migration in &track.migrations {
            let sql = &migration.forward.sql;
            let names = crosstrack_script::created(sql);
            created.schemas.extend(names.schemas);
            created.extensions.extend(names.extensions);
            roles.extend(names.roles);
            created.texts.push(sql.clone());
        }
    }
    (created, roles)
}

/// Writes over an earlier capture, and over nothing else.
fn write(file: &Path, text: &str) -> Result<(), Problem> {
    let there = fs::read_to_string(file);
    if fs::symlink_metadata(file).is_ok()
        && !there.is_ok_and(|text| text.starts_with(crosstrack_report::CAPTURED))
    {
        return Err(failure::occupied(file));
    }
    fs::write(file, text).map_err(|error| failure::unwritten(file, &error))
}
