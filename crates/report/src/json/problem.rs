//! A problem, as JSON.

use serde::Serialize;
use serde_json::Value;

use super::document;
use crate::problem::Problem;

#[derive(Serialize)]
struct Body<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
pub(super) struct Error<'a> {
    message: &'a str,
    causes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place<'a>>,
    changed: Option<&'a str>,
    hints: &'a [String],
}

#[derive(Serialize)]
struct Place<'a> {
    path: String,
    line: usize,
    column: usize,
    text: &'a str,
}

/// What went wrong, where, why, what is changed, what to do next.
pub fn problem_document(command: &str, problem: &Problem) -> Value {
    document(command, problem.outcome, Body { error: error(problem) })
}

pub(super) fn error(problem: &Problem) -> Error<'_> {
    let place = problem.place.as_ref().map(|place| Place {
        path: place.path.display().to_string(),
        line: place.line,
        column: place.column,
        text: &place.text,
    });
    Error {
        message: &problem.message,
        causes: &problem.causes,
        place,
        changed: problem.changed.as_deref(),
        hints: &problem.hints,
    }
}
