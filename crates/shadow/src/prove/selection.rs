//! Which migrations of a history are to be proven. The others are only applied, for what comes after them stands on them.

use crosstrack_engine::{PlanError, resolve_reference};
use crosstrack_model::{Reference, Step, TrackName, TrackState};

/// What is to be proven: everything, unless it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only this track.
    pub track: Option<TrackName>,
    /// From this migration on, in the order of the plan.
    pub from: Option<Reference>,
    /// Only the newest so many.
    pub last: Option<usize>,
}

impl Selection {
    /// The places in the plan of what is to be proven.
    ///
    /// # Errors
    /// When it names a migration or a track that is not there.
    pub(crate) fn places(&self, steps: &[Step], states: &[TrackState]) -> Result<Vec<usize>, PlanError> {
        if let Some(track) = &self.track
            && !states.iter().any(|state| state.track == *track)
        {
            return Err(PlanError::UnknownTrack {
                track: track.clone(),
                known: states.iter().map(|state| format!("`{}`", state.track)).collect(),
            });
        }
        let from = self.from.as_ref().map(|from| resolve_reference(from, states)).transpose()?;
        let is_first = |step: &Step| {
            from.is_some_and(|(state, line)| {
                state.track == step.track && line.version == step.migration.version
            })
        };
        let first = steps.iter().position(is_first).unwrap_or_default();
        let of_track = |step: &Step| self.track.as_ref().is_none_or(|track| step.track == *track);
        let mut places: Vec<usize> = (first..steps.len()).filter(|place| of_track(&steps[*place])).collect();
        if let Some(last) = self.last {
            places.drain(..places.len().saturating_sub(last));
        }
        Ok(places)
    }
}
