//! Backward scripts as they were when their migrations were applied: what an older checkout needs, where the file is not yet there or
//! no longer.

use std::sync::Arc;

use crosstrack_database::{QueryError, Row, Snapshot, quote_literal};
use crosstrack_model::{
    Direction, Directives, JournalStep, Line, Migration, Script, Start, TrackName, TrackState, Version,
};

use crate::inspect::unfinished::begins_with;
use crate::inspect::{InspectError, Inspection};

/// An applied migration with the way back that the journal kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// The run that wrote it.
    pub run: i64,
    /// The track.
    pub track: TrackName,
    /// The migration, as far as the journal knows it: its forward script is its checksum alone.
    pub migration: Arc<Migration>,
    /// Where the script begins: behind what an earlier run has done of it.
    pub start: Start,
}

/// Reads the ways back of the applied migrations that have none on disk.
///
/// # Errors
/// When the server refuses.
pub async fn read_ways_back(
    snapshot: &Snapshot<'_>,
    inspection: &Inspection,
) -> Result<Vec<WayBack>, InspectError> {
    let wanted: Vec<(&TrackState, &Line, i64)> = inspection.tracks.iter().flat_map(without_file).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = snapshot.rows("read the backward scripts of the journal", &query(&wanted)).await?;
    let mut ways_back = Vec::new();
    for row in &rows {
        let (run, track) = (row.number::<i64>("run")?, row.text("track")?);
        let version = row.text("version")?;
        let place = wanted.iter().find(|(state, line, of)| {
            *of == run && state.track.as_str() == track && line.version.as_str() == version
        });
        if let Some((state, line, _)) = place {
            let migration = Arc::new(migration(state, line, row)?);
            let start = start(inspection, &state.track, &migration);
            ways_back.push(WayBack { run, track: state.track.clone(), migration, start });
        }
    }
    Ok(ways_back)
}

fn start(inspection: &Inspection, track: &TrackName, migration: &Migration) -> Start {
    let stopped_in_it = |step: &&JournalStep| {
        let is_it = step.track == track.as_str() && step.version == migration.version.as_str();
        is_it && step.direction == Direction::Down
    };
    let step = inspection.journal.unfinished.iter().rev().find(stopped_in_it);
    let goes_on =
        |step: &&JournalStep| migration.backward.as_ref().is_some_and(|script| begins_with(script, step));
    step.filter(goes_on).map_or_else(Start::default, |step| Start {
        statements_done: step.statements_done,
        in_doubt: step.in_doubt,
    })
}

/// The applied migrations of a track whose way back only the journal has, with the run that wrote it.
fn without_file(state: &TrackState) -> impl Iterator<Item = (&TrackState, &Line, i64)> {
    let has_file =
        |version: &Version| state.migration(version).is_some_and(|migration| migration.backward.is_some());
    state
        .lines
        .iter()
        .filter(move |line| !has_file(&line.version))
        .filter_map(move |line| Some((state, line, line.way_back_in_journal?)))
}

/// A journal of format 1 does not say of a backward script whether it is transactional: there it is as the forward one.
fn query(wanted: &[(&TrackState, &Line, i64)]) -> String {
    let keys: Vec<String> = wanted
        .iter()
        .map(|(state, line, run)| {
            let (track, version) =
                (quote_literal(state.track.as_str()), quote_literal(line.version.as_str()));
            format!("({run}, {track}, {version})")
        })
        .collect();
    format!(
        "SELECT run, track, version, checksum, backward, \
         coalesce((to_jsonb(step) ->> 'backward_transactional')::boolean, transactional) AS is_transactional \
         FROM crosstrack.step WHERE direction = 'up' AND outcome IN ('done', 'accepted') \
         AND (run, track, version) IN ({}) ORDER BY id",
        keys.join(", ")
    )
}

fn migration(state: &TrackState, line: &Line, row: &Row) -> Result<Migration, QueryError> {
    let backward = Script::new(None, row.text("backward")?.to_owned(), row.truth("is_transactional")?);
    if let Some(on_disk) = state.migration(&line.version) {
        return Ok(Migration { backward: Some(backward), ..(**on_disk).clone() });
    }
    let forward = Script {
        path: None,
        sql: String::new(),
        transactional: backward.transactional,
        checksum: crosstrack_model::Checksum::from_journal(row.text("checksum")?),
    };
    Ok(Migration {
        version: line.version.clone(),
        name: String::new(),
        label: line.label.clone(),
        forward,
        backward: Some(backward),
        second_backward: None,
        directives: Directives::default(),
        ledger_checksums: Vec::new(),
        alternate_checksums: Vec::new(),
    })
}
