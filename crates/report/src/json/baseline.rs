//! What a baseline says, as JSON.

use crosstrack_catalog::{Change, Difference};
use crosstrack_engine::{Claim, ClaimKind};
use serde::Serialize;
use serde_json::Value;

use super::document;
use crate::Outcome;
use crate::human::BaselineView;

#[derive(Serialize)]
struct Body<'a> {
    run: Option<i64>,
    checked: bool,
    claims: Vec<ClaimBody<'a>>,
    lacking: Vec<Lack<'a>>,
}

#[derive(Serialize)]
struct ClaimBody<'a> {
    track: &'a str,
    version: &'a str,
    label: &'a str,
    claim: &'static str,
}

#[derive(Serialize)]
struct Lack<'a> {
    object: String,
    attribute: Option<&'a str>,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
}

/// The claims, and what the database lacks of them.
pub fn baseline_document(view: &BaselineView<'_>, outcome: Outcome) -> Value {
    let body = Body {
        run: view.run,
        checked: view.lacking.is_some(),
        claims: view.plan.claims.iter().map(claim).collect(),
        lacking: view.lacking.unwrap_or_default().iter().map(lack).collect(),
    };
    document("baseline", outcome, body)
}

fn claim(claim: &Claim) -> ClaimBody<'_> {
    ClaimBody {
        track: claim.track.as_str(),
        version: claim.migration.version.as_str(),
        label: &claim.migration.label,
        claim: match claim.kind {
            ClaimKind::Mark => "mark",
            ClaimKind::Adopt => "adopt",
            ClaimKind::Known => "known",
        },
    }
}

fn lack(difference: &Difference) -> Lack<'_> {
    let (attribute, expected, actual) = match &difference.change {
        Change::Changed { attribute, from, to } => (Some(attribute.as_str()), from.as_deref(), to.as_deref()),
        _ => (None, None, None),
    };
    Lack { object: difference.id.to_string(), attribute, expected, actual }
}
