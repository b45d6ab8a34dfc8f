//! Tables for other programs, as RFC 4180 has them: a comma between fields, CRLF after rows, quotes where they are needed.
//!
//! What could be a formula in a spreadsheet is marked as text, for whoever may write into the journal could otherwise have his
//! formulas run by whoever audits it: <https://owasp.org/www-community/attacks/CSV_Injection>.

use std::time::Duration;

use crosstrack_engine::{RecordedRun, RecordedStep, RunHistory};

const RUN: [&str; 16] = [
    "run",
    "command",
    "outcome",
    "started_at",
    "finished_at",
    "duration_ms",
    "environment",
    "actor",
    "host",
    "database_user",
    "application",
    "git_commit",
    "tool_version",
    "plan",
    "steps",
    "steps_done",
];

const STEP: [&str; 12] = [
    "track",
    "version",
    "label",
    "direction",
    "step_outcome",
    "step_started_at",
    "step_finished_at",
    "step_duration_ms",
    "statements",
    "statements_done",
    "checksum",
    "error",
];

/// A row for each run; or one for each step, and one for a run without steps.
pub fn history_csv(history: &RunHistory, with_steps: bool) -> String {
    let mut head = RUN.map(str::to_owned).to_vec();
    if !with_steps {
        let runs = history.runs.iter().map(|run| line(&run_fields(run)));
        return std::iter::once(line(&head)).chain(runs).collect();
    }
    head.extend(STEP.map(str::to_owned));
    let mut text = line(&head);
    for run in &history.runs {
        let own = run_fields(run);
        if run.steps.is_empty() {
            text += &line(&[own.as_slice(), &[const { String::new() }; STEP.len()]].concat());
        }
        for step in &run.steps {
            text += &line(&[own.as_slice(), &step_fields(step)].concat());
        }
    }
    text
}

fn run_fields(run: &RecordedRun) -> Vec<String> {
    let done = run.steps.iter().filter(|step| step.outcome == "done" || step.outcome == "accepted").count();
    vec![
        run.id.to_string(),
        run.command.clone(),
        run.outcome.clone(),
        run.started_at.clone(),
        run.finished_at.clone().unwrap_or_default(),
        milliseconds(run.duration),
        run.environment.clone(),
        run.actor.clone().unwrap_or_default(),
        run.host.clone().unwrap_or_default(),
        run.database_user.clone(),
        run.application.clone().unwrap_or_default(),
        run.git_commit.clone().unwrap_or_default(),
        run.tool_version.clone(),
        run.plan.clone().unwrap_or_default(),
        run.steps.len().to_string(),
        done.to_string(),
    ]
}

fn step_fields(step: &RecordedStep) -> Vec<String> {
    vec![
        step.track.clone(),
        step.version.clone(),
        step.label.clone(),
        step.direction.clone(),
        step.outcome.clone(),
        step.started_at.clone(),
        step.finished_at.clone().unwrap_or_default(),
        milliseconds(step.duration),
        step.statements.to_string(),
        step.statements_done.to_string(),
        step.checksum.clone(),
        step.error.clone().unwrap_or_default(),
    ]
}

fn milliseconds(duration: Option<Duration>) -> String {
    duration.map_or(String::new(), |duration| crate::json::milliseconds(duration).to_string())
}

fn line(fields: &[String]) -> String {
    let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
    fields.join(",") + "\r\n"
}

fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let marked = if is_formula { format!("'{text}") } else { text.to_owned() };
    if is_formula || marked.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", marked.replace('"', "\"\""));
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::{field, line};

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        assert_eq!(field("ada"), "ada");
        assert_eq!(field("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
        assert_eq!(line(&["1".to_owned(), String::new()]), "1,\r\n");
    }

    #[test]
    fn a_formula_is_a_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1"] {
            assert!(field(text).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(field("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
    }
}
