//! What a pooler in front of the server does not allow: a session that is the same for longer than a transaction.
//!
//! Must be asked before anything is touched.

use crosstrack_model::Plan;
use crosstrack_script::own_transaction_control;

use super::error::ExecuteError;
use crate::discover::Track;

/// Refuses a plan with a step that needs a session of its own.
pub(super) fn check(plan: &Plan, tracks: &[Track]) -> Result<(), ExecuteError> {
    for step in plan.steps() {
        let Some(track) = tracks.iter().find(|track| *track.name() == step.track) else { continue };
        let needs_settings = track.settings.schema.is_some() || !track.settings.session.is_empty();
        let reason = if !step.script.transactional && needs_settings {
            "it runs outside a transaction, and its track has a `schema` or `session` of its own"
        } else if step.script.transactional && own_transaction_control(&step.script.sql).is_some() {
            "its script begins or ends the transaction itself"
        } else {
            continue;
        };
        let reference = format!("{}/{}", step.track, step.migration.label);
        return Err(ExecuteError::Pooler { reference, reason });
    }
    Ok(())
}
