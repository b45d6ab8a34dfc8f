//! Scripts that run statement by statement and did not come to their end: how far they came, and whether they can go on.
//!
//! Must not decide what a run does about it: that is the plan's.

use crosstrack_model::{
    Checksum, Direction, JournalStep, Line, Migration, Script, Standing, TrackState, Unfinished, Version,
};
use crosstrack_script::statements;

/// Adds to a track what the journal knows of such scripts, and lets those stand as failed that nobody can go on with as if nothing
/// had happened: a way back that stopped in the middle, and a script that no longer begins with what was done.
pub(super) fn add(mut state: TrackState, steps: &[&JournalStep]) -> TrackState {
    for step in steps {
        let Some(index) = state.lines.iter().position(|line| line.version.as_str() == step.version) else {
            add_gone(&mut state, step);
            continue;
        };
        let is_applied = state.ledger.entry(&state.lines[index].version).is_some();
        // Where the ledger shows that the step was done, it was the journal that stopped in the middle.
        if is_applied == (step.direction == Direction::Up) {
            continue;
        }
        let unfinished = unfinished(&state, &state.lines[index], step);
        let is_half_done = unfinished.statements_done > 0;
        let standing = &mut state.lines[index].standing;
        // Which of several files it was is for a person to say first.
        if is_half_done && (is_applied || !unfinished.can_go_on) && *standing != Standing::Duplicate {
            *standing = Standing::Failed;
        }
        state.unfinished.push(unfinished);
    }
    state
}

/// A migration that stands half applied and whose files are gone: neither folder nor ledger know of it.
fn add_gone(state: &mut TrackState, step: &JournalStep) {
    if step.direction == Direction::Down || step.statements_done == 0 {
        return;
    }
    let line = Line {
        version: version(state, &step.version),
        label: step.label.clone(),
        standing: Standing::Failed,
        applied_at: None,
        duration: None,
        is_in_journal: true,
        way_back_in_journal: None,
    };
    state.unfinished.push(unfinished(state, &line, step));
    let place = state.lines.partition_point(|other| other.version < line.version);
    state.lines.insert(place, line);
}

/// A version of the journal, in the order of its track's own.
fn version(state: &TrackState, text: &str) -> Version {
    let is_number = state.lines.iter().any(|line| line.version.as_number().is_some());
    match text.parse() {
        Ok(number) if is_number => Version::number(number),
        _ => Version::text(text),
    }
}

fn unfinished(state: &TrackState, line: &Line, step: &JournalStep) -> Unfinished {
    let migration = state.migration(&line.version);
    let script = migration.and_then(|migration| script(migration, step.direction));
    Unfinished {
        version: line.version.clone(),
        direction: step.direction,
        statements_done: step.statements_done,
        in_doubt: step.in_doubt,
        can_go_on: script.is_some_and(|script| begins_with(script, step)),
    }
}

fn script(migration: &Migration, direction: Direction) -> Option<&Script> {
    match direction {
        Direction::Up => Some(&migration.forward),
        Direction::Down => migration.backward.as_ref(),
    }
}

/// Whether a script still begins with the statements that are done.
pub(crate) fn begins_with(script: &Script, step: &JournalStep) -> bool {
    let Ok(statements) = statements(&script.sql) else { return false };
    let Some(done) = statements.get(..step.statements_done) else { return false };
    done.is_empty()
        || step.statements_checksum.as_ref()
            == Some(&Checksum::of_statements(done.iter().map(|statement| statement.text)))
}
