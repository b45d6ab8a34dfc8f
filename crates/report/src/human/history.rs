//! The journal as an audit log, as text.

use std::collections::BTreeMap;

use crosstrack_engine::{RecordedRun, RecordedStep, RunHistory};

use super::amounts::{count, duration, moment};
use super::style::{BAD, FAINT, GOOD, STRONG, WARNING, one_line, paint};
use crate::problem::as_called;

/// The runs, the newest first; each with its steps, or with how many there are.
pub fn history(history: &RunHistory, with_steps: bool, program: &str) -> String {
    let mut text = String::new();
    for run in &history.runs {
        text += &run_text(run);
        text += &if with_steps { run.steps.iter().map(step_line).collect() } else { totals(run) };
    }
    text + &as_called(&closing(history), program)
}

fn closing(history: &RunHistory) -> String {
    match (history.runs.len(), history.total) {
        _ if !history.has_journal => "There is no journal yet: the first run makes it.\n".to_owned(),
        (0, _) => "No run is like that.\n".to_owned(),
        (shown, total) if shown < total => {
            format!("{shown} of {}: `crosstrack history --limit 0` shows all.\n", count(total, "run"))
        }
        (shown, _) => format!("{}.\n", count(shown, "run")),
    }
}

fn run_text(run: &RecordedRun) -> String {
    let mut line = format!(
        "{}  {}  {}  {}",
        paint(STRONG, &format!("#{}", run.id)),
        one_line(&run.command),
        paint(style(&run.outcome), &run.outcome),
        moment(&run.started_at),
    );
    if let Some(took) = run.duration {
        line += &format!("  {}", duration(took));
    }
    format!("{line}\n    {}\n", paint(FAINT, &origin(run)))
}

/// Who, from where, with what.
fn origin(run: &RecordedRun) -> String {
    let mut parts = Vec::new();
    parts.push(match (&run.actor, &run.host) {
        (Some(actor), Some(host)) => format!("{actor} on {host}, user {}", run.database_user),
        (Some(somebody), None) => format!("{somebody}, user {}", run.database_user),
        (None, Some(host)) => format!("user {} from {host}", run.database_user),
        (None, None) => format!("user {}", run.database_user),
    });
    parts.push(run.environment.clone());
    parts.extend(run.git_commit.as_ref().map(|commit| format!("commit {}", short(commit))));
    parts.push(format!("crosstrack {}", run.tool_version));
    one_line(&parts.join(", "))
}

/// A commit as people write it.
fn short(commit: &str) -> String {
    commit.chars().take(8).collect()
}

fn totals(run: &RecordedRun) -> String {
    if run.steps.is_empty() {
        return "    no steps\n".to_owned();
    }
    let mut by_kind: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for step in &run.steps {
        *by_kind.entry((&step.track, &step.direction, &step.outcome)).or_default() += 1;
    }
    let kinds: Vec<String> = by_kind
        .iter()
        .map(|((track, direction, outcome), number)| {
            one_line(&format!("{track} {number} {direction} {outcome}"))
        })
        .collect();
    format!("    {}: {}\n", count(run.steps.len(), "step"), kinds.join(", "))
}

fn step_line(step: &RecordedStep) -> String {
    let outcome = paint(style(&step.outcome), &format!("{:<8}", step.outcome));
    let name = one_line(&format!("{}/{}", step.track, step.label));
    let mut line = format!("    {outcome}  {:<4}  {name}", step.direction);
    if step.statements > 0 {
        line += &format!("  {} of {}", step.statements_done, count(step.statements, "statement"));
    }
    if let Some(took) = step.duration {
        line += &format!("  {}", duration(took));
    }
    if let Some(error) = &step.error {
        line += &format!("\n        {}", one_line(error));
    }
    line + "\n"
}

fn style(outcome: &str) -> anstyle::Style {
    match outcome {
        "done" | "accepted" => GOOD,
        "running" | "intent" | "stopped" => WARNING,
        _ => BAD,
    }
}
