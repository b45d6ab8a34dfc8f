//! What a plan takes with it, as lines before somebody is asked.
//!
//! Where it was rehearsed the catalog says what goes, and the statements add only what no catalog shows: rows that they delete. Where
//! it was not, they say it all.

use crosstrack_loss::{Amount, CountedLoss, Loss};
use crosstrack_model::{Hazard, Plan, Step};
use crosstrack_shadow::rehearse::Foreseen;

/// The most lines that are shown of each kind.
const LINES_SHOWN: usize = 10;

/// What a plan destroys, a line each; `None` when it destroys nothing that anybody knows of.
pub fn losses(plan: &Plan, foreseen: Option<&Foreseen>) -> Option<String> {
    let (counted, reason) = match foreseen {
        Some(Foreseen::Rehearsed(counted)) => (counted.as_slice(), None),
        Some(Foreseen::Unrehearsed { reason }) => (&[][..], Some(reason)),
        None => (&[][..], None),
    };
    let is_rehearsed = matches!(foreseen, Some(Foreseen::Rehearsed(_)));
    let mut lines =
        shown(counted.iter().filter(|loss| is_worth_a_word(loss)).map(|loss| format!("  {loss}\n")));
    lines += &shown(plan.steps().flat_map(|step| statements(step, is_rehearsed)));
    if lines.is_empty() {
        return None;
    }
    if let Some(reason) = reason {
        lines += &format!("  by the words of the statements: not rehearsed, for {reason}\n");
    }
    Some(lines)
}

/// All losses of a plan of down migrations, below it.
pub fn losses_in_full(foreseen: &Foreseen) -> String {
    match foreseen {
        Foreseen::Rehearsed(counted) => {
            let lost = counted.iter().filter(|loss| is_worth_a_word(loss)).map(|loss| format!("  {loss}\n"));
            let lines: String = lost.collect();
            if lines.is_empty() { String::new() } else { format!("loses\n{lines}") }
        }
        Foreseen::Unrehearsed { reason } => format!("what it loses was not rehearsed: {reason}\n"),
    }
}

/// Whether something of a rehearsal is to be said: not a type that loses no value, and not what is not there.
pub(crate) fn is_worth_a_word(counted: &CountedLoss) -> bool {
    match (&counted.loss, &counted.amount) {
        (_, Amount::Absent) | (Loss::Narrowing { .. }, Amount::Exactly(0)) => false,
        (Loss::Sequence { .. }, amount) => *amount != Amount::At(None),
        _ => true,
    }
}

/// The statements that destroy rows or drop more than they name.
fn statements(step: &Step, is_rehearsed: bool) -> impl Iterator<Item = String> + '_ {
    let is_said = move |hazard: &&Hazard| match hazard {
        Hazard::DataLoss { statement, .. } => !is_rehearsed || !drops_something(statement),
        Hazard::Cascade { .. } => true,
        _ => false,
    };
    step.hazards.iter().filter(is_said).filter_map(move |hazard| match hazard {
        Hazard::DataLoss { line, statement } | Hazard::Cascade { line, statement } => {
            Some(format!("  {}/{} line {line}: {statement}\n", step.track, step.migration.label))
        }
        _ => None,
    })
}

/// Whether what a statement destroys is gone from the catalog, too.
fn drops_something(statement: &str) -> bool {
    let verb = statement.split_whitespace().next().unwrap_or_default();
    ["drop", "alter"].iter().any(|known| verb.eq_ignore_ascii_case(known))
}

fn shown(lines: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = lines.collect();
    let more = lines.len().saturating_sub(LINES_SHOWN);
    lines.truncate(LINES_SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} more; `--dry-run` shows them all\n"));
    }
    lines.concat()
}
