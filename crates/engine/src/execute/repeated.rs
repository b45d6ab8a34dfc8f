//! A script that goes on in the middle, in a session that has none of what its done statements left in theirs.
//!
//! Settings are made again. Where rows of a temporary table would be needed nothing brings them back, and the run is refused before
//! anything is touched: a statement that finds another table under the name would do harm.

use crosstrack_model::{Plan, Step};
use crosstrack_script::{
    Kept, Statement, ends_transaction, gives_up_transaction, kept_by_session, opens_transaction,
};

use super::error::ExecuteError;
use super::statements::split;

/// Refuses a plan with a script that would go on without something that cannot be repeated.
pub(super) fn check(plan: &Plan) -> Result<(), ExecuteError> {
    plan.steps().filter(|step| !step.script.transactional).try_for_each(|step| {
        let statements = split(step)?;
        let (done, left) = statements.split_at(step.start.statements_done.min(statements.len()));
        match missing(done, left) {
            Some((line, what)) => Err(session_gone(step, line, what)),
            None => Ok(()),
        }
    })
}

/// The statements among those that are done whose settings the rest may rely on.
pub(super) fn settings<'s, 'a>(done: &'s [Statement<'a>]) -> Vec<&'s Statement<'a>> {
    let settings = kept(done).into_iter().filter(|(_, kept)| matches!(kept, Kept::Setting | Kept::Lock));
    settings.map(|(statement, _)| statement).collect()
}

/// What is gone and cannot be repeated: its line, and what it is.
fn missing(done: &[Statement<'_>], left: &[Statement<'_>]) -> Option<(usize, String)> {
    let mentions = |name: &str| {
        let name = name.to_lowercase();
        left.iter().any(|statement| statement.text.to_lowercase().contains(&name))
    };
    kept(done).into_iter().find_map(|(statement, kept)| match kept {
        Kept::Temporary(name) if mentions(&name) => Some((statement.line, format!("the temporary `{name}`"))),
        Kept::InBlock { .. } => Some((statement.line, "what a `DO` block set for its session".to_owned())),
        _ => None,
    })
}

/// What the statements left in their session, apart from what was given up with a transaction.
fn kept<'s, 'a>(statements: &'s [Statement<'a>]) -> Vec<(&'s Statement<'a>, Kept)> {
    let mut all = Vec::new();
    let mut before_transaction = None;
    for statement in statements {
        if opens_transaction(statement.text) {
            before_transaction = Some(all.len());
        } else if ends_transaction(statement.text) {
            let length = before_transaction.take().filter(|_| gives_up_transaction(statement.text));
            all.truncate(length.unwrap_or(all.len()));
        } else if let Some(kept) = kept_by_session(statement) {
            all.push((statement, kept));
        }
    }
    all
}

fn session_gone(step: &Step, line: usize, what: String) -> ExecuteError {
    ExecuteError::SessionGone {
        reference: format!("{}/{}", step.track, step.migration.label),
        path: step.script.path.clone(),
        line,
        what,
    }
}
