//! What became of seeds, and what lacks, as JSON.

use crosstrack_seed::{Lacking, SeedReport, SequenceState, TableRows};
use serde::Serialize;
use serde_json::Value;

use super::{document, milliseconds};
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    run: i64,
    emptied: Vec<Emptied<'a>>,
    files: Vec<LoadedFile<'a>>,
    created: u64,
    changed: u64,
    present: u64,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Emptied<'a> {
    table: &'a str,
    rows: u64,
}

#[derive(Serialize)]
struct LoadedFile<'a> {
    file: &'a str,
    table: &'a str,
    copies: Option<u32>,
    created: u64,
    changed: u64,
    present: Option<u64>,
    sequences: Vec<SequenceEntry<'a>>,
    duration_ms: f64,
}

#[derive(Serialize)]
struct SequenceEntry<'a> {
    sequence: &'a str,
    column: &'a str,
    next: Option<&'a str>,
    missing_privilege: Option<&'a str>,
}

/// The files with their counts.
pub fn seed_document(report: &SeedReport, run: i64, outcome: Outcome) -> Value {
    let files = report.files.iter().map(|loaded| LoadedFile {
        file: &loaded.file,
        table: &loaded.table,
        copies: loaded.copies,
        created: loaded.created,
        changed: loaded.changed,
        present: loaded.present,
        sequences: loaded.sequences.iter().map(sequence).collect(),
        duration_ms: milliseconds(loaded.duration),
    });
    let body = Body {
        run,
        emptied: report.emptied.iter().map(emptied).collect(),
        files: files.collect(),
        created: report.files.iter().map(|file| file.created).sum(),
        changed: report.files.iter().map(|file| file.changed).sum(),
        present: report.files.iter().filter_map(|file| file.present).sum(),
        duration_ms: milliseconds(report.elapsed),
    };
    document("seed", outcome, body)
}

fn sequence(state: &SequenceState) -> SequenceEntry<'_> {
    SequenceEntry {
        sequence: &state.sequence,
        column: &state.column,
        next: (!state.next.is_empty()).then_some(state.next.as_str()),
        missing_privilege: state.missing_privilege,
    }
}

fn emptied(emptied: &TableRows) -> Emptied<'_> {
    Emptied { table: &emptied.table, rows: emptied.rows }
}

#[derive(Serialize)]
struct Check<'a> {
    required: usize,
    missing: usize,
    files: Vec<CheckedFile<'a>>,
}

#[derive(Serialize)]
struct CheckedFile<'a> {
    file: &'a str,
    table: &'a str,
    required: usize,
    missing: Vec<Missing<'a>>,
}

#[derive(Serialize)]
struct Missing<'a> {
    key: &'a str,
    path: String,
    line: usize,
}

/// The required files, with the rows that lack.
pub fn seed_check_document(files: &[Lacking], outcome: Outcome) -> Value {
    let body = Check {
        required: files.iter().map(|file| file.required).sum(),
        missing: files.iter().map(|file| file.rows.len()).sum(),
        files: files.iter().map(required).collect(),
    };
    document("seed", outcome, body)
}

fn required(file: &Lacking) -> CheckedFile<'_> {
    let path = file.path.display().to_string();
    let missing = file.rows.iter().map(|row| Missing { key: &row.key, path: path.clone(), line: row.line });
    CheckedFile { file: &file.file, table: &file.table, required: file.required, missing: missing.collect() }
}
