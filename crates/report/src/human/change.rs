//! A plan in the words in which somebody is asked for it.

use std::collections::BTreeMap;

use crosstrack_model::{Direction, Plan};

use super::amounts::count;

/// What a plan does, as in "apply 3 migrations (auth 1, cms 2)".
pub fn change(plan: &Plan) -> String {
    let mut by_track: BTreeMap<&str, usize> = BTreeMap::new();
    for step in plan.steps() {
        *by_track.entry(step.track.as_str()).or_default() += 1;
    }
    let verb = match plan.direction {
        Direction::Up => "apply",
        Direction::Down => "revert",
    };
    if by_track.is_empty() {
        return format!("restamp {}", count(plan.restamps.len(), "ledger row"));
    }
    let tracks: Vec<String> = by_track.iter().map(|(track, steps)| format!("{track} {steps}")).collect();
    format!("{verb} {} ({})", count(plan.step_count(), "migration"), tracks.join(", "))
}

/// The most tables that are named with their rows.
const TABLES_SHOWN: usize = 8;

/// What a database holds, a line: its tables and their rows, the fullest by name.
pub fn rows_by_table(tables: &[(String, u64)]) -> String {
    let total: u64 = tables.iter().map(|(_, rows)| rows).sum();
    let holds = format!("  it holds {} with {total} rows", count(tables.len(), "table"));
    let full: Vec<String> = tables
        .iter()
        .filter(|(_, rows)| *rows > 0)
        .take(TABLES_SHOWN)
        .map(|(name, rows)| format!("{name} {rows}"))
        .collect();
    let named = if full.is_empty() { String::new() } else { format!(": {}", full.join(", ")) };
    let others = tables.iter().filter(|(_, rows)| *rows > 0).count().saturating_sub(full.len());
    let more = if others == 0 { String::new() } else { format!(", and {others} more") };
    format!("{holds}{named}{more}\n")
}
