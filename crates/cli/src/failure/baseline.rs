//! A database that could not be adopted, or of which nobody knows whether it can be.

use crosstrack_database::ScratchError;
use crosstrack_engine::ExecuteError;
use crosstrack_operations::{BaselineError, ClaimError};
use crosstrack_report::{Outcome, Problem};

/// The way on when the check cannot be made.
const UNCHECKED: &str = "`--unchecked` leaves the check out";

/// Not everything was told.
pub(crate) fn baseline(error: &BaselineError) -> Problem {
    match error {
        BaselineError::Session(source) => super::execute(source),
        BaselineError::Ledger { told, .. } => {
            let before = match told {
                0 => "nothing".to_owned(),
                1 => "1 migration was told before it, and stays told".to_owned(),
                told => format!("{told} migrations were told before it, and stay told"),
            };
            Problem::new(Outcome::Failed, error)
                .changed(before)
                .hint("run the same command again: it goes on from there")
        }
        BaselineError::Journal(source) => super::query(source),
    }
}

/// It is not known whether the claims are true.
pub(crate) fn claim(error: &ClaimError) -> Problem {
    let problem = match error {
        ClaimError::Scratch(source @ ScratchError::NotAllowed { user, .. }) => Problem {
            hints: vec![format!("have the right granted: `ALTER ROLE {user} CREATEDB`; {UNCHECKED}")],
            ..super::scratch(source)
        },
        ClaimError::Scratch(source) => super::scratch(source),
        ClaimError::Connect(source) => super::connect(source),
        ClaimError::Lock(source) => super::lock(source),
        ClaimError::Inspect(source) => super::inspect(source),
        ClaimError::Query(source) => super::query(source),
        ClaimError::Catalog(source) => super::query(&source.source),
        ClaimError::Plan(source) => super::plan(source),
        ClaimError::Replay(source) if matches!(**source, ExecuteError::Stopped { .. }) => {
            super::execute(source)
        }
        ClaimError::Replay(source) => Problem {
            outcome: Outcome::Refused,
            hints: vec![format!(
                "a migration that cannot be run on an empty database cannot be checked; {UNCHECKED}"
            )],
            ..super::execute(source)
        },
    };
    problem.changed("nothing; the check is made on a scratch database")
}
