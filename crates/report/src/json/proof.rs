//! Whether ways back lead back, as JSON.

use std::collections::BTreeSet;

use crosstrack_catalog::{Change, Difference};
use crosstrack_shadow::prove::{MigrationProof, Verdict};
use serde::Serialize;
use serde_json::Value;

use super::problem::{Error, error};
use super::{document, milliseconds};
use crate::Outcome;
use crate::problem::Problem;
use crate::proof::ProofView;

#[derive(Serialize)]
struct Body<'a> {
    proven: usize,
    not_proven: usize,
    migrations: Vec<Migration<'a>>,
    not_reached: &'a [String],
    unmodelled: &'a BTreeSet<String>,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Migration<'a> {
    track: &'a str,
    label: &'a str,
    verdict: &'static str,
    path: Option<String>,
    differences: Vec<DifferenceBody<'a>>,
    harm: &'a [String],
    reordered: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
    duration_ms: f64,
}

/// A difference of two catalogs.
#[derive(Serialize)]
pub(crate) struct DifferenceBody<'a> {
    kind: &'static str,
    name: &'a str,
    change: &'static str,
    attribute: Option<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

/// Every migration with its verdict.
pub fn proof_document(view: &ProofView<'_>, outcome: Outcome) -> Value {
    let proof = view.proof;
    let proven = proof.migrations.iter().filter(|one| matches!(one.verdict, Verdict::Proven));
    let body = Body {
        proven: proven.count(),
        not_proven: view.failures().count(),
        migrations: view.migrations().map(|(one, problem)| migration(one, problem)).collect(),
        not_reached: &proof.not_reached,
        unmodelled: &proof.unmodelled,
        duration_ms: milliseconds(proof.elapsed),
    };
    document("prove", outcome, body)
}

fn migration<'a>(proof: &'a MigrationProof, problem: Option<&'a Problem>) -> Migration<'a> {
    let (track, label) = proof.reference.split_once('/').unwrap_or(("", &proof.reference));
    Migration {
        track,
        label,
        verdict: proof.verdict.as_str(),
        path: proof.script.as_ref().map(|path| path.display().to_string()),
        harm: proof.verdict.harm(),
        differences: proof.verdict.differences().iter().map(difference_body).collect(),
        reordered: proof.reordered.iter().map(|table| table.id.name.clone()).collect(),
        error: problem.map(error),
        duration_ms: milliseconds(proof.duration),
    }
}

pub(crate) fn difference_body(difference: &Difference) -> DifferenceBody<'_> {
    let (change, attribute, from, to) = match &difference.change {
        Change::Added => ("added", None, None, None),
        Change::Removed => ("removed", None, None, None),
        Change::Changed { attribute, from, to } => {
            ("changed", Some(attribute.as_str()), from.as_deref(), to.as_deref())
        }
        Change::Reordered { .. } => ("reordered", None, None, None),
    };
    DifferenceBody {
        kind: difference.id.kind.as_str(),
        name: &difference.id.name,
        change,
        attribute,
        from,
        to,
    }
}
