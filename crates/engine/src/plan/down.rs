//! The plan of `down`: the order of application, backwards, and nothing pulled from under what still needs it.

use std::sync::Arc;

use crosstrack_model::{
    Direction, Item, JournalStep, Line, Migration, Plan, Reference, Script, Start, Step, TrackName,
    TrackState,
};
use crosstrack_settings::PhaseSettings;

use super::PlanError;
use super::reference::resolve_reference;
use super::step::step;
use crate::journal::WayBack;

/// What of the applied migrations `down` is asked to revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownSelection {
    /// The last so many that were applied.
    Steps(usize),
    /// All that is applied.
    All,
    /// All that the last `up` applied.
    Batch,
    /// All that was applied after this migration, which stays.
    To(Reference),
}

/// What `down` is asked.
#[derive(Clone, Copy, Debug)]
pub struct DownRequest<'a> {
    /// Which migrations.
    pub selection: &'a DownSelection,
    /// Only this track.
    pub track: Option<&'a TrackName>,
    /// Backward scripts that the journal kept, to be taken where no file has one.
    pub ways_back: &'a [WayBack],
}

/// An applied migration.
struct Applied<'a> {
    state: &'a TrackState,
    line: &'a Line,
}

impl Applied<'_> {
    /// Several files may claim a version: the ledger has one row, and where it can be told it is about one of them.
    fn is_in_ledger(&self) -> bool {
        let mut same = self.state.lines.iter().filter(|line| line.version == self.line.version);
        let is_it = self.line.applied_at.is_some() || same.all(|line| line.applied_at.is_none());
        is_it && self.state.ledger.entry(&self.line.version).is_some()
    }

    fn moment(&self) -> Option<&str> {
        self.state.ledger.entry(&self.line.version)?.applied_at.as_deref()
    }

    fn reference(&self) -> String {
        format!("{}/{}", self.state.track, self.line.label)
    }
}

/// Plans the way back.
///
/// `journal` holds the last step of each migration.
///
/// # Errors
/// When a migration has no way back, when another one requires it and stays, or when the selection names nothing.
pub fn plan_down(
    states: &[TrackState],
    phases: &[PhaseSettings],
    journal: &[JournalStep],
    request: DownRequest<'_>,
) -> Result<Plan, PlanError> {
    let DownRequest { selection, track, ways_back } = request;
    if let Some(track) = track
        && !states.iter().any(|state| state.track == *track)
    {
        return Err(PlanError::UnknownTrack {
            track: track.clone(),
            known: states.iter().map(|state| format!("`{}`", state.track)).collect(),
        });
    }
    let mut applied = applied_newest_first(states, journal);
    applied.retain(|applied| track.is_none_or(|track| applied.state.track == *track));
    let chosen: Vec<Applied<'_>> = match selection {
        DownSelection::Steps(steps) => applied.into_iter().take(*steps).collect(),
        DownSelection::All => applied,
        DownSelection::Batch => last_batch(applied, journal)?,
        DownSelection::To(reference) => applied_after(applied, reference, states)?,
    };
    let mut items = Vec::new();
    for (index, applied) in chosen.iter().enumerate() {
        check_version(applied)?;
        let way = way_back(applied, ways_back)?;
        check_unfinished(applied, way.start.is_some())?;
        check_half_applied(applied)?;
        check_dependents(states, applied, &chosen[..index])?;
        let phase = phase_name(phases, &applied.state.track);
        let step = step((phase, applied.state), way.migration, Direction::Down, way.script, true);
        let start = way.start.unwrap_or(step.start);
        items.push(Item::Step(Box::new(Step { from_run: way.from_run, start, ..step })));
    }
    Ok(Plan { direction: Direction::Down, items, restamps: Vec::new(), skipped_gates: Vec::new() })
}

/// By the moment that the ledger gives; where that does not tell two apart, by the journal's order and then by version.
fn applied_newest_first<'a>(states: &'a [TrackState], journal: &[JournalStep]) -> Vec<Applied<'a>> {
    let place = |applied: &Applied<'_>| {
        journal.iter().position(|step| {
            step.applied()
                && step.track == applied.state.track.as_str()
                && step.version == applied.line.version.as_str()
        })
    };
    let mut applied: Vec<Applied<'a>> = states
        .iter()
        .flat_map(|state| state.lines.iter().map(move |line| Applied { state, line }))
        .filter(Applied::is_in_ledger)
        .collect();
    applied.sort_by(|left, right| {
        let by_moment = right.moment().cmp(&left.moment());
        by_moment
            .then_with(|| place(right).cmp(&place(left)))
            .then_with(|| right.line.version.cmp(&left.line.version))
    });
    applied
}

fn last_batch<'a>(applied: Vec<Applied<'a>>, journal: &[JournalStep]) -> Result<Vec<Applied<'a>>, PlanError> {
    let run_of = |applied: &Applied<'_>| {
        journal
            .iter()
            .find(|step| {
                step.applied()
                    && step.track == applied.state.track.as_str()
                    && step.version == applied.line.version.as_str()
            })
            .map(|step| step.run)
    };
    let last = applied.iter().filter_map(run_of).max().ok_or(PlanError::NoBatch)?;
    Ok(applied.into_iter().filter(|applied| run_of(applied) == Some(last)).collect())
}

