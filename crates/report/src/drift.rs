//! The words for drift: what is said of a finding, and the way on from it, the same in text, JSON and annotations.
//!
//! Must not lay anything out.

use crosstrack_catalog::{Change, Kind};
use crosstrack_shadow::drift::{Basis, Drift, Finding, Note, What};

/// What is found, after the object's name.
pub(crate) fn words(finding: &Finding) -> String {
    match &finding.what {
        What::Added { .. } => "is only in the database".into(),
        What::Missing { .. } => "is missing".into(),
        What::Changed { attribute, .. } => format!("differs in its {}", plain(attribute)),
        What::Invalid { is_ready: true, .. } => "is not valid: no query uses it".into(),
        What::Invalid { is_ready: false, .. } => "is not ready: new rows do not get into it".into(),
        What::Unvalidated { .. } => "is not validated: older rows may break it".into(),
        What::Touched { by, change } => match change {
            Change::Added => format!("was added by `{by}`"),
            Change::Removed => format!("was dropped by `{by}`"),
            Change::Changed { attribute, .. } => format!("was changed by `{by}` in its {}", plain(attribute)),
            Change::Reordered { .. } => format!("was reordered by `{by}`"),
        },
    }
}

/// Of a finding about two tracks: the other one, and the word for what it did.
pub(crate) fn touch(finding: &Finding) -> Option<(&str, &'static str)> {
    let What::Touched { by, change } = &finding.what else { return None };
    let word = match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed { .. } => "changed",
        Change::Reordered { .. } => "reordered",
    };
    Some((by.as_str(), word))
}

/// What to do about a finding.
pub(crate) fn way_on(finding: &Finding) -> String {
    match &finding.what {
        What::Added { .. } => {
            "write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml".into()
        }
        What::Missing { .. } if finding.id.kind == Kind::Index => {
            "`crosstrack verify --fix` builds a declared index concurrently; others are built as expected, or dropped by a migration".into()
        }
        What::Missing { .. } => "make it again as expected, or write a migration that drops it".into(),
        What::Changed { .. } => "bring it back to what is expected, or write a migration that changes it so".into(),
        What::Invalid { .. } => "build it again concurrently, or drop it".into(),
        What::Unvalidated { .. } => "mend the rows that break it, then validate it in a migration".into(),
        What::Touched { .. } => {
            "let a migration of the track that owns it do this; what is meant to be so is named under `[drift]` in crosstrack.toml".into()
        }
    }
}

/// The statement that mends a finding, where it is one and loses nothing.
pub(crate) fn mending(finding: &Finding) -> Option<String> {
    let name = &finding.id.name;
    match finding.what {
        What::Invalid { .. } => Some(format!("REINDEX INDEX CONCURRENTLY {name}")),
        What::Unvalidated { .. } => {
            let table = &finding.parent.as_ref().filter(|parent| parent.kind != Kind::Domain)?.name;
            let own = name.strip_suffix(table.as_str())?.strip_suffix(" on ")?;
            Some(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {own}"))
        }
        _ => None,
    }
}

/// What is different and no drift, in a sentence.
pub(crate) fn note(note: &Note) -> String {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
    match note {
        Note::ExtensionVersion { name, expected, found } => format!(
            "the extension {name} has the version {}, and a new database would get {}",
            said(found),
            said(expected)
        ),
        Note::Reordered { id } => {
            format!("the columns of {id} stand in another order than the migrations make them")
        }
        Note::Unmodelled { name } => format!("compared by its name only: {name}"),
    }
}

/// What keeps the replay from being the whole history, a sentence each.
pub(crate) fn reservations(basis: &Basis) -> Vec<String> {
    let missing = basis.missing.iter().map(|name| {
        format!("`{name}` is applied and its file is not there: what it did is not in the replay, and shows as drift")
    });
    let edited = basis.edited.iter().map(|name| {
        format!("`{name}` is applied and its file is no longer what was run: the replay runs it as it is now")
    });
    let in_part = basis
        .in_part
        .iter()
        .map(|name| format!("`{name}` is done or undone in part: the replay has all of it or nothing"));
    missing.chain(edited).chain(in_part).collect()
}

/// How many findings there are of each kind: `1 added, 2 missing`.
pub(crate) fn counts(drift: &Drift) -> String {
    let words = ["added", "missing", "changed", "invalid", "unvalidated", "touched"];
    let counted = words.into_iter().map(|word| (drift.count(word), word)).filter(|(count, _)| *count > 0);
    counted.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn plain(attribute: &str) -> String {
    attribute.replace('_', " ")
}
