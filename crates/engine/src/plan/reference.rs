//! From what a person wrote to the migration that is meant, and the nearest one when none is.

use crosstrack_model::{Line, Reference, TrackState};

use super::PlanError;

/// Finds the track and the line that a reference means.
///
/// # Errors
/// When there is no such track or migration.
pub fn resolve_reference<'a>(
    reference: &Reference,
    states: &'a [TrackState],
) -> Result<(&'a TrackState, &'a Line), PlanError> {
    let state = find_track(reference, states)?;
    let line = state.lines.iter().find(|line| reference.means(&line.version, &line.label));
    line.map(|line| (state, line)).ok_or_else(|| PlanError::UnknownReference {
        reference: reference.clone(),
        nearest: nearest(reference, states),
    })
}

fn find_track<'a>(reference: &Reference, states: &'a [TrackState]) -> Result<&'a TrackState, PlanError> {
    states.iter().find(|state| state.track == reference.track).ok_or_else(|| PlanError::UnknownTrack {
        track: reference.track.clone(),
        known: states.iter().map(|state| format!("`{}`", state.track)).collect(),
    })
}

/// The migration whose label is nearest to what was written, if one is near.
pub(crate) fn nearest(reference: &Reference, states: &[TrackState]) -> Option<String> {
    let state = states.iter().find(|state| state.track == reference.track)?;
    let written = reference.migration.as_str();
    state
        .lines
        .iter()
        .map(|line| {
            let by_label = strsim::jaro_winkler(written, &line.label);
            let by_version = strsim::jaro_winkler(written, line.version.as_str());
            (by_label.max(by_version), line)
        })
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, line)| format!("{}/{}", state.track, line.label))
}
