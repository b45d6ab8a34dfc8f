//! Turns what was found, planned and done into text, JSON and annotations, and outcomes into exit codes.
//!
//! It gives strings and never prints: one file of the command line does.

mod csv;
mod exit_code;
mod github;
mod human;
mod json;
mod problem;
mod proof;

pub use csv::history_csv;
pub use exit_code::Outcome;
pub use github::{
    doctor_annotations, finding_annotations, history_annotations, problem_annotation, proof_annotations,
};
pub use human::{
    BaselineView, StatusView, baseline, blockers, created, doctor, event, history, lock_holder, manual_steps,
    migration_proof, nothing_pending, plan, problem, proof, reverted, script_sources, server_progress,
    status, summary, verified,
};
pub use json::{
    SCHEMA_VERSION, baseline_document, create_document, doctor_document, history_document, plan_document,
    problem_document, proof_document, run_document, server_document, status_document, verify_document,
};
pub use problem::{Place, Problem};
pub use proof::ProofView;
