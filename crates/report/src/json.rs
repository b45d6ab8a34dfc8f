//! JSON for programs: one document on stdout, with a version of its shape. A key is never renamed or given another meaning
//! within a version; new keys may come.

mod baseline;
mod doctor;
mod drift;
mod history;
mod loss;
mod plan;
mod problem;
mod proof;
mod rehearsal;
mod run;
mod seed;
mod status;
mod verify;

use serde::Serialize;
use serde_json::Value;

pub use baseline::baseline_document;
pub use doctor::doctor_document;
pub use drift::drift_document;
pub use history::history_document;
pub use plan::plan_document;
pub use problem::problem_document;
pub use proof::proof_document;
pub(crate) use proof::{DifferenceBody, difference_body};
pub use rehearsal::rehearsal_document;
pub use run::{create_document, database_document, run_document, server_document};
pub use seed::{seed_check_document, seed_document};
pub use status::status_document;
pub use verify::verify_document;

/// The version of the documents' shape.
pub const SCHEMA_VERSION: u32 = 1;

/// What every document says of itself.
#[derive(Serialize)]
struct Document<'a, T> {
    schema_version: u32,
    command: &'a str,
    outcome: &'static str,
    exit_code: u8,
    #[serde(flatten)]
    body: T,
}

pub(crate) fn document<T: Serialize>(command: &str, outcome: crate::Outcome, body: T) -> Value {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        command,
        outcome: outcome.as_str(),
        exit_code: outcome.code(),
        body,
    };
    // Only a map with keys that are no strings cannot be written, and there is none.
    serde_json::to_value(document).unwrap_or(Value::Null)
}

pub(crate) fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
