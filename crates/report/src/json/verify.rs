//! What the checks found, as JSON.

use crosstrack_model::{CheckReport, Finding};
use serde::Serialize;
use serde_json::Value;

use super::document;
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    mended: usize,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
pub(super) struct Check<'a> {
    #[serde(rename = "check")]
    name: &'a str,
    objects: &'a str,
    declared: usize,
    sound: usize,
    findings: Vec<FindingBody<'a>>,
}

#[derive(Serialize)]
struct FindingBody<'a> {
    kind: &'static str,
    object: &'a str,
    track: &'a str,
    expected: &'a str,
    actual: &'a str,
    mend: &'a [String],
}

/// Every check with its findings.
pub fn verify_document(reports: &[CheckReport], mended: usize, outcome: Outcome) -> Value {
    document("verify", outcome, Body { mended, checks: checks(reports).collect() })
}

pub(super) fn checks(reports: &[CheckReport]) -> impl Iterator<Item = Check<'_>> {
    reports.iter().map(|report| Check {
        name: report.check,
        objects: report.objects,
        declared: report.declared,
        sound: report.sound,
        findings: report.findings.iter().map(finding).collect(),
    })
}

fn finding(finding: &Finding) -> FindingBody<'_> {
    FindingBody {
        kind: finding.kind.as_str(),
        object: &finding.object,
        track: &finding.track,
        expected: &finding.expected,
        actual: &finding.actual,
        mend: &finding.mend,
    }
}
