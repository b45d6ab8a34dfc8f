//! A run as it happens, and what it did.

use std::collections::BTreeMap;

use crosstrack_engine::{Inspection, RunSummary};
use crosstrack_model::{Blocker, Direction, Event, Gate, GateOutcome, LockHolder, Standing};

use super::amounts::{count, duration, moment};
use super::style::{BAD, GOOD, STRONG, WARNING, paint};
use super::verify::verified;
use crate::problem::as_called;

/// A line for an event, `None` when a person need not read of it.
pub fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::LockAwaited { holder } => {
            format!("{} the lock is held by {}\n", paint(WARNING, "waiting:"), lock_holder(holder.as_ref()))
        }
        Event::JournalReconciled { steps } => format!(
            "{} an earlier run was lost; {} of the journal put right by the ledgers\n",
            paint(WARNING, "note:"),
            count(*steps, "step")
        ),
        Event::LedgerRestamped { track, label } => format!(
            "{} {track}/{label}: only its line endings changed, the ledger has its checksum of today\n",
            paint(GOOD, "restamped")
        ),
        Event::SessionsEnded { sessions } => format!(
            "{} an earlier run was lost, and the server was still at work for it: {} ended\n",
            paint(WARNING, "note:"),
            count(*sessions, "session")
        ),
        Event::LongTransactions { reference, sessions } => format!(
            "{} {reference} is about to lock what these transactions have been using for long:\n{}",
            paint(WARNING, "note:"),
            blockers(sessions, "    ")
        ),
        Event::Blocked { reference, blockers: sessions } => format!(
            "{} {reference} waits for {}:\n{}",
            paint(WARNING, "waiting:"),
            count(sessions.len(), "other session"),
            blockers(sessions, "    ")
        ),
        Event::Retried { reference, attempt, limit, pause } => format!(
            "{} {reference} did not get its locks, attempt {attempt} of {limit}; again in {}\n",
            paint(WARNING, "retrying:"),
            duration(*pause)
        ),
        Event::PhaseStarted { phase } => format!("{}\n", paint(STRONG, phase)),
        Event::StepStarted { .. } => return None,
        Event::StepFinished { track, label, direction, duration } => {
            let done = match direction {
                Direction::Up => "applied",
                Direction::Down => "reverted",
            };
            format!("  {} {track}/{label} {}\n", paint(GOOD, done), time(*duration))
        }
        Event::StepFailed { track, label, duration, .. } => {
            format!("  {} {track}/{label} {}\n", paint(BAD, "failed"), time(*duration))
        }
        Event::GateFinished(outcome) => gate(outcome),
    })
}

fn time(took: std::time::Duration) -> String {
    format!("({})", duration(took))
}

fn gate(outcome: &GateOutcome) -> String {
    verified(&outcome.reports).lines().map(|line| format!("  {line}\n")).collect()
}

/// Sessions that stand in the way, a line each.
pub fn blockers(sessions: &[Blocker], indent: &str) -> String {
    let line = |blocker: &Blocker| {
        let age =
            blocker.age.map_or(String::new(), |age| format!(", in a transaction for {}", duration(age)));
        let name = if blocker.application.is_empty() {
            "an application without a name"
        } else {
            &blocker.application
        };
        let state = if blocker.state.is_empty() { String::new() } else { format!(", {}", blocker.state) };
        format!(
            "{indent}process {}, {name}, user {}{age}{state}: {}\n",
            blocker.pid, blocker.user, blocker.query
        )
    };
    sessions.iter().map(line).collect()
}

/// Who holds the lock.
pub fn lock_holder(holder: Option<&LockHolder>) -> String {
    match holder {
        Some(holder) => format!(
            "process {} of the server, {}, user {}, from {}, since {}",
            holder.pid,
            if holder.application.is_empty() { "an application without a name" } else { &holder.application },
            holder.user,
            holder.host,
            moment(&holder.since)
        ),
        None => "a session that this user may not see".to_owned(),
    }
}

