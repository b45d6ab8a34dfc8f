//! A rehearsal, as text: what each statement would do to what is there, how the schema differs afterwards, what goes, what stands in
//! the way.

use crosstrack_catalog::{Change, Difference};
use crosstrack_loss::counted;
use crosstrack_shadow::rehearse::{
    Base, Effects, Rehearsal, RehearsedStatement, RehearsedStep, Size, Strength, Unasked,
};

use super::amounts::{bytes, count, duration};
use super::loss::is_worth_a_word;
use super::problem::place_and_causes;
use super::style::{BAD, FAINT, GOOD, STRONG, WARNING, paint};
use crate::problem::Problem;

/// The most differences between copy and database that are named.
const UNLIKE_SHOWN: usize = 5;

/// A line for a migration as it is rehearsed.
pub fn rehearsed_step(step: &RehearsedStep, went_through: bool) -> String {
    let word = if went_through { paint(GOOD, "rehearsed") } else { paint(BAD, "failed") };
    format!("  {word} {} ({})\n", step.reference, duration(step.duration))
}

/// Everything that was found. `problem` is why a migration failed, if one did.
pub fn rehearsal(rehearsal: &Rehearsal, problem: Option<&Problem>, total: usize, program: &str) -> String {
    let mut text = String::new();
    for (index, step) in rehearsal.steps.iter().enumerate() {
        text += &step_text(step, (index + 1, total), rehearsal);
    }
    if let (Some(failure), Some(problem)) = (&rehearsal.failure, problem) {
        text += &format!("{} {}\n", paint(STRONG, &failure.reference), paint(BAD, "fails"));
        text += &place_and_causes(problem, program);
    }
    text += &list("changes", rehearsal.differences.iter().map(difference_line));
    let lost = rehearsal.losses.iter().filter(|loss| is_worth_a_word(loss));
    text += &list("loses", lost.map(ToString::to_string));
    let in_the_way = rehearsal.obstacles.iter().map(|obstacle| {
        let perhaps =
            if obstacle.is_certain { "" } else { ", unless what the plan writes before changes that" };
        format!("{} line {}: {}{perhaps}", obstacle.reference, obstacle.line, obstacle.message)
    });
    text += &list("contradicted by the data as it is now", in_the_way);
    text + &notes(rehearsal) + &sum(rehearsal, total)
}

fn list(heading: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("{}\n{lines}", paint(STRONG, heading)) }
}

fn step_text(step: &RehearsedStep, (number, total): (usize, usize), rehearsal: &Rehearsal) -> String {
    let kind = if step.transactional { "one transaction" } else { "no transaction, statement by statement" };
    let path = step.path.as_ref().map_or(String::new(), |path| format!("{}, ", path.display()));
    let mut text = format!(
        "{number}/{total} {}  {}\n",
        paint(STRONG, &step.reference),
        paint(FAINT, &format!("{path}{kind}"))
    );
    for statement in &step.statements {
        text += &statement_text(statement, rehearsal);
    }
    text
}

/// A statement that does something to what is there; nothing for any other.
fn statement_text(statement: &RehearsedStatement, rehearsal: &Rehearsal) -> String {
    let effects: String =
        effect_lines(&statement.effects, rehearsal).iter().map(|line| format!("      {line}\n")).collect();
    if effects.is_empty() {
        return effects;
    }
    format!("    line {}: {}\n{effects}", statement.line, statement.excerpt)
}

/// What a statement does to what is there, in words.
pub(crate) fn effect_lines(effects: &Effects, rehearsal: &Rehearsal) -> Vec<String> {
    let size = |table: &String| {
        rehearsal.sizes.get(table).map_or(String::new(), |size| format!(": {}", size_text(size)))
    };
    let mut lines = Vec::new();
    for lock in &effects.locks {
        let against = match lock.strength {
            Strength::AgainstWrites => "writes",
            Strength::AgainstReads => "reads and writes",
        };
        lines.push(format!("locks {} against {against} ({})", lock.table, lock.mode));
    }
    for table in &effects.rewrites {
        let indexes = rehearsal.sizes.get(table).map_or(0, |size| size.indexes);
        let indexes = match indexes {
            0 => String::new(),
            number => format!(", with {}", indexes_text(number)),
        };
        lines.push(format!("writes {table} anew{}{indexes}", size(table)));
    }
    let is_rewritten = |table: &String| effects.rewrites.contains(table);
    for build in effects.builds.iter().filter(|build| !is_rewritten(&build.table)) {
        lines.push(format!("builds index {} over {}{}", build.index, build.table, size(&build.table)));
    }
    for table in &effects.emptied {
        lines.push(format!("empties {table}{}", size(table)));
    }
    for table in &effects.scans {
        let writes = if effects.writes.contains(table) { ", and may write any row of it" } else { "" };
        lines.push(format!("reads all of {table}{}{writes}", size(table)));
    }
    lines
}