fn applied_after<'a>(
    applied: Vec<Applied<'a>>,
    reference: &Reference,
    states: &[TrackState],
) -> Result<Vec<Applied<'a>>, PlanError> {
    let (state, line) = resolve_reference(reference, states)?;
    let stays =
        |applied: &Applied<'_>| applied.state.track == state.track && applied.line.version == line.version;
    if !applied.iter().any(stays) {
        return Err(PlanError::NotApplied { reference: format!("{}/{}", state.track, line.label) });
    }
    Ok(applied.into_iter().take_while(|applied| !stays(applied)).collect())
}

/// Refuses to begin a way back anew that stopped in the middle, when its script no longer begins with what was done.
fn check_unfinished(applied: &Applied<'_>, goes_on: bool) -> Result<(), PlanError> {
    match applied.state.unfinished(&applied.line.version) {
        Some(unfinished)
            if unfinished.direction == Direction::Down
                && unfinished.statements_done > 0
                && !unfinished.can_go_on
                && !goes_on =>
        {
            Err(PlanError::Unfinished { reference: applied.reference() })
        }
        _ => Ok(()),
    }
}

/// Refuses to pull a migration from under a later one of its track that is half applied: what is done of that one would be gone, and
/// the next run would go on behind it.
fn check_half_applied(applied: &Applied<'_>) -> Result<(), PlanError> {
    let state = applied.state;
    let half = state.unfinished.iter().find(|unfinished| {
        unfinished.direction == Direction::Up
            && unfinished.statements_done > 0
            && unfinished.version > applied.line.version
    });
    let Some(half) = half else { return Ok(()) };
    let label = state.lines.iter().find(|line| line.version == half.version).map(|line| &line.label);
    let dependent = format!("{}/{}", state.track, label.map_or(half.version.as_str(), String::as_str));
    Err(PlanError::UnderHalfApplied { reference: applied.reference(), dependent })
}

/// Refuses a version that several files claim.
fn check_version(applied: &Applied<'_>) -> Result<(), PlanError> {
    match applied.state.duplicate(&applied.line.version) {
        Some(finding) => {
            Err(PlanError::Duplicate { reference: applied.reference(), finding: Box::new(finding) })
        }
        None => Ok(()),
    }
}

/// The script of a way back.
struct Way<'a> {
    migration: &'a Arc<Migration>,
    script: &'a Script,
    /// The run whose journal it is from.
    from_run: Option<i64>,
    /// Where it begins, when it is from there.
    start: Option<Start>,
}

/// The file's way back, else the journal's.
fn way_back<'a>(applied: &Applied<'a>, ways_back: &'a [WayBack]) -> Result<Way<'a>, PlanError> {
    let reference = applied.reference();
    let is_in_journal = applied.line.way_back_in_journal.is_some();
    let on_disk = applied.state.migration(&applied.line.version);
    if on_disk.is_some_and(|migration| migration.directives.irreversible) {
        return Err(PlanError::NoWayBack { reference, is_in_journal, on_purpose: true });
    }
    let of_file = on_disk.and_then(|migration| {
        Some(Way { migration, script: migration.backward.as_ref()?, from_run: None, start: None })
    });
    let is_it =
        |way: &&WayBack| way.track == applied.state.track && way.migration.version == applied.line.version;
    let of_journal = ways_back.iter().find(is_it).and_then(|WayBack { run, migration, start, .. }| {
        Some(Way {
            migration,
            script: migration.backward.as_ref()?,
            from_run: Some(*run),
            start: Some(*start),
        })
    });
    of_file.or(of_journal).ok_or(match on_disk {
        Some(_) => PlanError::NoWayBack { reference, is_in_journal, on_purpose: false },
        None => PlanError::FileGone { reference, is_in_journal },
    })
}

/// Refuses to revert what an applied migration requires, unless that one is reverted before it.
fn check_dependents(
    states: &[TrackState],
    reverted: &Applied<'_>,
    reverted_before: &[Applied<'_>],
) -> Result<(), PlanError> {
    let goes_first = |state: &TrackState, migration: &Migration| {
        reverted_before
            .iter()
            .any(|other| other.state.track == state.track && other.line.version == migration.version)
    };
    // Its file may be gone: a requirement means the line, not the file.
    let means_it = |requirement: &Reference| {
        requirement.track == reverted.state.track
            && requirement.means(&reverted.line.version, &reverted.line.label)
    };
    for state in states {
        for migration in &state.migrations {
            let is_applied = state.ledger.entry(&migration.version).is_some();
            let requires_it = migration.directives.requires.iter().any(means_it);
            if is_applied && requires_it && !goes_first(state, migration) {
                return Err(PlanError::StillRequired {
                    reference: reverted.reference(),
                    dependent: format!("{}/{}", state.track, migration.label),
                });
            }
        }
    }
    Ok(())
}

fn phase_name<'a>(phases: &'a [PhaseSettings], track: &TrackName) -> &'a str {
    phases.iter().find(|phase| phase.tracks.contains(track)).map_or("", |phase| phase.name.as_str())
}

#[cfg(test)]
mod tests;
