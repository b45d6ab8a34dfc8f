//! Drift, as JSON.

use crosstrack_shadow::drift::{Drift, Finding};
use serde::Serialize;
use serde_json::Value;

use super::{document, milliseconds};
use crate::Outcome;
use crate::drift::{mending, note, way_on};

#[derive(Serialize)]
struct Body<'a> {
    replayed: usize,
    missing: &'a [String],
    edited: &'a [String],
    in_part: &'a [String],
    pending: usize,
    findings: Vec<FindingBody<'a>>,
    notes: Vec<String>,
    ignored: Vec<Ignored<'a>>,
    from_cache: bool,
    duration_ms: f64,
}

#[derive(Serialize)]
struct FindingBody<'a> {
    what: &'static str,
    kind: &'static str,
    name: &'a str,
    track: Option<&'a str>,
    by: Option<&'a str>,
    change: Option<&'static str>,
    attribute: Option<&'a str>,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    mend: Option<String>,
    next: String,
}

#[derive(Serialize)]
struct Ignored<'a> {
    name: &'a str,
    objects: usize,
}

/// Every finding, and what the comparison stands on.
pub fn drift_document(drift: &Drift, outcome: Outcome) -> Value {
    let basis = &drift.basis;
    let body = Body {
        replayed: basis.replayed,
        missing: &basis.missing,
        edited: &basis.edited,
        in_part: &basis.in_part,
        pending: basis.pending,
        findings: drift.findings.iter().map(finding).collect(),
        notes: drift.notes.iter().map(note).collect(),
        ignored: drift.ignored.iter().map(|(name, objects)| Ignored { name, objects: *objects }).collect(),
        from_cache: drift.from_cache,
        duration_ms: milliseconds(drift.elapsed),
    };
    document("drift", outcome, body)
}

fn finding(finding: &Finding) -> FindingBody<'_> {
    let touch = crate::drift::touch(finding);
    FindingBody {
        what: finding.what.as_str(),
        kind: finding.id.kind.as_str(),
        name: &finding.id.name,
        track: finding.track.as_ref().map(crosstrack_model::TrackName::as_str),
        by: touch.map(|(by, _)| by),
        change: touch.map(|(_, change)| change),
        attribute: finding.what.attribute(),
        expected: finding.what.expected(),
        found: finding.what.found(),
        mend: mending(finding),
        next: way_on(finding),
    }
}
