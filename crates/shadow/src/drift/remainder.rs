//! What of all differences is drift: without what somebody ignores, what is only another text for the same, and what no statement
//! could mend.
//!
//! Must not name an owner, and must not ask the server.

use std::collections::BTreeSet;

use crosstrack_catalog::{Attributes, Catalog, Change, Difference, Fact, Id, Kind, differences};

use crate::drift::declared::Declared;
use crate::drift::finding::Note;
use crate::drift::ignore::Ignore;
use crate::drift::name::plain;
use crate::drift::privileges::is_about_privileges;
use crate::drift::replayed::{Replayed, Text};

/// What is compared, and what of it counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms<'a> {
    /// What the settings say is somebody else's.
    pub(crate) ignore: Ignore,
    /// What the tracks declare beside their migrations.
    pub(crate) declared: Option<&'a Declared>,
    /// Whether owners and grants are compared.
    pub(crate) privileges: bool,
    /// Schemas that come with ledgers, and not with migrations.
    pub(crate) ledger_schemas: BTreeSet<&'a str>,
}

/// The two catalogs, under these terms.
#[derive(Clone, Copy)]
pub(crate) struct Comparison<'a> {
    pub(crate) replayed: &'a Replayed,
    pub(crate) live: &'a Catalog,
    pub(crate) terms: &'a Terms<'a>,
}

impl<'a> Comparison<'a> {
    /// Both catalogs, the database's own first.
    pub(crate) fn catalogs(&self) -> [&'a Catalog; 2] {
        [self.live, &self.replayed.catalog]
    }

    /// Whether something is left out of the comparison.
    pub(crate) fn leaves_out(&self, id: &Id, parent: Option<&Id>, change: &Change) -> bool {
        if !self.terms.privileges && is_about_privileges(id, change) {
            return true;
        }
        // What a track has dropped is in neither catalog any more, and still has its name.
        let gone = || Fact {
            id: id.clone(),
            parent: parent.cloned(),
            rank: None,
            derived: false,
            attributes: Attributes::default(),
        };
        let fact = self.fact(id).cloned().unwrap_or_else(gone);
        self.terms.ignore.holds(&fact, self.catalogs())
    }

    /// What differs and is drift, and what is only to be noted.
    pub(crate) fn remainder(&self) -> (Vec<Difference>, Vec<Note>) {
        let mut found = self.counting();
        let notes = found.iter().filter_map(note).collect();
        found.retain(|one| note(one).is_none());
        (outermost(found), notes)
    }

    /// Everything that differs and counts, each part of it.
    pub(crate) fn counting(&self) -> Vec<Difference> {
        let mut found = differences(&self.replayed.catalog, self.live);
        found.retain(|one| {
            !self.leaves_out(&one.id, one.parent.as_ref(), &one.change)
                && !self.is_same_text(one)
                && !self.is_said_elsewhere(one)
                && !self.is_expected(one)
        });
        found
    }

    fn fact(&self, id: &Id) -> Option<&'a Fact> {
        self.catalogs().into_iter().find_map(|catalog| catalog.get(id))
    }

    /// Whether the server reads both texts as the same, or only their line endings differ, which are no edit.
    fn is_same_text(&self, difference: &Difference) -> bool {
        let Change::Changed { from: Some(from), to: Some(to), attribute } = &difference.change else {
            return false;
        };
        let text = Text { id: difference.id.clone(), attribute: attribute.clone(), said: to.clone() };
        self.replayed.texts.get(&text) == Some(&true) || from.replace('\r', "") == to.replace('\r', "")
    }

    /// Whether it is only the validity of an index or a constraint, of which there is a finding whatever the replay has.
    fn is_said_elsewhere(&self, difference: &Difference) -> bool {
        let Change::Changed { from, to, attribute } = &difference.change else { return false };
        match difference.id.kind {
            Kind::Index => matches!(attribute.as_str(), "valid" | "ready"),
            Kind::Constraint => {
                let (from, to) = (from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default());
                to.strip_suffix(NOT_VALID).is_some_and(|valid| {
                    let validated = Change::Changed {
                        attribute: attribute.clone(),
                        from: Some(from.to_owned()),
                        to: Some(valid.to_owned()),
                    };
                    from == valid
                        || self.is_same_text(&Difference { change: validated, ..difference.clone() })
                })
            }
            _ => false,
        }
    }

    /// Whether a declaration, or a ledger that is not there yet, accounts for it.
    fn is_expected(&self, difference: &Difference) -> bool {
        let Some(fact) = self.fact(&difference.id) else { return false };
        match difference.change {
            Change::Added => self.terms.declared.is_some_and(|declared| declared.accounts_for(fact)),
            Change::Removed if fact.id.kind == Kind::Schema => {
                plain(fact).is_some_and(|name| self.terms.ledger_schemas.contains(name.rest.as_str()))
            }
            _ => false,
        }
    }
}

/// How the text of a constraint ends that was never held against the rows.
pub(crate) const NOT_VALID: &str = " NOT VALID";

fn note(difference: &Difference) -> Option<Note> {
    match &difference.change {
        Change::Reordered { .. } => Some(Note::Reordered { id: difference.id.clone() }),
        Change::Changed { attribute, from, to }
            if difference.id.kind == Kind::Extension && attribute == "version" =>
        {
            let name = difference.id.name.clone();
            Some(Note::ExtensionVersion { name, expected: from.clone(), found: to.clone() })
        }
        _ => None,
    }
}

/// Without the parts of what is there or gone as a whole, and without what the server made of another difference.
fn outermost(found: Vec<Difference>) -> Vec<Difference> {
    let is_whole = |one: &Difference| matches!(one.change, Change::Added | Change::Removed);
    let whole: BTreeSet<Id> = found.iter().filter(|one| is_whole(one)).map(|one| one.id.clone()).collect();
    let is_a_part =
        |one: &Difference| is_whole(one) && one.parent.as_ref().is_some_and(|id| whole.contains(id));
    let outer: Vec<Difference> = found.into_iter().filter(|one| !is_a_part(one)).collect();
    let causes: Vec<Difference> = outer.iter().filter(|one| !one.derived).cloned().collect();
    let follows = |one: &Difference| {
        one.derived
            && causes.iter().any(|cause| match one.change {
                Change::Added | Change::Removed => is_whole(cause),
                _ => {
                    cause.change == one.change
                        || cause.id.name == parent_name(one)
                        || cause.parent == one.parent
                }
            })
    };
    outer.into_iter().filter(|one| !follows(one)).collect()
}

fn parent_name(difference: &Difference) -> &str {
    difference.parent.as_ref().map_or("", |parent| &parent.name)
}
