//! The findings: each difference with whose it is, what is not sound in the database, and what tracks did to each other.
//!
//! Must not ask the server.

use crosstrack_catalog::{Attributes, Catalog, Change, Difference, Fact, Id, Kind};
use crosstrack_model::TrackName;

use crate::drift::finding::{Finding, Note, What};
use crate::drift::remainder::{Comparison, NOT_VALID};

/// Everything that is found, by track in this order and nobody's last.
pub(crate) fn judge(comparison: Comparison<'_>, tracks: &[TrackName]) -> (Vec<Finding>, Vec<Note>) {
    let (remainder, mut notes) = comparison.remainder();
    let mut findings: Vec<Finding> = remainder.iter().filter_map(|one| drifted(comparison, one)).collect();
    let added = |findings: &[Finding], id: &Id| {
        findings.iter().any(|finding| finding.id == *id && matches!(finding.what, What::Added { .. }))
    };
    let unsound = comparison.live.facts().filter_map(|fact| unsound(comparison, fact));
    let unsound: Vec<Finding> = unsound.filter(|finding| !added(&findings, &finding.id)).collect();
    findings.extend(unsound);
    findings.extend(touched(comparison));
    let place = |track: &Option<TrackName>| {
        track.as_ref().and_then(|track| tracks.iter().position(|one| one == track)).unwrap_or(tracks.len())
    };
    findings.sort_by(|left, right| (place(&left.track), &left.id).cmp(&(place(&right.track), &right.id)));
    let named = comparison.live.unmodelled().filter(|id| !comparison.leaves_out(id, None, &Change::Added));
    notes.extend(named.map(|id| Note::Unmodelled { name: id.name.clone() }));
    (findings, notes)
}

fn owner(comparison: Comparison<'_>, id: &Id) -> Option<TrackName> {
    comparison.replayed.ownership.owner(id, comparison.catalogs()).cloned()
}

fn drifted(comparison: Comparison<'_>, difference: &Difference) -> Option<Finding> {
    let id = &difference.id;
    let described =
        |catalog: &Catalog| catalog.get(id).map_or_else(String::new, |fact| description(fact, catalog));
    let what = match &difference.change {
        Change::Added => What::Added { found: described(comparison.live) },
        Change::Removed => What::Missing { expected: described(&comparison.replayed.catalog) },
        Change::Changed { attribute, from, to } => {
            What::Changed { attribute: attribute.clone(), expected: from.clone(), found: to.clone() }
        }
        Change::Reordered { .. } => return None,
    };
    Some(Finding { id: id.clone(), parent: difference.parent.clone(), track: owner(comparison, id), what })
}

/// What is not sound, whatever the migrations make.
fn unsound(comparison: Comparison<'_>, fact: &Fact) -> Option<Finding> {
    let says = |attribute: &str, text: &str| fact.attributes.get(attribute).is_some_and(|said| said == text);
    let found = fact.attributes.get("definition").cloned().unwrap_or_default();
    let is_ready = !says("ready", "false");
    let what = match fact.id.kind {
        Kind::Index if says("valid", "false") || !is_ready => What::Invalid { found, is_ready },
        // What a partition has from its parent is validated with it.
        Kind::Constraint if found.ends_with(NOT_VALID) && !fact.derived => What::Unvalidated { found },
        _ => return None,
    };
    if comparison.leaves_out(&fact.id, fact.parent.as_ref(), &Change::Added) {
        return None;
    }
    let track = owner(comparison, &fact.id);
    Some(Finding { id: fact.id.clone(), parent: fact.parent.clone(), track, what })
}

fn touched(comparison: Comparison<'_>) -> Vec<Finding> {
    let touches = comparison.replayed.ownership.touches.iter();
    let counting =
        touches.filter(|touch| !comparison.leaves_out(&touch.id, touch.parent.as_ref(), &touch.change));
    counting
        .map(|touch| Finding {
            id: touch.id.clone(),
            parent: touch.parent.clone(),
            track: Some(touch.owner.clone()),
            what: What::Touched { by: touch.by.clone(), change: touch.change.clone() },
        })
        .collect()
}

/// What a fact is like, in one text: its definition, its columns, or its attributes.
fn description(fact: &Fact, catalog: &Catalog) -> String {
    let attributes = &fact.attributes;
    if let Some(definition) = attributes.get("definition") {
        let is_unsound = |attribute| attributes.get(attribute).is_some_and(|said: &String| said == "false");
        let unsound = if is_unsound("valid") || is_unsound("ready") { " (not valid)" } else { "" };
        return format!("{definition}{unsound}");
    }
    match fact.id.kind {
        Kind::Table | Kind::ForeignTable | Kind::CompositeType => columns(fact, catalog),
        Kind::Sequence => attributes.get("type").cloned().unwrap_or_default(),
        _ => listed(attributes),
    }
}

/// The columns with their types, in order.
fn columns(whole: &Fact, catalog: &Catalog) -> String {
    let is_column = |fact: &&Fact| fact.id.kind == Kind::Column && fact.parent.as_ref() == Some(&whole.id);
    let mut columns: Vec<&Fact> = catalog.facts().filter(is_column).collect();
    columns.sort_by_key(|column| column.rank);
    let said = columns.into_iter().map(|column| {
        let of_type = column.attributes.get("type").map_or("", String::as_str);
        format!("{} {of_type}", column.id.own_name())
    });
    format!("({})", said.collect::<Vec<_>>().join(", "))
}

/// The attributes that say something, the type first.
fn listed(attributes: &Attributes) -> String {
    let said = |(attribute, text): (&str, &String)| match attribute {
        "owner" => None,
        "type" | "privileges" | "text" | "values" => Some(text.clone()),
        "nullable" => (text == "false").then(|| "not null".to_owned()),
        _ => Some(format!("{} {text}", attribute.replace('_', " "))),
    };
    let (first, rest): (Vec<_>, Vec<_>) = attributes.iter().partition(|(attribute, _)| *attribute == "type");
    first.into_iter().chain(rest).filter_map(said).collect::<Vec<_>>().join(", ")
}
