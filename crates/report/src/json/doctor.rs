//! What an examination found, as JSON.

use crosstrack_doctor::{Diagnosis, Examination, Verdict};
use serde::Serialize;
use serde_json::Value;

use super::{document, milliseconds};
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    healthy: bool,
    ok: usize,
    warnings: usize,
    failed: usize,
    skipped: usize,
    checks: Vec<Check<'a>>,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Check<'a> {
    name: &'static str,
    verdict: &'static str,
    message: &'a str,
    remedies: &'a [String],
    duration_ms: f64,
}

/// Every check with its verdict. `outcome` is how the command ends.
pub fn doctor_document(examination: &Examination, outcome: Outcome) -> Value {
    let body = Body {
        healthy: outcome == Outcome::Done,
        ok: examination.count(Verdict::Ok),
        warnings: examination.count(Verdict::Warning),
        failed: examination.count(Verdict::Failed),
        skipped: examination.count(Verdict::Skipped),
        checks: examination.diagnoses.iter().map(check).collect(),
        duration_ms: milliseconds(examination.diagnoses.iter().map(|diagnosis| diagnosis.elapsed).sum()),
    };
    document("doctor", outcome, body)
}

fn check(diagnosis: &Diagnosis) -> Check<'_> {
    Check {
        name: diagnosis.check,
        verdict: diagnosis.judgement.verdict.as_str(),
        message: &diagnosis.judgement.says,
        remedies: &diagnosis.judgement.remedies,
        duration_ms: milliseconds(diagnosis.elapsed),
    }
}
