//! A step that failed: what is left of it, what was applied before, and the way on.

use crosstrack_doctor::schema_remedy;
use crosstrack_engine::{RunSummary, StepFailure};
use crosstrack_model::Direction;
use crosstrack_report::{Outcome, Problem};
use crosstrack_track::{Part, StepError};

/// A step failed.
pub(super) fn failure(failure: &StepFailure) -> Problem {
    let place = failure.path.as_ref().zip(failure.place.as_ref());
    let place = place.map(|(path, position)| super::place(path, position));
    let mut problem = Problem::new(Outcome::Failed, failure);
    if let Some(server) = failure.source.server_error() {
        let more = [
            server.detail.as_ref().map(|detail| format!("detail: {detail}")),
            server.hint.as_ref().map(|hint| format!("the server's hint: {hint}")),
            server.context.as_ref().map(|context| format!("context: {context}")),
        ];
        problem.causes.extend(more.into_iter().flatten());
    }
    problem.causes.extend(stood_in_the_way(failure));
    if place.is_none()
        && let Some(path) = &failure.path
    {
        problem.message += &format!(", {}", path.display());
    }
    problem.at(place).changed(changed(failure)).hint(hint(failure))
}

/// Who had the locks that the step waited for, and how often it was tried.
fn stood_in_the_way(failure: &StepFailure) -> Vec<String> {
    if !is_about_locks(failure) {
        return Vec::new();
    }
    let mut causes = Vec::new();
    if !failure.blockers.is_empty() {
        let sessions = crosstrack_report::blockers(&failure.blockers, "");
        causes.push(format!("in its way stood {}", sessions.trim_end()));
    }
    if failure.attempts > 1 {
        causes.push(format!("it was tried {} times", failure.attempts));
    }
    causes
}

/// `lock_not_available` and `deadlock_detected`.
fn is_about_locks(failure: &StepFailure) -> bool {
    failure.source.server_error().is_some_and(|server| matches!(server.code.as_str(), "55P03" | "40P01"))
}

/// What is left of a step that did not come to its end, and what was done before it.
pub(super) fn changed(failure: &StepFailure) -> String {
    let before = applied(&failure.summary, failure.direction);
    if matches!(failure.source, StepError::Broken { .. }) {
        let reference = &failure.reference;
        return format!(
            "{before}; whether `{reference}` was done is not known, and the next run finds it out"
        );
    }
    let own = match failure.direction {
        Direction::Up => left_going_forward(failure),
        Direction::Down => left_going_back(failure),
    };
    format!("{own}{}; {before}", left_indexes(failure))
}

/// The invalid indexes that the statement left.
fn left_indexes(failure: &StepFailure) -> String {
    let named = |is_dropped: bool| {
        let left = failure.leftovers.iter().filter(|left| left.is_dropped == is_dropped);
        left.map(|left| left.index.as_str()).collect::<Vec<_>>()
    };
    let sentence = |names: Vec<&str>, one: &str, many: &str| match names.len() {
        0 => String::new(),
        1 => format!(", the invalid index {} that the build left {one}", names[0]),
        _ => format!(", the invalid indexes {} that the build left {many}", names.join(", ")),
    };
    sentence(named(true), "was dropped", "were dropped")
        + &sentence(named(false), "is still there", "are still there")
}

fn left_going_forward(failure: &StepFailure) -> String {
    let StepFailure { statements_done: done, statements, .. } = failure;
    match (done, failure.own_transaction) {
        (_, Some(line)) if failure.transactional => format!(
            "the script begins or ends its transaction itself, first in line {line}: what it committed stays, and the ledger \
             does not have it"
        ),
        _ if failure.transactional => {
            "nothing of this migration is left: it ran in one transaction".to_owned()
        }
        (0, _) if failure.commits_itself => COMMITTED_ITSELF.to_owned(),
        (0, _) => "no statement of this migration was done by this run".to_owned(),
        _ => format!(
            "{done} of the {statements} statements of this migration are done, and the ledger does not have it; the next run \
             goes on behind them{}",
            if failure.commits_itself { format!("; {COMMITTED_ITSELF}") } else { String::new() }
        ),
    }
}

