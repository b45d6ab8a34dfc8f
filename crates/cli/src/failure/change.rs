//! Around a change: what an environment refuses, hooks, and databases that are made, dropped and emptied.

use crosstrack_backup::BackupError;
use crosstrack_database::MaintenanceError;
use crosstrack_engine::StopSignal;
use crosstrack_operations::{FreshError, GuardError, HookError};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::HookMoment;

use super::{connect, query};

/// A hook did not do its work.
pub(crate) fn hook(error: &HookError, moment: HookMoment, stopped: Option<StopSignal>) -> Problem {
    let (outcome, changed, hint) = match moment {
        HookMoment::BeforeUp | HookMoment::BeforeDown => (
            Outcome::Refused,
            "nothing",
            "mend the hook, or take it out of crosstrack.toml; then run the same command again",
        ),
        HookMoment::AfterUp | HookMoment::AfterDown => (
            Outcome::Failed,
            "the run itself is done, and the ledgers and the journal say so; only the hook is not",
            "mend the hook and run it by hand: it does not run again by itself",
        ),
    };
    let outcome = match (error, stopped) {
        (HookError::Stopped { .. }, Some(signal)) => crate::signals::outcome(signal),
        _ => outcome,
    };
    Problem::new(outcome, error).changed(changed).hint(hint)
}

/// A database could not be made or dropped.
pub(crate) fn maintenance(error: &MaintenanceError) -> Problem {
    let hint = match error {
        MaintenanceError::Connect(source) => return connect(source),
        MaintenanceError::Refused { source, .. } => {
            match source.server_error().map(|server| server.code.as_str()) {
                Some("42501") => {
                    "the user needs the right, or has to own the database: `ALTER ROLE <user> CREATEDB`, as a superuser"
                }
                Some("55006") => {
                    "somebody is connected: end those sessions, or send them away with `--force`"
                }
                _ => "",
            }
        }
    };
    Problem::new(Outcome::Failed, error).changed("nothing").hint(hint)
}

/// What the migrations made was not dropped.
pub(crate) fn fresh(error: &FreshError) -> Problem {
    match error {
        FreshError::Others { .. } => Problem::new(Outcome::Refused, error)
            .hint("take that away first, or drop the whole database: `crosstrack drop-database`"),
        FreshError::Connect(source) => connect(source),
        FreshError::Query(source) => {
            let mut problem = query(source);
            problem.causes.insert(0, std::mem::replace(&mut problem.message, error.to_string()));
            problem
        }
    }
    .changed("nothing")
}

/// A change is refused.
pub(crate) fn guard(error: &GuardError) -> Problem {
    Problem::new(Outcome::Refused, error).changed("nothing").hint(error.hint())
}

/// The database that a file names is marked with an environment in which such a file is not read.
pub(crate) fn marked_database_of_a_file(environment: &str) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: format!(
            "the database that `.env` names is marked `{environment}`, and no `.env` is read in `{environment}`"
        ),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec![format!(
            "name it with DATABASE_URL or `--database-url`, and the environment with `--env {environment}`"
        )],
    }
}

/// There is no backup, or no way back from one.
pub(crate) fn backup(error: &BackupError, stop: Option<StopSignal>) -> Problem {
    let problem = match error {
        BackupError::Connect(source) => connect(source),
        BackupError::Maintenance(source) => maintenance(source),
        BackupError::Query(source) if !source.is_broken_connection() => {
            let is_right = source.server_error().is_some_and(|server| server.code == "42501");
            let hint = if is_right {
                "the user has to be able to read every table, and to restore also to create databases"
            } else {
                ""
            };
            Problem::new(Outcome::Refused, source).hint(hint)
        }
        BackupError::Query(source) => query(source),
        _ => Problem::new(Outcome::Refused, error).hint(error.hint()),
    };
    let outcome = match (error, stop) {
        (BackupError::Stopped { .. } | BackupError::Interrupted, Some(signal)) => {
            crate::signals::outcome(signal)
        }
        (BackupError::Locked { .. }, _) => Outcome::Locked,
        _ => problem.outcome,
    };
    Problem { outcome, ..problem }.changed("nothing")
}
