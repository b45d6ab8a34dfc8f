//! What `down` plans, on plain data.

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
    let plan = plan_down(&sample.states(), &phases(&[("all", &["auth", "cms"])]), &[], selection).unwrap();
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
    let journal = [step(1, "1", Outcome::Done), step(2, "2", Outcome::Done), step(3, "1", Outcome::Accepted)];
    let sample = applied();
    let batch = request(&DownSelection::Batch);
    let plan = plan_down(&sample.states(), &phases(&[("all", &["auth", "cms"])]), &journal, batch);
    assert_eq!(steps(&plan.unwrap()), ["cms/2"]);
}

#[test]
fn no_way_back_is_said_before_anything_is_touched() {
    let error = plan(&applied().without_way_back("auth/2"), &DownSelection::Steps(2)).unwrap_err();
    assert_eq!(error.to_string(), "`auth/2_name` has no down migration");
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