fn size_text(size: &Size) -> String {
    let rows = match size.rows {
        Some(rows) => format!("about {}", counted(rows, "row")),
        None => "rows never estimated".to_owned(),
    };
    format!("{rows}, {}", bytes(size.bytes))
}

fn indexes_text(number: u64) -> String {
    if number == 1 { "1 index".to_owned() } else { format!("{number} indexes") }
}

/// A difference on a line: `+`, `-` or `~`.
pub(crate) fn difference_line(difference: &Difference) -> String {
    let name = format!("{} {}", difference.id.kind, difference.id.name);
    match &difference.change {
        Change::Added => format!("+ {name}"),
        Change::Removed => format!("- {name}"),
        Change::Changed { attribute, from, to } => {
            let said = |text: &Option<String>| match text {
                Some(text) if text.contains('\n') => "a text of several lines".to_owned(),
                Some(text) => text.clone(),
                None => "nothing".to_owned(),
            };
            format!("~ {name}: {attribute} {} -> {}", said(from), said(to))
        }
        Change::Reordered { to, .. } => format!("~ {name}: order {}", to.join(", ")),
    }
}

/// What keeps the rehearsal from being the same as the run.
fn notes(rehearsal: &Rehearsal) -> String {
    let note = paint(WARNING, "note:");
    let mut text = match &rehearsal.base {
        Base::Copy => String::new(),
        Base::CopyWithoutOwners => {
            format!("{note} the copy has no owners and privileges: this user may not make them\n")
        }
        Base::Replay { reason } => {
            format!(
                "{note} rehearsed on a replay of what is applied and not on a copy of the schema: {reason}\n"
            )
        }
    };
    for difference in rehearsal.unlike.iter().take(UNLIKE_SHOWN) {
        let here = match difference.change {
            Change::Added => "is not in the database",
            Change::Removed => "was not in the rehearsal",
            Change::Changed { .. } | Change::Reordered { .. } => "is otherwise in the database",
        };
        text += &format!("{note} {} {here}\n", difference.id);
    }
    for unasked in &rehearsal.unasked {
        let Unasked { reference, line, subject, reason } = unasked;
        text += &format!("{note} not asked of the data: {reference} line {line}: {subject}: {reason}\n");
    }
    let more = rehearsal.unlike.len().saturating_sub(UNLIKE_SHOWN);
    if more > 0 {
        text += &format!("{note} {more} more differences between the database and what was rehearsed on\n");
    }
    text
}

fn sum(rehearsal: &Rehearsal, total: usize) -> String {
    if total == 0 {
        return "Nothing to rehearse: no migration is pending.\n".to_owned();
    }
    let done = rehearsal.steps.len() - usize::from(rehearsal.failure.is_some());
    let word = if rehearsal.goes_through() {
        paint(GOOD, "Goes through")
    } else {
        paint(BAD, "Would not go through")
    };
    let certain = rehearsal.obstacles.iter().filter(|obstacle| obstacle.is_certain).count();
    let but = match (&rehearsal.failure, certain) {
        (None, number) if number > 0 => {
            format!(", but the data contradicts {}", count(number, "statement"))
        }
        (None, _) if !rehearsal.goes_through() => ", but some values do not fit their new type".to_owned(),
        _ => String::new(),
    };
    format!(
        "{word}: {done} of {} rehearsed in {}{but}.\n",
        count(total, "migration"),
        duration(rehearsal.elapsed)
    )
}
