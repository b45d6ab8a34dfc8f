//! What must hold between tracks, and between tracks and phases.
//!
//! It must not read values: what it compares is already well-formed.

use super::paths;
use super::phases::DeclaredPhase;
use super::tracks::{DIESEL, DeclaredTrack};
use crate::document::{Read, Table};
use crate::mistake::{Mistake, Problem};

/// There is a track, and no two of them have one name, one folder or one ledger.
pub(super) fn check_tracks(file: &Table<'_>, tracks: &[DeclaredTrack<'_>]) -> Read<()> {
    if tracks.is_empty() {
        let hint = format!("the least that works:\n\n{}", super::MINIMAL_EXAMPLE);
        return Err(file.mistake(Problem::NoTracks, Some(hint)));
    }
    for (index, second) in tracks.iter().enumerate() {
        for first in &tracks[..index] {
            check_pair(first, second)?;
        }
    }
    Ok(())
}

fn check_pair(first: &DeclaredTrack<'_>, second: &DeclaredTrack<'_>) -> Read<()> {
    let (ours, theirs) = (&second.settings, &first.settings);
    if ours.name == theirs.name {
        return Err(second.name.mistake(Problem::RepeatedTrack { track: ours.name.clone() }));
    }
    if paths::is_same(&ours.path, &theirs.path) {
        let problem = Problem::SharedFolder { first: theirs.name.clone(), second: ours.name.clone() };
        return Err(second.folder.mistake(problem));
    }
    if ours.adapter == theirs.adapter && ledger(second) == ledger(first) {
        return Err(shared_ledger(first, second));
    }
    Ok(())
}

/// The ledger's table with its schema. A track without a schema is in the one that every session has.
fn ledger(track: &DeclaredTrack<'_>) -> String {
    let settings = &track.settings;
    let usual = match settings.adapter.as_str() {
        DIESEL => "__diesel_schema_migrations",
        "sqlx" => "_sqlx_migrations",
        other => other,
    };
    let table = settings.table.as_deref().unwrap_or(usual);
    let schema = settings.schema.as_deref().unwrap_or("public");
    if table.contains('.') { table.to_owned() } else { format!("{schema}.{table}") }
}

fn shared_ledger(first: &DeclaredTrack<'_>, second: &DeclaredTrack<'_>) -> Box<Mistake> {
    let (consequence, hint) = match second.settings.adapter.as_str() {
        DIESEL => (
            "Diesel's table name is fixed, and each would count the other's equal versions as applied",
            "give one of them a `schema` of its own",
        ),
        _ => (
            "each would stop at the other's versions, or count equal ones as applied",
            "give one of them a `table` or a `schema` of its own",
        ),
    };
    let problem = Problem::SharedLedger {
        first: first.settings.name.clone(),
        second: second.settings.name.clone(),
        ledger: ledger(second),
        consequence,
    };
    second.name.mistake_with(problem, Some(hint.to_owned()))
}

/// Every phase has its own name, and every track is in exactly one phase.
pub(super) fn check_phases(tracks: &[DeclaredTrack<'_>], phases: &[DeclaredPhase<'_>]) -> Read<()> {
    for (index, phase) in phases.iter().enumerate() {
        for earlier in &phases[..index] {
            check_apart(earlier, phase)?;
        }
    }
    let in_a_phase = |track: &DeclaredTrack<'_>| {
        phases.iter().any(|phase| phase.settings.tracks.contains(&track.settings.name))
    };
    match tracks.iter().find(|track| !in_a_phase(track)) {
        None => Ok(()),
        Some(track) => {
            let name = &track.settings.name;
            let hint = format!(
                "name it in a phase, or give it one:\n\n[[phase]]\nname = \"{name}\"\ntracks = [\"{name}\"]"
            );
            Err(track.name.mistake_with(Problem::TrackInNoPhase { track: name.clone() }, Some(hint)))
        }
    }
}

fn check_apart(earlier: &DeclaredPhase<'_>, phase: &DeclaredPhase<'_>) -> Read<()> {
    let (first, second) = (&earlier.settings, &phase.settings);
    if first.name == second.name {
        return Err(phase.name.mistake(Problem::RepeatedPhase { phase: second.name.clone() }));
    }
    match second.tracks.iter().zip(&phase.tracks).find(|(track, _)| first.tracks.contains(track)) {
        None => Ok(()),
        Some((track, node)) => Err(node.mistake(Problem::TrackInTwoPhases {
            track: track.clone(),
            first: first.name.clone(),
            second: second.name.clone(),
        })),
    }
}
