//! From every error to the problem that a person is shown: the outcome, the place, what is changed, what to do next.
//!
//! All of them in one place, so that equal mistakes get equal words. The errors keep the facts.

mod baseline;
mod change;
mod connection;
mod rehearse;
mod schema;
mod seed;
mod shadow;
mod step;

use crosstrack_database::{LockError, QueryError};
use crosstrack_engine::{DiscoverFailure, ExecuteError, InspectError, PlanError, Stop, StopSignal, Track};
use crosstrack_model::Direction;
use crosstrack_operations::{BaseError, CreateError, ResolveError};
use crosstrack_report::{Outcome, Place, Problem};
use crosstrack_settings::{Mistake, SettingsError};
use crosstrack_track::DiscoverError;
use crosstrack_verify::{ExpectationsError, MendError, VerifyError};

pub(crate) use baseline::baseline;
pub(crate) use change::{backup, fresh, guard, hook, maintenance, marked_database_of_a_file};
pub(crate) use connection::connect;
pub(crate) use rehearse::{plan_file, rehearsal_behind_pooler, rehearse, rehearsed};
pub(crate) use schema::{
    missing, no_desired, no_json, occupied, schema, schema_url, unknown_schema, unwritten,
};
pub(crate) use seed::{
    fresh_views, not_for_environment, not_up_to_date, rows_of_others, seed_file, seed_folder, seeding,
    uncheckable, uncounted,
};
pub(crate) use shadow::{chain, claim, drift, look, on_shadow, shadow};

/// The settings cannot be used.
pub(crate) fn settings(error: &SettingsError) -> Problem {
    match error {
        SettingsError::Mistake(source) => mistake(source),
        _ => Problem::new(Outcome::Usage, error).hint(error.hint().unwrap_or_default()),
    }
}

/// A mistake in a file of the project, at its place.
fn mistake(mistake: &Mistake) -> Problem {
    let crosstrack_settings::Place { file, line, column, length, text } = mistake.place.clone();
    Problem::new(Outcome::Usage, &mistake.problem)
        .at(Some(Place { path: file, line, column, length, text }))
        .hint(mistake.hint.clone().unwrap_or_default())
}

/// The environment forbids the command.
pub(crate) fn forbidden(command: &str, environment: &str) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: format!("`{command}` is forbidden in the environment `{environment}`"),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["the environment's rules are in crosstrack.toml, under `forbid`".into()],
    }
}

/// No database is named, and the development server is for development only.
pub(crate) fn no_database(environment: &str) -> Problem {
    Problem {
        outcome: Outcome::Usage,
        message: format!("no database is named, and the environment is `{environment}`"),
        place: None,
        causes: vec!["the development server is for the environment `development` only".into()],
        changed: Some("nothing".into()),
        hints: vec!["name the database with DATABASE_URL or `--database-url`".into()],
    }
}

/// Two ways of writing the answer.
pub(crate) fn two_formats() -> Problem {
    Problem {
        outcome: Outcome::Usage,
        message: "`--csv` is a format of its own, and `--format` names another".into(),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["leave one of the two out".into()],
    }
}

/// A folder is not what its ORM takes.
pub(crate) fn discover(error: &DiscoverFailure) -> Problem {
    let problem = Problem::new(Outcome::Usage, error);
    let DiscoverFailure::Folder { source, .. } = error else { return problem };
    let place = match source {
        DiscoverError::Directive { path, source } => Some(place(path, source.position())),
        _ => None,
    };
    let hint = match source {
        DiscoverError::Directive { source, .. } => source.hint(),
        other => other.hint().to_owned(),
    };
    problem.at(place).hint(hint)
}

fn place(path: &std::path::Path, position: &crosstrack_script::Position) -> Place {
    let crosstrack_script::Position { line, column, text, .. } = position.clone();
    Place { path: path.to_owned(), line, column, length: 1, text }
}

/// The declarations cannot be read.
pub(crate) fn expectations(error: &ExpectationsError) -> Problem {
    match error {
        ExpectationsError::Mistake(source) => mistake(source),
        ExpectationsError::File { .. } => Problem::new(Outcome::Usage, error),
    }
}

/// A query of our own failed.
pub(crate) fn query(error: &QueryError) -> Problem {
    let outcome = if error.is_broken_connection() { Outcome::Unreachable } else { Outcome::Failed };
    Problem::new(outcome, error).because(detail(error)).hint(query_hint(error))
}

fn detail(error: &QueryError) -> Option<String> {
    error.server_error().and_then(|server| server.detail.clone()).map(|detail| format!("detail: {detail}"))
}

