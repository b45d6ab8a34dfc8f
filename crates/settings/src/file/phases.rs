//! `[[phase]]`: one table for each phase, in the order of the run.
//!
//! It must not compare phases with each other: `rules.rs` does.

use super::Context;
use super::tracks::{DeclaredTrack, track_name};
use crate::document::{Node, Read, Table};
use crate::mistake::Problem;
use crate::settings::PhaseSettings;

const KEYS: [&str; 3] = ["name", "tracks", "checks"];

/// A phase and the places that a rule between phases may point at.
pub(super) struct DeclaredPhase<'d> {
    pub(super) settings: PhaseSettings,
    pub(super) name: Node<'d>,
    /// The places of the tracks, in the order of `settings.tracks`.
    pub(super) tracks: Vec<Node<'d>>,
}

pub(super) fn read<'d>(
    node: Option<Node<'d>>,
    tracks: &[DeclaredTrack<'_>],
    context: Context<'_>,
) -> Read<Vec<DeclaredPhase<'d>>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let names: Vec<&str> = tracks.iter().map(|track| track.settings.name.as_str()).collect();
    node.tables(&KEYS)?.into_iter().map(|table| phase(&table, &names, context)).collect()
}

fn phase<'d>(table: &Table<'d>, tracks: &[&str], context: Context<'_>) -> Read<DeclaredPhase<'d>> {
    let name = table.required("name")?;
    let phase_name = track_name(&name)?.to_string();
    let track_nodes = words(table, "tracks", |node| node.word("track", tracks).map(str::to_owned))?;
    let check_nodes = words(table, "checks", |node| node.word("check", context.checks).map(str::to_owned))?;
    if track_nodes.is_empty() && check_nodes.is_empty() {
        let hint = "give it `tracks`, `checks` or both, or remove it".to_owned();
        return Err(name.mistake_with(Problem::EmptyPhase { phase: phase_name }, Some(hint)));
    }
    let settings = PhaseSettings {
        name: phase_name,
        tracks: track_nodes.iter().map(track_name).collect::<Read<Vec<_>>>()?,
        checks: check_nodes.iter().map(|node| node.text().map(str::to_owned)).collect::<Read<Vec<_>>>()?,
    };
    Ok(DeclaredPhase { settings, name, tracks: track_nodes })
}

/// The items of a list that are all valid and all different.
fn words<'d>(table: &Table<'d>, key: &str, valid: impl Fn(&Node<'d>) -> Read<String>) -> Read<Vec<Node<'d>>> {
    let nodes = table.get(key).map(|node| node.list()).transpose()?.unwrap_or_default();
    let mut seen = Vec::new();
    for node in &nodes {
        let word = valid(node)?;
        if seen.contains(&word) {
            return Err(node.mistake(Problem::RepeatedWord { key: key.to_owned(), word }));
        }
        seen.push(word);
    }
    Ok(nodes)
}
