//! The plan of `up`: what is pending, in order, with the gates between the phases.

use std::collections::HashSet;
use std::sync::Arc;

use crosstrack_model::{
    Direction, Gate, HistoryFinding, HistoryKind, Item, Plan, Reference, Restamp, Step, TrackName,
    TrackState, Version,
};
use crosstrack_settings::PhaseSettings;

use super::PlanError;
use super::order::{Place, find, order};
use super::reference::resolve_reference;
use super::step::step;

/// What of the pending migrations `up` is asked to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpSelection {
    /// Only this track.
    pub track: Option<TrackName>,
    /// Up to and including this migration, in the order of the plan.
    pub to: Option<Reference>,
    /// At most so many steps.
    pub steps: Option<usize>,
    /// Run migrations that are older than the newest applied one.
    pub allow_late: bool,
    /// Only these.
    pub only: Option<Vec<(TrackName, Version)>>,
}

/// Plans the way forward.
///
/// # Errors
/// When the requirements contradict each other, when folder and ledger do, or when the selection names nothing.
pub fn plan_up(
    states: &[TrackState],
    phases: &[PhaseSettings],
    selection: &UpSelection,
) -> Result<Plan, PlanError> {
    if let Some(track) = &selection.track {
        check_track(track, states)?;
    }
    let last = selection.to.as_ref().map(|to| resolve_reference(to, states)).transpose()?;
    let places = order(states, phases)?;
    check_history(states, selection)?;
    let pending: Vec<Place> = places.into_iter().filter(|place| is_pending(states, *place)).collect();
    let mut chosen = Vec::new();
    for place in &pending {
        let state = &states[place.track];
        let version = &state.migrations[place.migration].version;
        if selection.track.as_ref().is_none_or(|track| state.track == *track)
            && selection.only.as_ref().is_none_or(|only| is_among(only, &state.track, version))
            && selection.steps.is_none_or(|steps| chosen.len() < steps)
        {
            chosen.push(*place);
        }
        if last.is_some_and(|(track, line)| track.track == state.track && line.version == *version) {
            break;
        }
    }
    if last.is_some_and(|(_, line)| !line.standing.is_pending()) {
        chosen.clear();
    }
    check_requirements(states, &chosen)?;
    let plan = with_gates(states, phases, &chosen, &pending);
    Ok(Plan { restamps: restamps(states, selection), ..plan })
}

fn is_among(only: &[(TrackName, Version)], track: &TrackName, version: &Version) -> bool {
    only.iter().any(|(one, other)| one == track && other == version)
}

pub(super) fn check_track(track: &TrackName, states: &[TrackState]) -> Result<(), PlanError> {
    if states.iter().any(|state| state.track == *track) {
        return Ok(());
    }
    Err(PlanError::UnknownTrack {
        track: track.clone(),
        known: states.iter().map(|state| format!("`{}`", state.track)).collect(),
    })
}

/// Refuses to build on a history in which folder and ledger contradict each other.
pub(super) fn check_history(states: &[TrackState], selection: &UpSelection) -> Result<(), PlanError> {
    let stops = |finding: &HistoryFinding| !(finding.kind == HistoryKind::Late && selection.allow_late);
    let findings: Vec<HistoryFinding> =
        selected(states, selection).flat_map(TrackState::findings).filter(stops).collect();
    if findings.is_empty() { Ok(()) } else { Err(PlanError::Broken { findings }) }
}

fn selected<'a>(
    states: &'a [TrackState],
    selection: &'a UpSelection,
) -> impl Iterator<Item = &'a TrackState> {
    states.iter().filter(|state| selection.track.as_ref().is_none_or(|track| state.track == *track))
}

/// The rows at which the track's own tool would stop although nobody edited anything.
fn restamps(states: &[TrackState], selection: &UpSelection) -> Vec<Restamp> {
    let mut restamps = Vec::new();
    for state in selected(states, selection) {
        for migration in &state.migrations {
            let row = state.ledger.entry(&migration.version).and_then(|entry| entry.checksum.as_ref());
            if row.is_some_and(|recorded| migration.is_known_by_other_line_endings(recorded)) {
                restamps.push(Restamp { track: state.track.clone(), migration: Arc::clone(migration) });
            }
        }
    }
    restamps
}

fn is_pending(states: &[TrackState], place: Place) -> bool {
    let state = &states[place.track];
    state.ledger.entry(&state.migrations[place.migration].version).is_none()
}

