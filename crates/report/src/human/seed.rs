//! Seeds as they are loaded, what became of them, and what lacks.

use crosstrack_seed::{Lacking, Loaded, SeedEvent, SeedReport, SequenceState, TableRows};

use super::amounts::{count, duration};
use super::style::{BAD, GOOD, STRONG, WARNING, paint};
use crate::problem::as_called;

/// How many missing rows of a file are named.
const NAMED: usize = 3;

/// A line for what happens.
pub fn seed_event(event: &SeedEvent) -> String {
    match event {
        SeedEvent::Emptied { tables } => {
            format!("  {} {}\n", paint(GOOD, "emptied"), count(tables.len(), "table"))
        }
        SeedEvent::Loaded(loaded) => {
            let line =
                format!("  {} {} ({})\n", paint(GOOD, "loaded"), name(loaded), duration(loaded.duration));
            line + &loaded.sequences.iter().filter_map(moved).collect::<String>()
        }
        SeedEvent::Retried { file, attempt, limit, pause, reason } => format!(
            "{} {file}, attempt {attempt} of {limit} failed: {reason}; again in {}\n",
            paint(WARNING, "retrying:"),
            duration(*pause)
        ),
    }
}

/// A sequence that stands behind the loaded rows now.
fn moved(state: &SequenceState) -> Option<String> {
    let SequenceState { sequence, column, next, missing_privilege } = state;
    missing_privilege
        .is_none()
        .then(|| format!("    moved the sequence {sequence}: the next value of {column} is {next}\n"))
}

/// A sequence that could not be moved, and the right that is missing.
fn unmoved(state: &SequenceState) -> Option<String> {
    let SequenceState { sequence, column, next, missing_privilege } = state;
    let privilege = missing_privilege.as_ref()?;
    let reason = if next.is_empty() {
        format!("cannot read the sequence {sequence}: its next value may be in {column} already")
    } else {
        format!(
            "cannot move the sequence {sequence}: its next value is {next}, and {column} has greater ones"
        )
    };
    let grant = format!("GRANT {privilege} ON SEQUENCE {sequence} TO the role that seeds");
    Some(format!("{} {reason}; {grant}\n", paint(WARNING, "warning:")))
}

/// What `--fresh` takes away, before it does.
pub fn rows_to_lose(tables: &[TableRows]) -> String {
    let full = tables.iter().filter(|table| table.rows > 0);
    let full: Vec<String> = full.map(|table| format!("{} {}", table.table, table.rows)).collect();
    if full.is_empty() {
        return "nothing will be lost: the tables are empty\n".to_owned();
    }
    format!("{} the rows of these tables will be lost: {}\n", paint(WARNING, "note:"), full.join(", "))
}

/// What became of the rows: a line for a file, and the sum.
pub fn seeded(report: &SeedReport, environment: &str, program: &str) -> String {
    let mut table = vec![["file", "table", "created", "changed", "present", "time"].map(str::to_owned)];
    table.extend(report.files.iter().map(|loaded| {
        let present = loaded.present.map_or("-".to_owned(), |present| present.to_string());
        let (created, changed) = (loaded.created.to_string(), loaded.changed.to_string());
        [name(loaded), loaded.table.clone(), created, changed, present, duration(loaded.duration)]
    }));
    let sum = |of: fn(&Loaded) -> u64| report.files.iter().map(of).sum::<u64>();
    let created = sum(|loaded| loaded.created);
    let changed = sum(|loaded| loaded.changed);
    let present = sum(|loaded| loaded.present.unwrap_or_default());
    let warnings = report.files.iter().flat_map(|loaded| &loaded.sequences).filter_map(unmoved);
    let text = format!(
        "{}{}Seeded {environment} in {}: {created} created, {changed} changed, {present} present. \
         `crosstrack seed --check` asks whether the required rows are there.\n",
        aligned(&table),
        warnings.collect::<String>(),
        duration(report.elapsed)
    );
    as_called(&text, program)
}

fn name(loaded: &Loaded) -> String {
    let copies = loaded.copies.map_or(String::new(), |copies| format!(", {copies} copies"));
    format!("{}{copies}", loaded.file)
}

/// The names to the left, the numbers to the right.
fn aligned(table: &[[String; 6]]) -> String {
    let widths: [usize; 6] =
        std::array::from_fn(|column| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let line = |row: &[String; 6]| {
        let [file, name, created, changed, present, time] = row;
        format!(
            "{file:<0$}  {name:<1$}  {created:>2$}  {changed:>3$}  {present:>4$}  {time}\n",
            widths[0], widths[1], widths[2], widths[3], widths[4]
        )
    };
    table.iter().map(line).collect()
}

/// Whether the required rows are there, and which are not.
pub fn seed_check(files: &[Lacking], program: &str) -> String {
    let mut text = String::new();
    for file in files {
        let there = file.required.saturating_sub(file.rows.len());
        let line = format!("{there} of {} of {} in {}", count(file.required, "row"), file.file, file.table);
        let style = if file.rows.is_empty() { GOOD } else { BAD };
        text += &format!("{}\n", paint(style, &line));
        for row in file.rows.iter().take(NAMED) {
            text += &format!("  missing: {} ({}:{})\n", row.key, file.path.display(), row.line);
        }
        if file.rows.len() > NAMED {
            text += &format!("  and {} more\n", file.rows.len() - NAMED);
        }
    }
    let missing: usize = files.iter().map(|file| file.rows.len()).sum();
    let required: usize = files.iter().map(|file| file.required).sum();
    text += &match (required, missing) {
        (0, _) => "No rows are required.\n".to_owned(),
        (_, 0) => format!("{}.\n", paint(STRONG, "All required rows are there")),
        (_, missing) => {
            format!(
                "{} missing. `crosstrack seed` loads them.\n",
                count(missing, "required row") + if missing == 1 { " is" } else { " are" }
            )
        }
    };
    as_called(&text, program)
}
