//! No session. What a person can do about it is the doctor's to say.

use crosstrack_database::ConnectError;
use crosstrack_doctor::{Platform, connection_remedies};
use crosstrack_report::{Outcome, Problem};

/// No session could be opened.
pub(crate) fn connect(error: &ConnectError) -> Problem {
    let outcome = match error {
        ConnectError::TlsSettings { .. } => Outcome::Usage,
        _ => Outcome::Unreachable,
    };
    let remedies = connection_remedies(error, Platform::here());
    remedies.into_iter().fold(Problem::new(outcome, error).changed("nothing"), Problem::hint)
}