fn query_hint(error: &QueryError) -> &'static str {
    if error.is_broken_connection() {
        return "the connection ended before the answer came: see whether the server is there, then run the same command again";
    }
    if let QueryError::LockLost { .. } = error {
        return "run the same command again: it finds out what was done, and goes on from there";
    }
    let reads = matches!(error, QueryError::Refused { purpose, .. } if purpose.starts_with("read "));
    match error.server_error().map(|server| server.code.as_str()) {
        Some("42501") if reads => {
            "to read, a user needs `GRANT USAGE` on the schemas of the ledgers and of the journal, `crosstrack`, and \
             `GRANT SELECT` on their tables"
        }
        Some("42501") => {
            "sign in as the owner of the database, or have the rights granted: `GRANT CREATE ON DATABASE <database> TO <user>` \
             lets crosstrack make its journal, once; where it is there, `GRANT USAGE ON SCHEMA crosstrack` and `GRANT SELECT, \
             INSERT, UPDATE` on its tables"
        }
        Some("25006") => "this server takes no writes: it is a standby, or the database is set to read only",
        _ => "",
    }
}

/// The database cannot be inspected.
pub(crate) fn inspect(error: &InspectError) -> Problem {
    let mut problem = query(&error.source);
    problem.message = error.to_string();
    problem.causes.insert(0, error.source.to_string());
    problem.changed("nothing")
}

/// What helps against a pooler with too few connections.
const POOLER_FULL: &str = "through a pooler a run holds up to three connections at once, and four with tracks of two ORMs: let it give as \
                           many to this database and user (PgBouncer: `default_pool_size`), or name the server itself";

/// The lock was not to be had.
pub(crate) fn lock(error: &LockError) -> Problem {
    match error {
        LockError::Held { holder, .. } => Problem::new(Outcome::Locked, error)
            .because(Some(format!("it is held by {}", crosstrack_report::lock_holder(holder.as_ref()))))
            .changed("nothing")
            .hint("wait for it and run this again, or wait longer with `--wait-for-lock`"),
        LockError::PoolerFull { .. } => {
            Problem::new(Outcome::Unreachable, error).changed("nothing").hint(POOLER_FULL)
        }
        LockError::Connect(source) => connect(source),
        LockError::Query(source) => query(source),
    }
}

/// The run was asked to stop before it had the lock.
pub(crate) fn stopped_waiting(stop: &Stop) -> Problem {
    let signal = stop.requested().unwrap_or(StopSignal::Interrupt);
    Problem {
        outcome: crate::signals::outcome(signal),
        message: "stopped before the run had its lock".into(),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: Vec::new(),
    }
}

/// There is no plan.
pub(crate) fn plan(error: &PlanError) -> Problem {
    let outcome = if error.is_settings() { Outcome::Usage } else { Outcome::Refused };
    Problem::new(outcome, error).changed("nothing").hint(error.hint())
}

/// A run did not come to its end.
pub(crate) fn execute(error: &ExecuteError) -> Problem {
    match error {
        ExecuteError::Split { .. }
        | ExecuteError::SearchPath { .. }
        | ExecuteError::JournalFormat { .. }
        | ExecuteError::Pooler { .. }
        | ExecuteError::SessionGone { .. }
        | ExecuteError::LostSessions { .. } => not_begun(error),
        ExecuteError::Connect(source) => connect(source),
        ExecuteError::PoolerFull { summary, .. } => Problem::new(Outcome::Unreachable, error)
            .changed(step::applied(summary, Direction::Up))
            .hint(POOLER_FULL),
        ExecuteError::Lock { summary, source, .. } => {
            own_lock(error, source).changed(step::applied(summary, Direction::Up))
        }
        ExecuteError::Journal(source) => {
            let mut problem = query(source);
            problem.message = error.to_string();
            problem.causes.insert(0, source.to_string());
            problem.outcome = Outcome::Failed;
            problem.changed("no step was taken without the journal; `crosstrack status` shows what is applied")
        }
        ExecuteError::Ledger { .. } => Problem::new(Outcome::Failed, error)
            .hint("the user needs the right to create tables in the schema: `GRANT CREATE ON SCHEMA public TO ...`"),
        ExecuteError::Restamp { summary, .. } => {
            Problem::new(Outcome::Failed, error).changed(step::applied(summary, Direction::Up))
        }
        ExecuteError::NoTrack { .. } => Problem::new(Outcome::Bug, error),
        ExecuteError::Moved { summary, .. } => Problem::new(Outcome::Locked, error)
            .changed(step::applied(summary, Direction::Up))
            .hint("wait until that program is done, then run this again"),
        ExecuteError::NotInLedger { summary, .. } => Problem::new(Outcome::Failed, error)
            .because(Some(
                "the script moves the search path, so that the row lands in another ledger, or it deletes rows of the ledger"
                    .into(),
            ))
            .changed(step::applied(summary, Direction::Up))
            .hint("take that out of the script; where it is really applied, say so with `crosstrack resolve --applied`"),
        ExecuteError::Step(failure) => step::failure(failure),
        ExecuteError::Verify(source) => verify(source),
        ExecuteError::Gate { summary, .. } => Problem::new(Outcome::No, error)
            .changed(step::applied(summary, Direction::Up))
            .hint("`crosstrack verify` shows what was expected; `crosstrack verify --fix` mends what statements can mend"),
        ExecuteError::Stopped { signal, direction, during, summary } => {
            let left = match during {
                Some(failure) => step::changed(failure),
                None => step::applied(summary, *direction),
            };
            Problem::new(crate::signals::outcome(*signal), error)
                .changed(left)
                .hint(match direction {
                    Direction::Up => "run the same command again: it goes on from there",
                    Direction::Down => "`crosstrack status` shows how far it came",
                })
        }
    }
}