/// What a run of `up` did: applied, skipped, total time, checks.
pub fn summary(summary: &RunSummary, skipped: &[Gate]) -> String {
    let took = duration(summary.elapsed);
    let mut text = match summary.steps.len() {
        0 => "Nothing pending.".to_owned(),
        steps => format!("Applied {} in {took}: {}.", count(steps, "migration"), by_track(summary)),
    };
    if !summary.restamped.is_empty() {
        text += &format!(" Restamped {} of the ledgers.", count(summary.restamped.len(), "row"));
    }
    text += &checks(&summary.gates);
    for gate in skipped {
        text += &format!(" The checks of `{}` were skipped: work before them is left out.", gate.phase);
    }
    text + "\n"
}

/// How many steps each track had: `auth 6, cms 10`.
fn by_track(summary: &RunSummary) -> String {
    let mut by_track: BTreeMap<&str, usize> = BTreeMap::new();
    for (reference, _) in &summary.steps {
        let track = reference.split('/').next().unwrap_or_default();
        *by_track.entry(track).or_default() += 1;
    }
    let tracks: Vec<String> = by_track.iter().map(|(track, steps)| format!("{track} {steps}")).collect();
    tracks.join(", ")
}

fn checks(gates: &[GateOutcome]) -> String {
    let sums: Vec<String> = gates
        .iter()
        .flat_map(|gate| &gate.reports)
        .filter(|report| report.declared > 0)
        .map(|report| format!("{} of {} {}", report.sound, report.declared, report.objects))
        .collect();
    if sums.is_empty() { String::new() } else { format!(" Checked: {}.", sums.join(", ")) }
}

/// The plain sentence when there is nothing to do: where each track stands, or what the selection has left out.
pub fn nothing_pending(inspection: &Inspection, gates: &[GateOutcome]) -> String {
    let pending: Vec<String> = inspection
        .tracks
        .iter()
        .map(|state| (&state.track, state.lines.iter().filter(|line| line.standing.is_pending()).count()))
        .filter(|(_, pending)| *pending > 0)
        .map(|(track, pending)| format!("{track} {pending}"))
        .collect();
    if !pending.is_empty() {
        return format!(
            "Nothing to apply: what is pending ({}) is left out by the flags.{}\n",
            pending.join(", "),
            checks(gates)
        );
    }
    let tracks: Vec<String> = inspection
        .tracks
        .iter()
        .map(|state| {
            let latest = state.lines.iter().rev().find(|line| line.standing == Standing::Applied);
            match latest {
                Some(line) => format!("{} is at {}", state.track, line.label),
                None => format!("{} has none", state.track),
            }
        })
        .collect();
    format!("Nothing pending: {}.{}\n", tracks.join(", "), checks(gates))
}

/// What a run of `down` did. `can_come_again` says whether `up` has the files of what was reverted.
pub fn reverted(summary: &RunSummary, can_come_again: bool, program: &str) -> String {
    let names = match summary.steps.as_slice() {
        [(reference, _)] => reference.clone(),
        _ => by_track(summary),
    };
    let mut text = format!(
        "Reverted {} in {}: {names}.",
        count(summary.steps.len(), "migration"),
        duration(summary.elapsed)
    );
    if can_come_again {
        let them = if summary.steps.len() == 1 { "it" } else { "them" };
        text += &format!(" `crosstrack up` applies {them} again.");
    }
    as_called(&(text + "\n"), program)
}

/// What `create` wrote, and what comes next.
pub fn created(paths: &[String], track: &str, program: &str) -> String {
    let mut text = String::from("Created:\n");
    for path in paths {
        text += &format!("  {path}\n");
    }
    text += &format!(
        "Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, \
         and try the down migration with `crosstrack down --track {track}`.\n"
    );
    as_called(&text, program)
}
