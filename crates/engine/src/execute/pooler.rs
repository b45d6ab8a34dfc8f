//! What a pooler in front of the server does not allow: a session that is the same for longer than a transaction.
//!
//! Must be asked before anything is touched.

use crosstrack_model::{Plan, Step};
use crosstrack_script::{Kept, kept_by_session, own_transaction_control};

use super::error::ExecuteError;
use super::statements::split;
use crate::discover::Track;

/// Refuses a plan with a step that needs a session of its own.
pub(super) fn check(plan: &Plan, tracks: &[Track]) -> Result<(), ExecuteError> {
    for step in plan.steps() {
        let Some(track) = tracks.iter().find(|track| *track.name() == step.track) else { continue };
        if let Some(reason) = reason(step, track)? {
            let reference = format!("{}/{}", step.track, step.migration.label);
            return Err(ExecuteError::Pooler { reference, reason });
        }
    }
    Ok(())
}

/// Why a step needs a session of its own, if it does.
fn reason(step: &Step, track: &Track) -> Result<Option<String>, ExecuteError> {
    let is_transactional = step.script.transactional;
    if !is_transactional && (track.settings.schema.is_some() || !track.settings.session.is_empty()) {
        let reason = "it runs outside a transaction, and its track has a `schema` or `session` of its own";
        return Ok(Some(reason.to_owned()));
    }
    if is_transactional && let Some(line) = own_transaction_control(&step.script.sql) {
        return Ok(Some(format!("line {line} of its script begins or ends the transaction itself")));
    }
    let statements = split(step)?;
    let kept = statements.iter().find_map(|statement| match kept_by_session(statement)? {
        Kept::Lock | Kept::InBlock { locks: true } => {
            Some(format!("line {} of its script takes a lock that its session keeps", statement.line))
        }
        // What a transaction sets for longer is put back at its end.
        _ if is_transactional => None,
        _ => Some(format!(
            "it runs outside a transaction, and what line {} of its script leaves in its session the next statement may not find",
            statement.line
        )),
    });
    Ok(kept)
}
