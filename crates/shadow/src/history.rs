//! A history of migrations, as far as it is independent of a database: the steps from nothing to its end, and the key of each prefix.
//!
//! It runs nothing.

use crosstrack_engine::{Inspection, Origin, PlanError, SessionDefaults, Stop, Track, UpSelection, plan_up};
use crosstrack_model::{Direction, Step, TrackState};
use crosstrack_settings::PhaseSettings;

use crate::server::{ShadowServer, Started};
use crate::template::Key;

/// A history of migrations, and how it is run.
#[derive(Clone, Copy)]
pub struct History<'a> {
    /// The server on which it is replayed.
    pub server: &'a ShadowServer,
    /// The tracks on disk.
    pub tracks: &'a [Track],
    /// The phases; their checks are left out.
    pub phases: &'a [PhaseSettings],
    /// The limits of the sessions.
    pub defaults: SessionDefaults,
    /// Recorded with each run.
    pub origin: &'a Origin,
    /// Ends a replay early.
    pub stop: &'a Stop,
}

/// Migrations that are replayed, and those that are tried afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps<'a> {
    /// Replayed first; the result may come from a template.
    pub replayed: &'a [Step],
    /// Run by the caller afterwards.
    pub tried: &'a [Step],
}

impl History<'_> {
    /// The states of the tracks on a database without migrations tables.
    pub fn states(&self) -> Vec<TrackState> {
        Inspection::of_nothing(self.tracks).tracks
    }

    /// Every up migration on disk, in the order of the plan.
    ///
    /// # Errors
    /// When the migrations contradict each other.
    pub fn steps(&self) -> Result<Vec<Step>, PlanError> {
        let plan = plan_up(&self.states(), self.phases, &UpSelection::default())?;
        Ok(plan.steps().cloned().collect())
    }

    /// Those of the steps whose migrations are applied according to these states.
    ///
    /// # Errors
    /// When the migrations contradict each other.
    pub fn applied(&self, states: &[TrackState]) -> Result<Vec<Step>, PlanError> {
        let is_applied = |step: &Step| {
            let state = states.iter().find(|state| state.track == step.track);
            let entry = state.and_then(|state| state.ledger.entry(&step.migration.version));
            entry.is_some_and(|entry| !entry.failed)
        };
        let mut steps = self.steps()?;
        steps.retain(is_applied);
        Ok(steps)
    }

    /// The keys of the prefixes of a list of steps: of none, of the first, of the first two and so on.
    pub(crate) fn keys(&self, started: &Started, steps: &[Step]) -> Vec<Key> {
        let mut key = Key::of_server(started);
        for track in self.tracks {
            let settings = &track.settings;
            let names = [settings.name.as_str(), &settings.adapter];
            let places =
                [&settings.schema, &settings.table].map(|place| place.as_deref().unwrap_or_default());
            let session = settings.session.iter().chain(&settings.create_schemas).map(String::as_str);
            key = key.then(names.into_iter().chain(places).chain(session));
        }
        let mut keys = vec![key];
        for step in steps {
            let direction = if step.direction == Direction::Up { "up" } else { "down" };
            let kind = if step.script.transactional { "transactional" } else { "statement by statement" };
            let texts = [step.track.as_str(), &step.migration.label, direction, kind, &step.script.sql];
            keys.push(keys[keys.len() - 1].then(texts.into_iter()));
        }
        keys
    }
}
