//! Drift, as text.

use std::collections::BTreeSet;

use crosstrack_shadow::drift::{Drift, Finding, What};

use super::amounts::{count, duration};
use super::style::{BAD, FAINT, GOOD, STRONG, WARNING, paint};
use super::text_difference::differing_lines;
use crate::drift::{counts, mending, note, reservations, way_on, words};
use crate::problem::as_called;

/// What is found, track by track, then the sum and the way on.
pub fn drift(drift: &Drift, program: &str) -> String {
    let mut text = String::new();
    for group in drift.findings.chunk_by(|left, right| left.track == right.track) {
        let track = group.first().and_then(|finding| finding.track.as_ref());
        let heading = track.map_or("unowned", |track| track.as_str());
        text += &format!("{}\n", paint(STRONG, heading));
        for finding in group {
            text += &finding_text(finding);
        }
    }
    let reservations = reservations(&drift.basis);
    let notes = reservations.iter().cloned().chain(drift.notes.iter().map(note));
    for note in notes {
        text += &format!("{} {note}\n", paint(WARNING, "note:"));
    }
    text += &sum(drift, !reservations.is_empty());
    as_called(&text, program)
}

/// What a curious reader wants to know: the ignored names, and where the replay is from.
pub fn drift_detail(drift: &Drift) -> String {
    let replay = if drift.from_cache { "kept from an earlier one" } else { "made on a shadow database" };
    let mut text = format!("the replay was {replay}\n");
    if drift.basis.pending > 0 {
        let pending = count(drift.basis.pending, "pending migration");
        text += &format!("left out of it: {pending}\n");
    }
    for (name, number) in &drift.ignored {
        let what = if *number == 0 { "nothing".to_owned() } else { count(*number, "object") };
        text += &format!("`{name}` ignores {what}\n");
    }
    text
}

fn finding_text(finding: &Finding) -> String {
    let mut text = format!("  {} {}\n", finding.id, paint(BAD, &words(finding)));
    let what = &finding.what;
    let lines = match (what.expected(), what.found()) {
        (Some(expected), Some(found)) => differing_lines(expected, found),
        _ => None,
    };
    if let Some(lines) = lines {
        text += &lines;
    } else {
        let nothing = what.attribute().map(|_| "nothing");
        let words = match what {
            What::Touched { .. } => ["before", "after"],
            _ => ["expected", "found"],
        };
        for (word, said) in words.into_iter().zip([what.expected(), what.found()]) {
            if let Some(said) = said.or(nothing) {
                text += &format!("{word:>12}: {}\n", first_line(said));
            }
        }
    }
    if let Some(statement) = mending(finding) {
        text += &format!("        mend: {statement}\n");
    }
    text
}

/// The first line of a text, and a sign that there are more.
fn first_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() { format!("{first} {}", paint(FAINT, "...")) } else { first.to_owned() }
}

fn sum(drift: &Drift, is_reserved: bool) -> String {
    let applied = count(drift.basis.replayed, "applied migration");
    let verb = if drift.basis.replayed == 1 { "makes" } else { "make" };
    let took = duration(drift.elapsed);
    if drift.findings.is_empty() && drift.basis.replayed == 0 && !is_reserved {
        return format!("{} nothing is applied, and nothing is there ({took}).\n", paint(GOOD, "No drift:"));
    }
    if drift.findings.is_empty() {
        let so_far = if is_reserved { ", as far as the replay goes" } else { "" };
        let good = paint(GOOD, "No drift:");
        return format!("{good} the database is what {applied} {verb}{so_far} ({took}).\n");
    }
    let number = count(drift.findings.len(), "finding");
    let mut text = format!(
        "{} {number} against what {applied} {verb}: {} ({took}).\n",
        paint(BAD, "Drift:"),
        counts(drift)
    );
    let mut said = BTreeSet::new();
    for finding in &drift.findings {
        let way_on = way_on(finding);
        if said.insert(way_on.clone()) {
            text += &format!("Next, {}: {way_on}.\n", finding.what.as_str());
        }
    }
    text
}
