//! The statements of scripts that run outside a transaction, one by one.

use crosstrack_model::{Plan, Step};
use crosstrack_script::{Statement, statements};

use super::error::ExecuteError;

/// Sees to it, before anything is touched, that every script can be sent to the server.
///
/// What only psql can do no server can: after its commands, `COPY ... FROM stdin` would even wait for rows that no tool sends.
pub(super) fn check(plan: &Plan) -> Result<(), ExecuteError> {
    plan.steps().try_for_each(|step| split(step).map(|_| ()))
}

/// The statements of a step's script.
pub(super) fn split(step: &Step) -> Result<Vec<Statement<'_>>, ExecuteError> {
    statements(&step.script.sql).map_err(|source| ExecuteError::Split {
        reference: format!("{}/{}", step.track, step.migration.label),
        path: step.script.path.clone(),
        source,
    })
}

/// Where the only statement of a script starts, in bytes; nothing when there are several, or none.
pub(super) fn only_start(sql: &str) -> Option<usize> {
    match statements(sql).ok()?.as_slice() {
        [statement] => Some(statement.start),
        _ => None,
    }
}
