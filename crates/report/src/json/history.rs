//! The journal as an audit log, as JSON.

use crosstrack_engine::{RecordedRun, RecordedStep, RunHistory};
use serde::Serialize;
use serde_json::Value;

use super::{document, milliseconds};
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    has_journal: bool,
    total: usize,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
struct Run<'a> {
    #[serde(rename = "run")]
    id: i64,
    command: &'a str,
    outcome: &'a str,
    started_at: &'a str,
    finished_at: Option<&'a str>,
    duration_ms: Option<f64>,
    environment: &'a str,
    actor: Option<&'a str>,
    host: Option<&'a str>,
    database_user: &'a str,
    application: Option<&'a str>,
    git_commit: Option<&'a str>,
    tool_version: &'a str,
    plan: Option<&'a str>,
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    track: &'a str,
    version: &'a str,
    label: &'a str,
    direction: &'a str,
    outcome: &'a str,
    checksum: &'a str,
    statements: usize,
    statements_done: usize,
    started_at: &'a str,
    finished_at: Option<&'a str>,
    duration_ms: Option<f64>,
    error: Option<&'a str>,
}

/// The runs with their steps.
pub fn history_document(history: &RunHistory) -> Value {
    let body = Body {
        has_journal: history.has_journal,
        total: history.total,
        runs: history.runs.iter().map(run).collect(),
    };
    document("history", Outcome::Done, body)
}

fn run(run: &RecordedRun) -> Run<'_> {
    Run {
        id: run.id,
        command: &run.command,
        outcome: &run.outcome,
        started_at: &run.started_at,
        finished_at: run.finished_at.as_deref(),
        duration_ms: run.duration.map(milliseconds),
        environment: &run.environment,
        actor: run.actor.as_deref(),
        host: run.host.as_deref(),
        database_user: &run.database_user,
        application: run.application.as_deref(),
        git_commit: run.git_commit.as_deref(),
        tool_version: &run.tool_version,
        plan: run.plan.as_deref(),
        steps: run.steps.iter().map(step).collect(),
    }
}

fn step(step: &RecordedStep) -> Step<'_> {
    Step {
        track: &step.track,
        version: &step.version,
        label: &step.label,
        direction: &step.direction,
        outcome: &step.outcome,
        checksum: &step.checksum,
        statements: step.statements,
        statements_done: step.statements_done,
        started_at: &step.started_at,
        finished_at: step.finished_at.as_deref(),
        duration_ms: step.duration.map(milliseconds),
        error: step.error.as_deref(),
    }
}
