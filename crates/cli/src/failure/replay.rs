//! Migrations that could not be replayed on a scratch database: for a proof, and for the check of a baseline.

use crosstrack_database::ScratchError;
use crosstrack_engine::ExecuteError;
use crosstrack_replay::ReplayError;
use crosstrack_report::{Outcome, Problem};

/// The way on when the check of a baseline cannot be made.
const UNCHECKED: &str = "`--unchecked` leaves the check out";

/// There is no proof, neither for nor against.
pub(crate) fn prove(error: &ReplayError) -> Problem {
    let problem = match error {
        ReplayError::Scratch(_) | ReplayError::Plan(_) => return replay(error),
        ReplayError::Execute(source) => on_scratch(source),
        _ => replay(error),
    };
    problem.changed("nothing but a scratch database, and that is dropped")
}

/// The database itself cannot be looked at.
pub(crate) fn look(error: &ReplayError) -> Problem {
    replay(error).changed("nothing")
}

/// There is no comparison.
pub(crate) fn drift(error: &ReplayError) -> Problem {
    match error {
        ReplayError::Execute(source) if !matches!(**source, ExecuteError::Stopped { .. }) => Problem {
            hints: vec![
                "it is applied here, and cannot be run on an empty database: a file that is missing or edited, `crosstrack status` \
                 shows which, or something that no migration makes"
                    .into(),
            ],
            ..on_scratch(source)
        }
        .changed("nothing but a scratch database, and that is dropped"),
        _ => prove(error),
    }
}

/// It is not known whether the claims are true.
pub(crate) fn claim(error: &ReplayError) -> Problem {
    let problem = match error {
        ReplayError::Scratch(ScratchError::NotAllowed { user, .. }) => Problem {
            hints: vec![format!("have the right granted: `ALTER ROLE {user} CREATEDB`; {UNCHECKED}")],
            ..replay(error)
        },
        ReplayError::Execute(source) if !matches!(**source, ExecuteError::Stopped { .. }) => Problem {
            outcome: Outcome::Refused,
            hints: vec![format!(
                "a migration that cannot be run on an empty database cannot be checked; {UNCHECKED}"
            )],
            ..replay(error)
        },
        _ => replay(error),
    };
    problem.changed("nothing; the check is made on a scratch database")
}

/// What a script did wrong on a scratch database: where and why. Nothing of it is left, and what to do is plain.
pub(crate) fn on_scratch(error: &ExecuteError) -> Problem {
    Problem { changed: None, hints: Vec::new(), ..super::execute(error) }
}

fn replay(error: &ReplayError) -> Problem {
    match error {
        ReplayError::Scratch(source) => scratch(source),
        ReplayError::Connect(source) => super::connect(source),
        ReplayError::Lock(source) => super::lock(source),
        ReplayError::Inspect(source) => super::inspect(source),
        ReplayError::Query(source) => super::query(source),
        ReplayError::Catalog(source) => super::query(&source.source),
        ReplayError::Plan(source) => super::plan(source),
        ReplayError::Execute(source) => super::execute(source),
    }
}

/// There is no scratch database, or there still is one.
pub(super) fn scratch(error: &ScratchError) -> Problem {
    match error {
        ScratchError::Connect(source) => super::connect(source),
        ScratchError::NotAllowed { user, .. } => Problem::new(Outcome::Refused, error).changed("nothing").hint(format!(
            "have the right granted: `ALTER ROLE {user} CREATEDB`; or name another server with `--database-url`: in \
             development the development server is used when none is named"
        )),
        ScratchError::Refused(source) => Problem::new(Outcome::Failed, error).because(super::detail(source)).changed("nothing"),
        ScratchError::Left { name, source } => Problem::new(Outcome::Failed, error)
            .because(super::detail(source))
            .hint(format!("drop it by hand: `DROP DATABASE {name}`; the next command that needs one tries it, too")),
    }
}
