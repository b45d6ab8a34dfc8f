//! Migrations that could not be rehearsed, or that failed in their rehearsal.

use crosstrack_engine::Stop;
use crosstrack_operations::PlanFileError;
use crosstrack_report::{Outcome, Place, Problem};
use crosstrack_shadow::rehearse::{Failure, RehearseError};

/// There is no rehearsal.
pub(crate) fn rehearse(error: &RehearseError, stop: &Stop) -> Problem {
    if let Some(signal) = stop.requested() {
        return Problem::new(crate::signals::outcome(signal), &RehearseError::Stopped)
            .changed("nothing; the shadow database was dropped");
    }
    match error {
        RehearseError::Split { path, source, .. } => Problem::new(Outcome::Refused, error)
            .at(path.as_ref().map(|path| super::place(path, source.position())))
            .changed("nothing")
            .hint(source.hint()),
        RehearseError::NoTrack { .. } => Problem::new(Outcome::Bug, error),
        RehearseError::Connect(source) => super::connect(source),
        RehearseError::Query(source) => super::query(source).changed("nothing"),
        RehearseError::Replay(source) => super::shadow(source),
        RehearseError::Stopped => Problem::new(Outcome::Interrupted, error).changed("nothing"),
    }
}

/// A pooler gives no session of which one could read what it holds.
pub(crate) fn rehearsal_behind_pooler() -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: "there is a pooler between, and a rehearsal needs sessions of its own".into(),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["name the server itself for this, with DATABASE_URL or `--database-url`".into()],
    }
}

/// A file is no saved plan.
pub(crate) fn plan_file(error: &PlanFileError) -> Problem {
    let problem = Problem::new(Outcome::Usage, error).changed("nothing");
    match error {
        PlanFileError::File { .. } => problem,
        _ => problem.hint("make one that this version understands: `crosstrack plan --save <file>`"),
    }
}

/// Why a migration failed in its rehearsal.
pub(crate) fn rehearsed(failure: &Failure) -> Problem {
    let Failure { reference, path, place, source } = failure;
    let at = path.as_ref().zip(place.as_ref()).map(|(path, position)| Place {
        path: path.clone(),
        line: position.line,
        column: position.column,
        length: 1,
        text: position.text.clone(),
    });
    let what = match place {
        Some(_) => "the server refused a statement of the script",
        None => "the server refused the commit",
    };
    let more = [
        source.detail.as_ref().map(|detail| format!("detail: {detail}")),
        source.context.as_ref().map(|context| format!("context: {context}")),
    ];
    Problem {
        outcome: Outcome::No,
        message: format!("`{reference}` fails in its rehearsal"),
        place: at,
        causes: [what.to_owned(), source.to_string()].into_iter().chain(more.into_iter().flatten()).collect(),
        changed: None,
        hints: Vec::new(),
    }
}
