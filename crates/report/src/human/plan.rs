//! A plan, as text.

use crosstrack_model::{Direction, Gate, Item, Plan, Step};

use super::amounts::count;
use super::style::{FAINT, STRONG, WARNING, paint};
use crate::problem::as_called;

/// The steps in order, each with its hazards and its exact SQL.
pub fn plan(plan: &Plan, with_sql: bool) -> String {
    let total = plan.step_count();
    let mut text = String::new();
    for restamp in &plan.restamps {
        let name = paint(STRONG, &format!("{}/{}", restamp.track, restamp.migration.label));
        let why = "the ledger has the checksum of the same script with other line endings";
        text += &format!("restamp {name}  {}\n", paint(FAINT, why));
    }
    let mut number = 0;
    for item in &plan.items {
        match item {
            Item::Step(step) => {
                number += 1;
                text += &step_text(step, (number, total), with_sql);
            }
            Item::Gate(gate) => text += &gate_text(gate, "then the checks of"),
        }
    }
    for gate in &plan.skipped_gates {
        text += &gate_text(gate, "left out, because work before it is left out: the checks of");
    }
    let way = match plan.direction {
        Direction::Up => "forward",
        Direction::Down => "back",
    };
    let fingerprint = plan.fingerprint();
    text + &format!("{} {way}, fingerprint {}\n", count(total, "step"), &fingerprint.as_str()[..12])
}

fn step_text(step: &Step, (number, total): (usize, usize), with_sql: bool) -> String {
    let name = paint(STRONG, &format!("{}/{}", step.track, step.migration.label));
    let kind =
        if step.script.transactional { "one transaction" } else { "no transaction, statement by statement" };
    let path = source(step);
    let mut text = format!(
        "{number:>width$}/{total} {} {name}  {}\n",
        step.direction,
        paint(FAINT, &format!("{path}, {kind}")),
        width = total.to_string().len()
    );
    if step.start.statements_done > 0 {
        text += &format!(
            "    {} an earlier run has done the first {}; this one goes on behind them\n",
            paint(WARNING, "note:"),
            count(step.start.statements_done, "statement")
        );
    }
    for hazard in &step.hazards {
        text += &format!("    {} {hazard}\n", paint(WARNING, "hazard:"));
    }
    if with_sql {
        for line in step.script.sql.lines() {
            text += format!("    {line}").trim_end();
            text += "\n";
        }
        text += "\n";
    }
    text
}

/// Where a step's script is from.
fn source(step: &Step) -> String {
    match (&step.script.path, step.from_run) {
        (Some(path), _) => path.display().to_string(),
        (None, Some(run)) => format!("from the journal, run {run}"),
        (None, None) => "from the journal".to_owned(),
    }
}

/// Where each step's script is from, a line a step.
pub fn script_sources(plan: &Plan) -> String {
    let line = |step: &Step| format!("{}/{}: {}\n", step.track, step.migration.label, source(step));
    plan.steps().map(line).collect()
}

fn gate_text(gate: &Gate, words: &str) -> String {
    format!("{words} {}: {}\n", paint(STRONG, &gate.phase), gate.checks.join(", "))
}

/// A text as one word of a shell.
fn shell_word(text: &str) -> String {
    if text.chars().all(|letter| letter.is_alphanumeric() || "/._-".contains(letter)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The exact steps of a rollback that crosstrack leaves to a person.
pub fn manual_steps(plan: &Plan, program: &str) -> String {
    let mut text = String::from(
        "The rollback policy of this track is manual. Run these down migrations by hand, in this order:\n",
    );
    for (index, step) in plan.steps().enumerate() {
        let reference = format!("{}/{}", step.track, step.migration.version);
        text += &format!(
            "\n{}. {}\n   run its down migration:    {}\n   \
             or restore a backup that was taken before it was applied\n   then mark it as reverted:  \
             `crosstrack resolve --rolled-back {reference}`\n",
            index + 1,
            paint(STRONG, &format!("{}/{}", step.track, step.migration.label)),
            by_hand(step),
        );
    }
    as_called(&text, program)
}

/// How a person runs a script with psql.
fn by_hand(step: &Step) -> String {
    let transaction = if step.script.transactional { "--single-transaction " } else { "" };
    let psql = format!("psql --set ON_ERROR_STOP=1 {transaction}--file");
    let Some(path) = &step.script.path else {
        let (run, track) = (step.from_run.unwrap_or_default(), &step.track);
        let version = step.migration.version.as_str().replace('\'', "''");
        return format!(
            "psql -AtXc \"SELECT backward FROM crosstrack.step WHERE run = {run} AND track = '{track}' AND version = \
             '{version}' AND direction = 'up'\" \"$DATABASE_URL\" | {psql} - \"$DATABASE_URL\""
        );
    };
    format!("{psql} {} \"$DATABASE_URL\"", shell_word(&path.display().to_string()))
}