/// A procedure or a block that commits in its middle was broken off.
const COMMITTED_ITSELF: &str = "what the statement in hand has committed by itself stays, and the next run runs that statement again \
                                from its beginning";

fn left_going_back(failure: &StepFailure) -> String {
    let StepFailure { statements_done: done, statements, .. } = failure;
    match done {
        _ if failure.transactional => {
            "this migration is applied as before: its backward script ran in one transaction".to_owned()
        }
        0 => "this migration is applied as before: nothing of its backward script was done".to_owned(),
        _ => format!(
            "{done} of the {statements} statements of the backward script are done, and the ledger still has the migration; \
             the next `down` goes on behind them"
        ),
    }
}

/// What a run had done, in a sentence.
pub(super) fn applied(summary: &RunSummary, direction: Direction) -> String {
    let done = match direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    };
    let names: Vec<&str> = summary.steps.iter().map(|(reference, _)| reference.as_str()).collect();
    match names.len() {
        0 => format!("before it, this run {done} nothing"),
        1..=5 => format!("before it, this run {done} {}", names.join(", ")),
        many => format!("before it, this run {done} {many} migrations, the last is {}", names[many - 1]),
    }
}

fn hint(failure: &StepFailure) -> String {
    let reference = &failure.reference;
    let again = match failure.direction {
        Direction::Up => "mend the script, then run `crosstrack up` again",
        Direction::Down => "mend the backward script, then run `crosstrack down` again",
    };
    if let StepError::InTheWay { index } = &failure.source {
        return format!(
            "look at it, and drop it if nobody needs it: `DROP INDEX CONCURRENTLY {index}`; then run the same command again"
        );
    }
    if let StepError::AnotherIndex { .. } = &failure.source {
        return "name the schema of the index in the script, or drop by hand the one that is meant: the statement is then counted as \
                done; and run the same command again"
            .into();
    }
    if matches!(failure.source, StepError::Broken { .. }) {
        return "see whether the server is there, then run the same command again: it finds out what was done".into();
    }
    let code = failure.source.server_error().map(|server| server.code.as_str());
    if matches!(failure.source, StepError::Refused { part: Part::Ledger, .. }) {
        return ledger_hint(code, reference);
    }
    if let Some(remedy) = failure.source.server_error().and_then(schema_remedy) {
        return remedy;
    }
    match code {
        Some("42P07" | "42710") if failure.direction == Direction::Up => format!(
            "it is there already. If all that the migration would make is there, tell the ledger: \
             `crosstrack resolve --applied {reference}`; otherwise {again}"
        ),
        Some("42P01" | "42704" | "3F000") if failure.direction == Direction::Up => format!(
            "what it needs is not there. If another track makes it, say so at the head of the script: \
             `-- crosstrack: requires <track>/<version>`; otherwise {again}"
        ),
        Some("25001") => {
            "the statement cannot run inside a transaction: take it into a migration of its own, marked with \
             `run_in_transaction = false` in metadata.toml (Diesel) or `-- no-transaction` as the first line (sqlx)"
                .into()
        }
        Some("55P03" | "40P01") => {
            "run it again when those sessions are done, or end them with `SELECT pg_terminate_backend(<process>)`; \
             `lock_timeout` and `lock_attempts` say how long is waited and how often it is tried"
                .into()
        }
        Some("57014") => "the statement ran longer than `statement_timeout` allows: raise it, or split the script".into(),
        Some("42501") => "run it as the owner of the object or as a user with the right that the server names".into(),
        Some("23503" | "23505" | "23502" | "23514") => {
            format!("the rows that are there contradict it: clear them up first; otherwise {again}")
        }
        _ => again.into(),
    }
}

/// The script ended well and the row or the commit was refused.
fn ledger_hint(code: Option<&str>, reference: &str) -> String {
    match code {
        Some("42P01") => {
            "the script changes the search path or the role, and the ledger is no longer found from there: put it back at the \
             script's end, or use `SET LOCAL` inside a function"
                .into()
        }
        Some("23505") => format!(
            "another program wrote the ledger row of `{reference}` meanwhile: look at `crosstrack status` before anything else"
        ),
        _ => "a constraint that is checked at the commit is not met, or the user may not write the ledger".into(),
    }
}