/// Every requirement of a chosen migration is applied or chosen. The order has seen to it that a chosen one comes earlier.
fn check_requirements(states: &[TrackState], chosen: &[Place]) -> Result<(), PlanError> {
    for place in chosen {
        let state = &states[place.track];
        let migration = &state.migrations[place.migration];
        for requirement in &migration.directives.requires {
            let Some((track, index)) = find(states, requirement) else { continue };
            let required = Place { phase: 0, track, migration: index };
            let is_chosen = chosen.iter().any(|place| (place.track, place.migration) == (track, index));
            if !is_chosen && is_pending(states, required) {
                return Err(PlanError::RequirementLeftOut {
                    migration: format!("{}/{}", state.track, migration.label),
                    requirement: format!("{}/{}", requirement.track, states[track].migrations[index].label),
                });
            }
        }
    }
    Ok(())
}

/// Puts each phase's gate behind its steps. A gate that comes after work which is left out is skipped, for it would judge
/// what nobody promised yet.
fn with_gates(states: &[TrackState], phases: &[PhaseSettings], chosen: &[Place], pending: &[Place]) -> Plan {
    let mut plan =
        Plan { direction: Direction::Up, items: Vec::new(), restamps: Vec::new(), skipped_gates: Vec::new() };
    let is_chosen: HashSet<Place> = chosen.iter().copied().collect();
    let first_left_out =
        pending.iter().filter(|place| !is_chosen.contains(place)).map(|place| place.phase).min();
    for (index, phase) in phases.iter().enumerate() {
        for place in chosen.iter().filter(|place| place.phase == index) {
            plan.items.push(Item::Step(Box::new(forward_step(states, phase, *place))));
        }
        if phase.checks.is_empty() {
            continue;
        }
        let gate = Gate { phase: phase.name.clone(), checks: phase.checks.clone() };
        if first_left_out.is_some_and(|left_out| left_out <= index) {
            plan.skipped_gates.push(gate);
        } else {
            plan.items.push(Item::Gate(gate));
        }
    }
    plan
}

fn forward_step(states: &[TrackState], phase: &PhaseSettings, place: Place) -> Step {
    let state = &states[place.track];
    let migration = &state.migrations[place.migration];
    let other_ways_back = state.migrations.iter().any(|other| other.backward.is_some());
    let place = (phase.name.as_str(), state);
    step(place, migration, Direction::Up, &migration.forward, other_ways_back)
}

#[cfg(test)]
mod tests {
    use super::{UpSelection, plan_up};
    use crate::plan::PlanError;
    use crate::plan::sample::{Sample, phases};
    use crosstrack_model::{HistoryKind, Item, Plan};
    use crosstrack_settings::PhaseSettings;

    fn items(plan: &Plan) -> Vec<String> {
        plan.items
            .iter()
            .map(|item| match item {
                Item::Step(step) => format!("{}/{}", step.track, step.migration.version),
                Item::Gate(gate) => format!("gate {}", gate.phase),
            })
            .collect()
    }

    fn three_phases() -> Vec<PhaseSettings> {
        let mut phases = phases(&[("auth", &["auth"]), ("cms", &["cms"]), ("verify", &[])]);
        phases[2].checks = vec!["indexes".into()];
        phases
    }

    fn two_tracks() -> Sample {
        Sample::new().track("auth", &["1", "2"]).track("cms", &["1", "2"])
    }

    fn plan(sample: &Sample, selection: &UpSelection) -> Result<Plan, PlanError> {
        plan_up(&sample.states(), &three_phases(), selection)
    }

    #[test]
    fn the_gate_comes_after_the_phases_before_it() {
        let plan = plan(&two_tracks().applied(&["auth/1"]), &UpSelection::default()).unwrap();
        assert_eq!(items(&plan), ["auth/2", "cms/1", "cms/2", "gate verify"]);
    }

    #[test]
    fn with_nothing_pending_the_gate_is_what_remains() {
        let sample = two_tracks().applied(&["auth/1", "auth/2", "cms/1", "cms/2"]);
        assert_eq!(items(&plan(&sample, &UpSelection::default()).unwrap()), ["gate verify"]);
    }

