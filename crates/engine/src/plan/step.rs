//! A step from a migration: its script and what a person should know before it runs.

use std::sync::Arc;

use crosstrack_model::{Direction, Hazard, Migration, Script, Start, Step, TrackState};
use crosstrack_script::own_transaction_control;

/// Makes the step that runs a script of a migration.
pub(crate) fn step(
    (phase, state): (&str, &TrackState),
    migration: &Arc<Migration>,
    direction: Direction,
    script: &Script,
    // In a track without any way back it is no news that there is none.
    other_ways_back: bool,
) -> Step {
    let mut hazards = Vec::new();
    if !script.transactional {
        hazards.push(Hazard::NotTransactional);
    }
    if let (true, Some(line)) = (script.transactional, own_transaction_control(&script.sql)) {
        hazards.push(Hazard::OwnTransaction { line });
    }
    if direction == Direction::Up && migration.backward.is_none() && other_ways_back {
        hazards.push(Hazard::NoWayBack);
    }
    hazards.extend(crosstrack_script::hazards(&script.sql));
    hazards.retain(|hazard| !migration.directives.allow.iter().any(|allowed| allowed == hazard.as_str()));
    Step {
        phase: phase.to_owned(),
        track: state.track.clone(),
        migration: Arc::clone(migration),
        direction,
        script: script.clone(),
        from_run: None,
        start: start(state, migration, direction),
        lock_timeout: migration.directives.lock_timeout,
        hazards,
    }
}

/// Where the script begins: behind what an earlier run has done of it.
fn start(state: &TrackState, migration: &Migration, direction: Direction) -> Start {
    state
        .unfinished(&migration.version)
        .filter(|unfinished| unfinished.direction == direction && unfinished.can_go_on)
        .map_or_else(Start::default, |unfinished| Start {
            statements_done: unfinished.statements_done,
            in_doubt: unfinished.in_doubt,
        })
}