/// The lock of a track's own tool was not to be had, beside the run's.
fn own_lock(error: &ExecuteError, source: &LockError) -> Problem {
    let mut problem = lock(source);
    let message = match source {
        LockError::PoolerFull { .. } => return problem,
        LockError::Held { .. } => error.to_string(),
        LockError::Connect(_) | LockError::Query(_) => {
            problem.outcome = Outcome::Failed;
            "the session that holds the run's lock was lost".into()
        }
    };
    problem.causes.insert(0, std::mem::replace(&mut problem.message, message));
    problem
}

/// A run that was refused before it touched anything.
fn not_begun(error: &ExecuteError) -> Problem {
    let outcome = match error {
        ExecuteError::LostSessions { .. } => Outcome::Locked,
        _ => Outcome::Refused,
    };
    let problem = Problem::new(outcome, error).changed("nothing");
    match error {
        ExecuteError::Split { path, source, .. } => problem
            .at(path.as_ref().map(|path| place(path, source.position())))
            .hint(source.hint()),
        ExecuteError::SearchPath { user } => problem.hint(format!(
            "use a role of another name, or give this one another path: `ALTER ROLE {user} SET search_path = public`"
        )),
        ExecuteError::JournalFormat { .. } => {
            problem.hint("use the version of crosstrack that the last run used, or a newer one")
        }
        ExecuteError::Pooler { .. } => problem.hint(
            "name the server itself for this run, with DATABASE_URL or `--database-url`: a pooler gives no session to keep",
        ),
        ExecuteError::SessionGone { reference, path, line, .. } => problem
            .because(path.as_ref().map(|path| format!("the script is {}, line {line}", path.display())))
            .hint("take out of the rest of the script what needs it: statements behind those that are done may be changed")
            .hint(format!(
                "or do the rest by hand, and tell the ledger: `crosstrack resolve --applied {reference}`"
            )),
        ExecuteError::LostSessions { .. } => problem.hint("wait until they are done, or have an administrator end them; `pg_stat_activity` shows them"),
        _ => problem,
    }
}

/// The checks could not be made.
pub(crate) fn verify(error: &VerifyError) -> Problem {
    Problem::new(Outcome::Failed, error).hint(error.hint().unwrap_or_default())
}

/// A mending statement failed.
pub(crate) fn mend(error: &MendError) -> Problem {
    Problem::new(Outcome::Failed, error).hint(error.hint().unwrap_or_default())
}

/// Nobody said which track, and there is not exactly one.
pub(crate) fn which_track(tracks: &[Track]) -> Problem {
    let known: Vec<String> = tracks.iter().map(|track| format!("`--track {}`", track.name())).collect();
    let hint = match known.split_last() {
        Some((last, others)) if !others.is_empty() => format!("say {} or {last}", others.join(", ")),
        _ => "declare one in crosstrack.toml, under `[[track]]`".to_owned(),
    };
    Problem {
        outcome: Outcome::Usage,
        message: match known.len() {
            0 => "there is no track for this migration".to_owned(),
            count => format!("there are {count} tracks, and nobody says which this migration is of"),
        },
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec![hint],
    }
}

/// No migration was created.
pub(crate) fn create(error: &CreateError) -> Problem {
    let outcome = match error {
        CreateError::Name { .. } => Outcome::Usage,
        CreateError::Write { .. } => Outcome::Failed,
    };
    Problem::new(outcome, error).changed("nothing").hint(error.hint())
}

/// Nothing was resolved.
pub(crate) fn resolve(error: &ResolveError) -> Problem {
    match error {
        ResolveError::Reference(source) => plan(source),
        ResolveError::Already { .. } => Problem::new(Outcome::Refused, error)
            .changed("nothing")
            .hint("`crosstrack status` shows the ledger"),
        ResolveError::NotEdited { .. } => Problem::new(Outcome::Refused, error)
            .changed("nothing")
            .hint("`crosstrack status` shows what is edited, and the way on from everything else"),
        ResolveError::Duplicate { finding, .. } => {
            Problem::new(Outcome::Refused, error).changed("nothing").hint(finding.hint())
        }
        ResolveError::NoFile { .. } => {
            Problem::new(Outcome::Refused, error).changed("nothing").hint("bring the files back first")
        }
        ResolveError::Session(source) => execute(source),
        ResolveError::Ledger { .. } => Problem::new(Outcome::Failed, error).changed("nothing"),
        ResolveError::Journal(source) => query(source),
    }
}

/// The branch that was asked for cannot be compared.
pub(crate) fn base(error: &BaseError) -> Problem {
    Problem::new(Outcome::Usage, error).changed("nothing").hint(error.hint())
}
