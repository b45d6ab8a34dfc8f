//! A database that could not be adopted.

use crosstrack_operations::BaselineError;
use crosstrack_report::{Outcome, Problem};

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
