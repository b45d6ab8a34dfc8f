//! Turns what was found, planned and done into text, JSON and annotations, and outcomes into exit codes.
//!
//! It gives strings and never prints: one file of the command line does.

mod backup;
mod capture;
mod csv;
mod drift;
mod environment;
mod exit_code;
mod github;
mod human;
mod json;
mod problem;
mod proof;
mod schema;

pub use backup::{
    backup_check_document, backup_document, backup_line, backup_list, backup_list_document, backup_progress,
    backup_pruned, backup_taken, restore_document, restore_table_document, restored,
};
pub use capture::{CAPTURED, CapturedView, captured, captured_document, captured_script};
pub use csv::history_csv;
pub use environment::{EnvironmentView, environment, environment_document};
pub use exit_code::Outcome;
pub use github::{
    doctor_annotations, drift_annotations, finding_annotations, history_annotations, problem_annotation,
    proof_annotations,
};
pub use human::{
    BaselineView, StatusView, baseline, blockers, change, created, doctor, drift, drift_detail, event,
    history, lock_holder, losses, losses_in_full, manual_steps, migration_proof, nothing_pending, plan,
    problem, proof, rehearsal, rehearsed_step, reverted, rows_by_table, rows_to_lose, script_sources,
    seed_check, seed_event, seeded, server_progress, status, summary, verified,
};
pub use json::{
    SCHEMA_VERSION, baseline_document, create_document, database_document, doctor_document, drift_document,
    history_document, plan_document, problem_document, proof_document, rehearsal_document, run_document,
    seed_check_document, seed_document, server_document, status_document, verify_document,
};
pub use problem::{Place, Problem, as_called};
pub use proof::ProofView;
pub use schema::{
    GeneratedView, SchemaDiffView, difference_line, dump, generated, generated_document, migration,
    schema_diff, schema_diff_document, schema_dump_document, schema_save_document, script,
};
