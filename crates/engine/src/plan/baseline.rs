//! The plan of `baseline`: which migrations are said to be in the database already, and what their ledgers and the journal say of it.

use std::sync::Arc;

use crosstrack_model::{Line, Migration, TrackName, TrackState};
use crosstrack_settings::PhaseSettings;

use super::PlanError;
use super::order::{Place, order};
use super::reference::resolve_reference;
use super::up::{UpSelection, check_history, check_track};

/// What is left to say about a migration that is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClaimKind {
    /// Its ledger does not have it.
    Mark,
    /// Its ledger has it, by another tool's hand, and the journal knows nothing of its script.
    Adopt,
    /// Both have it.
    Known,
}

/// A migration that is said to be in the database already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The track.
    pub track: TrackName,
    /// The migration.
    pub migration: Arc<Migration>,
    /// What is left to say.
    pub kind: ClaimKind,
}

impl Claim {
    /// The migration: `track/label`.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.track, self.migration.label)
    }
}

/// What a baseline says, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaselinePlan {
    /// The migrations that are in the database.
    pub claims: Vec<Claim>,
    /// Everything that makes the database what the claims say: the claims themselves, what comes before them in other tracks,
    /// and what is applied beside them.
    pub replay: Vec<(TrackName, Arc<Migration>)>,
}

impl BaselinePlan {
    /// How many claims are of this kind.
    pub fn count(&self, kind: ClaimKind) -> usize {
        self.claims.iter().filter(|claim| claim.kind == kind).count()
    }

    /// Whether ledgers and journal know all of it.
    pub fn changes_nothing(&self) -> bool {
        self.count(ClaimKind::Known) == self.claims.len()
    }
}

/// Plans a baseline: up to and including `selection.to`, or everything; only `selection.track`, or all.
///
/// # Errors
/// When the requirements contradict each other, when folder and ledger do, or when the selection names nothing.
pub fn plan_baseline(
    states: &[TrackState],
    phases: &[PhaseSettings],
    selection: &UpSelection,
) -> Result<BaselinePlan, PlanError> {
    if let Some(track) = &selection.track {
        check_track(track, states)?;
    }
    let last = selection.to.as_ref().map(|to| resolve_reference(to, states)).transpose()?;
    let places = order(states, phases)?;
    // What is late for `up` may well be there.
    check_history(states, &UpSelection { allow_late: true, ..selection.clone() })?;
    let end = match last {
        Some((state, line)) => places.iter().position(|place| is_it(states, *place, state, line)),
        None => places.len().checked_sub(1),
    };
    let reached = end.map_or(0, |end| end + 1);
    let is_selected = |state: &TrackState| selection.track.as_ref().is_none_or(|track| state.track == *track);
    let mut plan = BaselinePlan::default();
    for (index, place) in places.iter().enumerate() {
        let state = &states[place.track];
        let migration = &state.migrations[place.migration];
        if index < reached && is_selected(state) {
            let kind = kind(state, migration);
            plan.claims.push(Claim { track: state.track.clone(), migration: Arc::clone(migration), kind });
        }
        if index < reached || state.ledger.entry(&migration.version).is_some() {
            plan.replay.push((state.track.clone(), Arc::clone(migration)));
        }
    }
    Ok(plan)
}

fn is_it(states: &[TrackState], place: Place, state: &TrackState, line: &Line) -> bool {
    let own = &states[place.track];
    own.track == state.track && own.migrations[place.migration].version == line.version
}

fn kind(state: &TrackState, migration: &Migration) -> ClaimKind {
    let is_in_journal =
        state.lines.iter().any(|line| line.version == migration.version && line.is_in_journal);
    match state.ledger.entry(&migration.version) {
        None => ClaimKind::Mark,
        Some(_) if is_in_journal => ClaimKind::Known,
        Some(_) => ClaimKind::Adopt,
    }
}

#[cfg(test)]
mod tests {
    use super::{ClaimKind, plan_baseline};
    use crate::plan::sample::{Sample, phases};
    use crate::plan::{PlanError, UpSelection};

    fn said(sample: &Sample, selection: &UpSelection) -> (Vec<String>, Vec<String>) {
        let phases = phases(&[("first", &["auth"]), ("second", &["cms"])]);
        let plan = plan_baseline(&sample.states(), &phases, selection).unwrap();
        let word = |kind| match kind {
            ClaimKind::Mark => "mark",
            ClaimKind::Adopt => "adopt",
            ClaimKind::Known => "known",
        };
        let claims = plan.claims.iter().map(|claim| format!("{} {}", word(claim.kind), claim.reference()));
        let replay = plan.replay.iter().map(|(track, migration)| format!("{track}/{}", migration.version));
        (claims.collect(), replay.collect())
    }

    fn two_tracks() -> Sample {
        Sample::new().track("auth", &["1", "2"]).track("cms", &["1", "2"])
    }

    #[test]
    fn everything_is_claimed_and_what_the_orm_wrote_is_adopted() {
        let (claims, replay) = said(&two_tracks().applied(&["auth/1"]), &UpSelection::default());
        assert_eq!(claims, ["adopt auth/1_name", "mark auth/2_name", "mark cms/1_name", "mark cms/2_name"]);
        assert_eq!(replay, ["auth/1", "auth/2", "cms/1", "cms/2"]);
    }

    #[test]
    fn a_target_ends_the_claims_and_what_is_applied_behind_it_is_replayed() {
        let to = UpSelection { to: Some("cms/1".parse().unwrap()), ..UpSelection::default() };
        let sample = two_tracks().applied(&["cms/2"]);
        // `cms/1` is late, and that is what a baseline is for.
        let (claims, replay) = said(&sample, &to);
        assert_eq!(claims, ["mark auth/1_name", "mark auth/2_name", "mark cms/1_name"]);
        assert_eq!(replay, ["auth/1", "auth/2", "cms/1", "cms/2"]);
    }

    #[test]
    fn one_track_is_claimed_and_what_it_stands_on_is_replayed() {
        let track = UpSelection { track: Some("cms".parse().unwrap()), ..UpSelection::default() };
        let (claims, replay) = said(&two_tracks(), &track);
        assert_eq!(claims, ["mark cms/1_name", "mark cms/2_name"]);
        assert_eq!(replay, ["auth/1", "auth/2", "cms/1", "cms/2"]);
    }

    #[test]
    fn a_broken_history_is_no_baseline() {
        let sample = two_tracks().applied(&["auth/1"]).without_file("auth/1");
        let phases = phases(&[("all", &["auth", "cms"])]);
        let error = plan_baseline(&sample.states(), &phases, &UpSelection::default()).unwrap_err();
        assert!(matches!(error, PlanError::Broken { .. }), "{error}");
    }
}
