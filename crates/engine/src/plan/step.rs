//! A step from a migration: its script and what a person should know before it runs.

use std::sync::Arc;

use crosstrack_model::{Direction, Hazard, Migration, Script, Step, TrackName};

/// Makes the step that runs a script of a migration.
pub(crate) fn step(
    (phase, track): (&str, &TrackName),
    migration: &Arc<Migration>,
    direction: Direction,
    script: &Script,
) -> Step {
    let mut hazards = Vec::new();
    if !script.transactional {
        hazards.push(Hazard::NotTransactional);
    }
    if direction == Direction::Up && migration.backward.is_none() {
        hazards.push(Hazard::NoWayBack);
    }
    hazards.extend(crosstrack_script::hazards(&script.sql));
    hazards.retain(|hazard| !migration.directives.allow.iter().any(|allowed| allowed == hazard.as_str()));
    Step {
        phase: phase.to_owned(),
        track: track.clone(),
        migration: Arc::clone(migration),
        direction,
        script: script.clone(),
        lock_timeout: migration.directives.lock_timeout,
        hazards,
    }
}
