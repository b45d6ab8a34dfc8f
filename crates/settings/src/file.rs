//! `crosstrack.toml`: what its keys mean.
//!
//! It must not look at the environment or at flags: what the file says is the same for every caller.

mod adapter_files;
mod database;
mod drift;
mod environments;
mod hooks;
mod paths;
mod phases;
mod rules;
mod server;
mod shadow;
mod tracks;

use std::path::Path;

pub(crate) use database::DeclaredDatabase;
pub(crate) use environments::{DeclaredEnvironment, built_in_rules};
pub(crate) use paths::shown;
pub(crate) use shadow::{DeclaredPlace, DeclaredShadow};

use crate::document::{Document, Read};
use crate::settings::{DriftSettings, HookSettings, PhaseSettings, ServerSettings, TrackSettings};

/// The shortest settings file that works.
pub(crate) const MINIMAL_EXAMPLE: &str = "[[track]]
name = \"app\"
adapter = \"sqlx\"
path = \"migrations\"

[[phase]]
name = \"app\"
tracks = [\"app\"]";

const KEYS: [&str; 8] = ["database", "track", "phase", "environment", "server", "shadow", "hook", "drift"];

/// What a reader of the file has to know besides the file.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The folder of the file.
    pub(crate) root: &'a Path,
    /// The folder against which paths are shown.
    pub(crate) working_directory: &'a Path,
    /// The adapters that exist.
    pub(crate) adapters: &'a [&'a str],
    /// The checks that exist.
    pub(crate) checks: &'a [&'a str],
}

/// What the file says.
pub(crate) struct Declared {
    pub(crate) database: DeclaredDatabase,
    pub(crate) tracks: Vec<TrackSettings>,
    pub(crate) phases: Vec<PhaseSettings>,
    pub(crate) environments: Vec<DeclaredEnvironment>,
    pub(crate) server: ServerSettings,
    pub(crate) shadow: DeclaredShadow,
    pub(crate) hooks: Vec<HookSettings>,
    pub(crate) drift: DriftSettings,
}

/// Reads the file and holds it against the rules.
pub(crate) fn read(document: &Document, context: Context<'_>) -> Read<Declared> {
    let tree = document.parse()?;
    let root = document.root(&tree, &KEYS)?;
    let database = database::read(root.get("database"))?;
    let server = server::read(root.get("server"), context)?;
    let shadow = shadow::read(root.get("shadow"), context)?;
    let tracks = tracks::read(root.get("track"), context)?;
    rules::check_tracks(&root, &tracks)?;
    let phases = phases::read(root.get("phase"), &tracks, context)?;
    rules::check_phases(&tracks, &phases)?;
    let hooks = hooks::read(root.get("hook"))?;
    let drift = drift::read(root.get("drift"))?;
    let environments = environments::read(root.get("environment"), &tracks)?;
    Ok(Declared {
        database,
        tracks: tracks.into_iter().map(|track| track.settings).collect(),
        phases: phases.into_iter().map(|phase| phase.settings).collect(),
        environments,
        server,
        shadow,
        hooks,
        drift,
    })
}
