//! What a run did, as JSON.

use crosstrack_engine::RunSummary;
use serde::Serialize;
use serde_json::Value;

use super::verify::{Check, checks};
use super::{document, milliseconds};
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    /// The run's number in the journal; null when nothing had to be done.
    run: Option<i64>,
    steps: Vec<Step<'a>>,
    restamped: Vec<Restamped<'a>>,
    checks: Vec<Check<'a>>,
    skipped_gates: &'a [String],
    duration_ms: f64,
}

#[derive(Serialize)]
struct Step<'a> {
    track: &'a str,
    label: &'a str,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Restamped<'a> {
    track: &'a str,
    label: &'a str,
}

/// The steps of a run with their times, and what the gates found.
pub fn run_document(
    command: &str,
    summary: &RunSummary,
    skipped_gates: &[String],
    outcome: Outcome,
) -> Value {
    let steps = summary.steps.iter().map(|(reference, duration)| {
        let (track, label) = parts(reference);
        Step { track, label, duration_ms: milliseconds(*duration) }
    });
    let body = Body {
        run: (summary.run != 0).then_some(summary.run),
        steps: steps.collect(),
        restamped: summary
            .restamped
            .iter()
            .map(|reference| {
                let (track, label) = parts(reference);
                Restamped { track, label }
            })
            .collect(),
        checks: summary.gates.iter().flat_map(|gate| checks(&gate.reports)).collect(),
        skipped_gates,
        duration_ms: milliseconds(summary.elapsed),
    };
    document(command, outcome, body)
}

/// The track and the label of a reference.
fn parts(reference: &str) -> (&str, &str) {
    reference.split_once('/').unwrap_or(("", reference))
}

#[derive(Serialize)]
struct Created<'a> {
    track: &'a str,
    files: &'a [String],
}

/// The files that `create` wrote.
pub fn create_document(track: &str, files: &[String]) -> Value {
    document("create", Outcome::Done, Created { track, files })
}

#[derive(Serialize)]
struct Database<'a> {
    database: &'a str,
    changed: bool,
}

/// The database that was made or dropped, and whether there was anything to do.
pub fn database_document(command: &str, database: &str, changed: bool) -> Value {
    document(command, Outcome::Done, Database { database, changed })
}

#[derive(Serialize)]
struct Server<'a> {
    state: &'a str,
    url: Option<&'a str>,
    version: Option<&'a str>,
    data: &'a str,
}

/// The development server: its state, and where it is reached. The URL holds no password.
pub fn server_document(state: &str, reached: Option<(&str, &str)>, data: &str, outcome: Outcome) -> Value {
    let body = Server {
        state,
        url: reached.map(|(url, _)| url),
        version: reached.map(|(_, version)| version),
        data,
    };
    document("server", outcome, body)
}
