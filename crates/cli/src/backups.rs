//! Backups as the settings and flags describe them: the folder, the client programs, what the manifest says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crosstrack_backup::{
    Backup, BackupError, Compression, Form, Programs, Progress, Taking, TrackVersions, Where, take_backup,
};
use crosstrack_engine::{Inspection, Stop};
use crosstrack_model::{Standing, TrackState};
use crosstrack_report::Problem;
use crosstrack_settings::Settings;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure;
use crate::print::Printer;

/// How often is said how far a backup or a restore is.
const BETWEEN_REPORTS: Duration = Duration::from_secs(5);

/// Which backup is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) output: Option<PathBuf>,
    pub(crate) form: Form,
    pub(crate) compression: Option<Compression>,
    pub(crate) schema_only: bool,
    pub(crate) tables: Vec<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { output: None, form: Form::Custom, compression: None, schema_only: false, tables: Vec::new() }
    }
}

/// The folder of backups.
pub(crate) fn folder(settings: &Settings) -> PathBuf {
    settings.root.join("backups")
}

/// The client programs for a server of this version.
pub(crate) fn programs(
    settings: &Settings,
    server_version: &str,
    context: &Context,
) -> Result<Programs, Problem> {
    let own = crate::server::programs(context, settings);
    let search_path = context.environment.get("PATH").unwrap_or_default();
    let place = Where { folder: own.as_deref(), search_path };
    Programs::find(place, server_version).map_err(|error| failure::backup(&error, None))
}

/// Takes a backup.
pub(crate) async fn take(
    deployment: &Deployment,
    (inspection, stop): (&Inspection, &Stop),
    wanted: &Wanted,
    context: &Context,
) -> Result<Backup, Problem> {
    let settings = &deployment.settings;
    let programs = programs(settings, &inspection.server.version, context)?;
    let taking = Taking {
        database: &deployment.database,
        programs: &programs,
        is_stopped: &|| stop.requested().is_some(),
        server_version: &inspection.server.version,
        environment: settings.environment.as_str(),
        tool_version: env!("CARGO_PKG_VERSION"),
        tracks: inspection.tracks.iter().map(versions).collect(),
        output: wanted.output.as_deref(),
        folder: &folder(settings),
        form: wanted.form,
        compression: wanted.compression,
        schema_only: wanted.schema_only,
        tables: &wanted.tables,
    };
    let mut teller = Teller::new("backup", &context.print);
    // What the server does for it is cancelled, too.
    let _guard = stop.cancel_on_request(&deployment.database, "backup");
    let taken = take_backup(&taking, &mut |progress| teller.tell(progress)).await;
    taken.map_err(|error| {
        let is_cancelled = stop.requested().is_some() && matches!(error, BackupError::Query(_));
        failure::backup(if is_cancelled { &BackupError::Interrupted } else { &error }, stop.requested())
    })
}

fn versions(state: &TrackState) -> TrackVersions {
    let newest = state.lines.iter().rev().find(|line| line.standing == Standing::Applied);
    TrackVersions {
        track: state.track.to_string(),
        applied: state.ledger.entries.len() as u64,
        newest: newest.map(|line| line.version.to_string()),
    }
}

/// A file as the user named it, in the folder in which the program was started.
pub(crate) fn named(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Says from time to time how far something is.
pub(crate) struct Teller<'a> {
    what: &'static str,
    print: &'a Printer,
    last: Instant,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(what: &'static str, print: &'a Printer) -> Self {
        Self { what, print, last: Instant::now() }
    }

    pub(crate) fn tell(&mut self, progress: &Progress) {
        if self.last.elapsed() >= BETWEEN_REPORTS {
            self.last = Instant::now();
            self.print.story(&format!("{}: {}\n", self.what, crosstrack_report::backup_progress(progress)));
        }
    }
}
