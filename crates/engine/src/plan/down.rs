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
        DownSelection::Batch => last_batch(applied, journal)?,
        DownSelection::To(reference) => applied_after(applied, reference, states)?,
    };
    let mut items = Vec::new();
    for (index, applied) in chosen.iter().enumerate() {
        check_version(applied)?;
        let way = way_back(applied, ways_back)?;
        check_unfinished(applied, way.start.is_some())?;
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
            let statements_done = unfinished.statements_done;
            Err(PlanError::Unfinished { reference: applied.reference(), statements_done })
        }
        _ => Ok(()),
    }
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
mod tests {
    use super::{DownRequest, DownSelection, plan_down};
    use crate::journal::WayBack;
    use crate::plan::PlanError;
    use crate::plan::sample::{Sample, phases};
    use crosstrack_model::{Checksum, Direction, JournalStep, Outcome, Plan};

    fn applied() -> Sample {
        Sample::new()
            .track("auth", &["1", "2"])
            .track("cms", &["1", "2"])
            .applied(&["auth/1", "cms/1", "auth/2", "cms/2"])
    }

    fn request(selection: &DownSelection) -> DownRequest<'_> {
        DownRequest { selection, track: None, ways_back: &[] }
    }

    fn plan(sample: &Sample, selection: &DownSelection) -> Result<Plan, PlanError> {
        plan_down(&sample.states(), &phases(&[("all", &["auth", "cms"])]), &[], request(selection))
    }

    fn steps(plan: &Plan) -> Vec<String> {
        plan.steps().map(|step| format!("{}/{}", step.track, step.migration.version)).collect()
    }

    #[test]
    fn the_last_applied_goes_first_whichever_track_it_belongs_to() {
        let plan = plan(&applied(), &DownSelection::Steps(3)).unwrap();
        assert_eq!(steps(&plan), ["cms/2", "auth/2", "cms/1"]);
    }

    #[test]
    fn a_target_stays() {
        let plan = plan(&applied(), &DownSelection::To("cms/1".parse().unwrap())).unwrap();
        assert_eq!(steps(&plan), ["cms/2", "auth/2"]);
    }

    #[test]
    fn one_track_can_be_reverted_alone() {
        let sample = applied();
        let track = "auth".parse().unwrap();
        let selection = DownRequest { track: Some(&track), ..request(&DownSelection::Steps(1)) };
        let plan =
            plan_down(&sample.states(), &phases(&[("all", &["auth", "cms"])]), &[], selection).unwrap();
        assert_eq!(steps(&plan), ["auth/2"]);
    }

    #[test]
    fn a_batch_is_what_the_last_run_applied() {
        let step = |run, track: &str, version: &str| JournalStep {
            run,
            track: track.into(),
            version: version.into(),
            label: String::new(),
            direction: Direction::Up,
            outcome: Outcome::Done,
            checksum: Checksum::of(""),
            ledger_stamp: None,
            duration: None,
            statements_done: 0,
            statements_checksum: None,
            in_doubt: false,
            has_backward: false,
        };
        let journal = [step(1, "auth", "1"), step(1, "cms", "1"), step(2, "auth", "2"), step(2, "cms", "2")];
        let sample = applied();
        let phases = phases(&[("all", &["auth", "cms"])]);
        let batch = request(&DownSelection::Batch);
        let plan = plan_down(&sample.states(), &phases, &journal, batch).unwrap();
        assert_eq!(steps(&plan), ["cms/2", "auth/2"]);
        assert_eq!(plan_down(&sample.states(), &phases, &[], batch).unwrap_err(), PlanError::NoBatch);
    }

    #[test]
    fn what_another_migration_requires_is_not_pulled_from_under_it() {
        let sample = applied().requires("cms/1", "auth/2");
        let track = "auth".parse().unwrap();
        let phases = phases(&[("all", &["auth", "cms"])]);
        let alone = DownRequest { track: Some(&track), ..request(&DownSelection::Steps(1)) };
        let error = plan_down(&sample.states(), &phases, &[], alone).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`auth/2_name` cannot be reverted: `cms/1_name` requires it and stays applied"
        );
    }

    #[test]
    fn a_version_that_several_files_claim_is_not_reverted_and_what_came_after_it_is() {
        let sample = applied().with_namesake("auth/2", "2_other");
        assert_eq!(steps(&plan(&sample, &DownSelection::Steps(1)).unwrap()), ["cms/2"]);
        let error = plan(&sample, &DownSelection::Steps(2)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`auth/2_name` cannot be reverted: `auth/2_other` shares its version with `auth/2_name`"
        );
    }

    #[test]
    fn what_was_only_accepted_is_no_part_of_a_batch() {
        let step = |run, version: &str, outcome| JournalStep {
            run,
            track: "cms".into(),
            version: version.into(),
            label: String::new(),
            direction: Direction::Up,
            outcome,
            checksum: Checksum::of(""),
            ledger_stamp: None,
            duration: None,
            statements_done: 0,
            statements_checksum: None,
            in_doubt: false,
            has_backward: false,
        };
        let journal =
            [step(1, "1", Outcome::Done), step(2, "2", Outcome::Done), step(3, "1", Outcome::Accepted)];
        let sample = applied();
        let batch = request(&DownSelection::Batch);
        let plan = plan_down(&sample.states(), &phases(&[("all", &["auth", "cms"])]), &journal, batch);
        assert_eq!(steps(&plan.unwrap()), ["cms/2"]);
    }

    #[test]
    fn no_way_back_is_said_before_anything_is_touched() {
        let error = plan(&applied().without_way_back("auth/2"), &DownSelection::Steps(2)).unwrap_err();
        assert_eq!(error.to_string(), "`auth/2_name` has no way back");
        let error = plan(&applied().without_file("cms/2"), &DownSelection::Steps(1)).unwrap_err();
        assert!(matches!(error, PlanError::FileGone { is_in_journal: false, .. }), "{error}");
    }

    #[test]
    fn a_way_back_of_the_journal_is_taken_where_no_file_has_one() {
        let whole = applied().states();
        let way = |track: usize, run| WayBack {
            run,
            track: whole[track].track.clone(),
            migration: std::sync::Arc::clone(&whole[track].migrations[1]),
            start: crosstrack_model::Start::default(),
        };
        let ways_back = [way(0, 7), way(1, 8)];
        let steps = DownSelection::Steps(2);
        let asked = DownRequest { ways_back: &ways_back, ..request(&steps) };
        let phases = phases(&[("all", &["auth", "cms"])]);
        let sample = applied().without_file("cms/2").requires("cms/1", "cms/2");
        let plan = plan_down(&sample.states(), &phases, &[], asked);
        assert!(matches!(plan, Err(PlanError::StillRequired { .. })), "{plan:?}");
        let plan = plan_down(&applied().without_file("cms/2").states(), &phases, &[], asked).unwrap();
        let runs: Vec<Option<i64>> = plan.steps().map(|step| step.from_run).collect();
        assert_eq!(runs, [Some(8), None]);
    }
}
