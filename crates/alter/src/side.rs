//! One of the two catalogs, and who belongs to whom in it.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::{Catalog, Fact, Id, Kind};

/// One of the two catalogs.
pub(crate) struct Side<'a> {
    pub(crate) catalog: &'a Catalog,
    /// The role that will run the statements, and own what they make.
    acting: &'a str,
    children: BTreeMap<&'a Id, Vec<&'a Fact>>,
    dependents: BTreeMap<&'a Id, BTreeSet<&'a Id>>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(catalog: &'a Catalog, acting: &'a str) -> Self {
        let mut children: BTreeMap<&Id, Vec<&Fact>> = BTreeMap::new();
        for fact in catalog.facts() {
            if let Some(parent) = &fact.parent {
                children.entry(parent).or_default().push(fact);
            }
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|fact| (fact.id.kind, fact.rank));
        }
        let mut dependents: BTreeMap<&Id, BTreeSet<&Id>> = BTreeMap::new();
        for (id, needed) in catalog.dependencies().pairs() {
            dependents.entry(needed).or_default().insert(id);
        }
        Self { catalog, acting, children, dependents }
    }

    pub(crate) fn get(&self, id: &Id) -> Option<&'a Fact> {
        self.catalog.get(id)
    }

    /// The parts of something.
    pub(crate) fn children(&self, id: &Id) -> impl Iterator<Item = &'a Fact> {
        self.children.get(id).into_iter().flatten().copied()
    }

    /// Its parts of a kind that are of its own making, in order.
    pub(crate) fn own(&self, id: &Id, kind: Kind) -> impl Iterator<Item = &'a Fact> {
        self.children(id).filter(move |fact| fact.id.kind == kind && !fact.derived)
    }

    /// What stands on something.
    pub(crate) fn dependents(&self, id: &Id) -> impl Iterator<Item = &'a Id> {
        self.dependents.get(id).into_iter().flatten().copied()
    }

    /// What something stands on.
    pub(crate) fn needs(&self, id: &Id) -> impl Iterator<Item = &'a Id> {
        self.catalog.dependencies().of(id)
    }

    /// The part of a column that is its default.
    pub(crate) fn default_of(&self, column: &Id) -> Option<&'a Fact> {
        self.children(column).find(|fact| fact.id.kind == Kind::Default)
    }

    /// The owner of a fact, where that is not who makes it.
    pub(crate) fn other_owner<'b>(&self, fact: &'b Fact) -> Option<&'b str> {
        said(fact, "owner").filter(|owner| *owner != self.acting)
    }

    /// The parent of a fact.
    pub(crate) fn parent(&self, fact: &Fact) -> Option<&'a Fact> {
        self.get(fact.parent.as_ref()?)
    }
}

/// What an attribute says; nothing for one that is as it always is at first.
pub(crate) fn said<'a>(fact: &'a Fact, attribute: &str) -> Option<&'a str> {
    fact.attributes.get(attribute).map(String::as_str)
}