    #[test]
    fn a_cut_plan_skips_the_gates_behind_the_cut() {
        let to = UpSelection { to: Some("cms/1".parse().unwrap()), ..UpSelection::default() };
        let plan = plan(&two_tracks(), &to).unwrap();
        assert_eq!(items(&plan), ["auth/1", "auth/2", "cms/1"]);
        assert_eq!(plan.skipped_gates.len(), 1);
    }

    #[test]
    fn steps_and_track_choose_from_the_order() {
        let steps = UpSelection { steps: Some(3), ..UpSelection::default() };
        assert_eq!(items(&plan(&two_tracks(), &steps).unwrap()), ["auth/1", "auth/2", "cms/1"]);
        let track = UpSelection { track: Some("cms".parse().unwrap()), ..UpSelection::default() };
        assert_eq!(items(&plan(&two_tracks(), &track).unwrap()), ["cms/1", "cms/2"]);
    }

    #[test]
    fn a_target_that_is_applied_leaves_nothing_to_do() {
        let to = UpSelection { to: Some("auth/1".parse().unwrap()), ..UpSelection::default() };
        assert_eq!(plan(&two_tracks().applied(&["auth/1"]), &to).unwrap().step_count(), 0);
    }

    #[test]
    fn a_selection_that_leaves_out_a_requirement_is_refused() {
        let track = UpSelection { track: Some("cms".parse().unwrap()), ..UpSelection::default() };
        let error = plan(&two_tracks().requires("cms/2", "auth/1"), &track).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`cms/2_name` requires `auth/1_name`, which is not applied and not a part of this run"
        );
    }

    #[test]
    fn a_late_migration_stops_up_unless_it_is_allowed() {
        let sample = two_tracks().applied(&["auth/2"]);
        let error = plan(&sample, &UpSelection::default()).unwrap_err();
        let PlanError::Broken { findings } = error else { panic!("{error}") };
        assert_eq!((&findings[0].kind, findings[0].reference.as_str()), (&HistoryKind::Late, "auth/1_name"));
        let allowed = UpSelection { allow_late: true, ..UpSelection::default() };
        assert_eq!(items(&plan(&sample, &allowed).unwrap())[0], "auth/1");
    }

    #[test]
    fn two_migrations_of_one_version_stop_up_and_leave_the_other_track_alone() {
        let sample = two_tracks().with_namesake("auth/2", "2_other");
        let error = plan(&sample, &UpSelection::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the history is broken: `auth/2_other` shares its version with `auth/2_name`"
        );
        let cms = UpSelection { track: Some("cms".parse().unwrap()), ..UpSelection::default() };
        assert_eq!(items(&plan(&sample, &cms).unwrap()), ["cms/1", "cms/2"]);
    }

    #[test]
    fn a_row_of_the_same_script_with_other_line_endings_is_restamped_and_nothing_else_is() {
        let known = |ledger: u8, alternate: &[u8]| {
            let alternates = alternate.iter().map(|byte| vec![*byte]).collect();
            let sample = two_tracks().with_checksums("cms/1", vec![vec![1], vec![2]], alternates);
            sample.applied(&["cms/1"]).with_row("cms/1", &[ledger])
        };
        let restamps = |sample: &Sample| plan(sample, &UpSelection::default()).unwrap().restamps.len();
        assert_eq!(restamps(&known(1, &[])), 0);
        assert_eq!(restamps(&known(2, &[])), 1);
        assert_eq!(restamps(&known(3, &[3])), 0);
        assert_eq!(restamps(&known(2, &[2])), 0, "the settings accept it as it is");
        let auth = UpSelection { track: Some("auth".parse().unwrap()), ..UpSelection::default() };
        assert!(plan(&known(2, &[]), &auth).unwrap().restamps.is_empty());
    }

    #[test]
    fn a_missing_file_stops_up() {
        let sample = two_tracks().applied(&["auth/1"]).without_file("auth/1");
        let error = plan(&sample, &UpSelection::default()).unwrap_err();
        assert_eq!(error.to_string(), "the history is broken: `auth/1` is missing");
    }

    #[test]
    fn equal_plans_have_equal_fingerprints() {
        let one = plan(&two_tracks(), &UpSelection::default()).unwrap();
        let same = plan(&two_tracks(), &UpSelection::default()).unwrap();
        let other = plan(&two_tracks().applied(&["auth/1"]), &UpSelection::default()).unwrap();
        assert_eq!(one.fingerprint(), same.fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
