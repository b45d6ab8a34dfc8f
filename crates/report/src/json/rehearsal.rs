//! A rehearsal, as JSON.

use crosstrack_catalog::Change;
use crosstrack_model::Plan;
use crosstrack_shadow::rehearse::{Base, Rehearsal, RehearsedStatement, RehearsedStep, Strength};
use serde::Serialize;
use serde_json::Value;

use super::loss::{LossEntry, loss_entries};
use super::{document, milliseconds};
use crate::Outcome;
use crate::human::difference_line;
use crate::problem::Problem;

#[derive(Serialize)]
struct Body<'a> {
    fingerprint: String,
    base: &'static str,
    base_reason: Option<&'a str>,
    unlike: Vec<String>,
    steps: Vec<StepEntry<'a>>,
    failure: Option<FailureEntry<'a>>,
    sizes: Vec<SizeEntry<'a>>,
    changes: Vec<ChangeEntry>,
    losses: Vec<LossEntry>,
    obstacles: Vec<ObstacleEntry<'a>>,
    not_asked: Vec<UnaskedEntry<'a>>,
    unanswered: usize,
    goes_through: bool,
    duration_ms: f64,
}

#[derive(Serialize)]
struct StepEntry<'a> {
    reference: &'a str,
    path: Option<String>,
    transactional: bool,
    statements: Vec<StatementEntry<'a>>,
    duration_ms: f64,
}

#[derive(Serialize)]
struct StatementEntry<'a> {
    line: usize,
    statement: &'a str,
    locks: Vec<LockEntry<'a>>,
    rewrites: &'a [String],
    emptied: &'a [String],
    builds: Vec<BuildEntry<'a>>,
    scans: &'a [String],
    writes: &'a [String],
}

#[derive(Serialize)]
struct LockEntry<'a> {
    table: &'a str,
    mode: &'a str,
    against: &'static str,
}

#[derive(Serialize)]
struct BuildEntry<'a> {
    index: &'a str,
    table: &'a str,
}

#[derive(Serialize)]
struct FailureEntry<'a> {
    reference: &'a str,
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    causes: Vec<String>,
}

#[derive(Serialize)]
struct SizeEntry<'a> {
    table: &'a str,
    rows: Option<u64>,
    bytes: u64,
    indexes: u64,
}

#[derive(Serialize)]
struct ChangeEntry {
    change: &'static str,
    kind: &'static str,
    name: String,
    message: String,
}

#[derive(Serialize)]
struct ObstacleEntry<'a> {
    reference: &'a str,
    line: usize,
    message: &'a str,
    certain: bool,
}

#[derive(Serialize)]
struct UnaskedEntry<'a> {
    reference: &'a str,
    line: usize,
    subject: &'a str,
    reason: &'a str,
}

/// Everything that a rehearsal has found. `problem` is why a migration failed, if one did.
pub fn rehearsal_document(
    (rehearsal, plan): (&Rehearsal, &Plan),
    problem: Option<&Problem>,
    outcome: Outcome,
) -> Value {
    let (base, base_reason) = match &rehearsal.base {
        Base::Copy => ("copy", None),
        Base::CopyWithoutOwners => ("copy without owners", None),
        Base::Replay { reason } => ("replay", Some(reason.as_str())),
    };
    let sizes = rehearsal.sizes.iter().map(|(table, size)| SizeEntry {
        table,
        rows: size.rows,
        bytes: size.bytes,
        indexes: size.indexes,
    });
    let obstacles = rehearsal.obstacles.iter().map(|obstacle| ObstacleEntry {
        reference: &obstacle.reference,
        line: obstacle.line,
        message: &obstacle.message,
        certain: obstacle.is_certain,
    });
    let not_asked = rehearsal.unasked.iter().map(|unasked| UnaskedEntry {
        reference: &unasked.reference,
        line: unasked.line,
        subject: &unasked.subject,
        reason: &unasked.reason,
    });
    let body = Body {
        fingerprint: plan.fingerprint().to_string(),
        base,
        base_reason,
        unlike: rehearsal.unlike.iter().map(difference_line).collect(),
        steps: rehearsal.steps.iter().map(step_entry).collect(),
        failure: failure_entry(rehearsal, problem),
        sizes: sizes.collect(),
        changes: changes(rehearsal),
        losses: loss_entries(&rehearsal.losses),
        obstacles: obstacles.collect(),
        not_asked: not_asked.collect(),
        unanswered: rehearsal.unanswered,
        goes_through: rehearsal.goes_through(),
        duration_ms: milliseconds(rehearsal.elapsed),
    };
    document("plan", outcome, body)
}

fn changes(rehearsal: &Rehearsal) -> Vec<ChangeEntry> {
    let changes = rehearsal.differences.iter().map(|difference| ChangeEntry {
        change: match difference.change {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed { .. } => "changed",
            Change::Reordered { .. } => "reordered",
        },
        kind: difference.id.kind.as_str(),
        name: difference.id.name.clone(),
        message: difference_line(difference),
    });
    changes.collect()
}

fn failure_entry<'a>(rehearsal: &'a Rehearsal, problem: Option<&'a Problem>) -> Option<FailureEntry<'a>> {
    let failure = rehearsal.failure.as_ref()?;
    Some(FailureEntry {
        reference: &failure.reference,
        path: failure.path.as_ref().map(|path| path.display().to_string()),
        line: failure.place.as_ref().map(|place| place.line),
        column: failure.place.as_ref().map(|place| place.column),
        causes: problem.map(|problem| problem.causes.clone()).unwrap_or_default(),
    })
}

fn step_entry(step: &RehearsedStep) -> StepEntry<'_> {
    StepEntry {
        reference: &step.reference,
        path: step.path.as_ref().map(|path| path.display().to_string()),
        transactional: step.transactional,
        statements: step.statements.iter().map(statement_entry).collect(),
        duration_ms: milliseconds(step.duration),
    }
}

fn statement_entry(statement: &RehearsedStatement) -> StatementEntry<'_> {
    let effects = &statement.effects;
    let locks = effects.locks.iter().map(|lock| LockEntry {
        table: &lock.table,
        mode: &lock.mode,
        against: match lock.strength {
            Strength::AgainstWrites => "writes",
            Strength::AgainstReads => "reads and writes",
        },
    });
    let builds = effects.builds.iter().map(|build| BuildEntry { index: &build.index, table: &build.table });
    StatementEntry {
        line: statement.line,
        statement: &statement.excerpt,
        locks: locks.collect(),
        rewrites: &effects.rewrites,
        emptied: &effects.emptied,
        builds: builds.collect(),
        scans: &effects.scans,
        writes: &effects.writes,
    }
}
