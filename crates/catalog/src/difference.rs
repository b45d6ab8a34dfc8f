//! How two catalogs differ: without a word about any kind, for a fact says all there is to compare.
//!
//! Must not guess: what has another name is something else.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fact::{Catalog, Fact, Id};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub id: Id,
    /// What that is a part of.
    pub parent: Option<Id>,
    /// Whether the server made it together with something else.
    pub derived: bool,
    /// How it differs.
    pub change: Change,
}

/// How something differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It is only in the second catalog.
    Added,
    /// It is only in the first catalog.
    Removed,
    /// An attribute has another text.
    Changed {
        /// The attribute.
        attribute: String,
        /// Its text in the first catalog.
        from: Option<String>,
        /// Its text in the second catalog.
        to: Option<String>,
    },
    /// The parts that are in both stand in another order.
    Reordered {
        /// Their names in the order of the first catalog.
        from: Vec<String>,
        /// Their names in the order of the second catalog.
        to: Vec<String>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Added => write!(formatter, "{} added", self.id),
            Change::Removed => write!(formatter, "{} removed", self.id),
            Change::Changed { attribute, from, to } => {
                let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
                write!(formatter, "{}: {attribute} {} -> {}", self.id, said(from), said(to))
            }
            Change::Reordered { from, to } => {
                write!(formatter, "{}: order {} -> {}", self.id, from.join(", "), to.join(", "))
            }
        }
    }
}

/// Everything in which two catalogs differ, in the order of kinds and names.
pub fn differences(first: &Catalog, second: &Catalog) -> Vec<Difference> {
    let mut found = Vec::new();
    for fact in first.facts() {
        match second.get(&fact.id) {
            Some(other) => found.extend(changes(fact, other)),
            None => found.push(difference(fact, Change::Removed)),
        }
    }
    let added = second.facts().filter(|fact| first.get(&fact.id).is_none());
    found.extend(added.map(|fact| difference(fact, Change::Added)));
    found.extend(reorderings(first, second));
    // Stable: of one thing, attributes come by their names and the order last.
    found.sort_by(|left, right| left.id.cmp(&right.id));
    found
}

/// Only what is not a part of something that was added or removed itself, and nothing that the server made together with
/// something else unless that is all there is.
pub fn outermost(differences: Vec<Difference>) -> Vec<Difference> {
    let whole: BTreeSet<Id> =
        differences.iter().filter(|found| found.is_whole()).map(|found| found.id.clone()).collect();
    let is_a_part =
        |found: &Difference| found.is_whole() && found.parent.as_ref().is_some_and(|id| whole.contains(id));
    let outer: Vec<Difference> = differences.into_iter().filter(|found| !is_a_part(found)).collect();
    if outer.iter().all(|found| found.derived) {
        return outer;
    }
    outer.into_iter().filter(|found| !found.derived).collect()
}

impl Difference {
    /// Whether all of it is only in one of the catalogs.
    fn is_whole(&self) -> bool {
        matches!(self.change, Change::Added | Change::Removed)
    }
}

fn difference(fact: &Fact, change: Change) -> Difference {
    Difference { id: fact.id.clone(), parent: fact.parent.clone(), derived: fact.derived, change }
}

fn changes(first: &Fact, second: &Fact) -> Vec<Difference> {
    let attributes: BTreeSet<&str> = first.attributes.keys().chain(second.attributes.keys()).collect();
    let changed = attributes.into_iter().filter_map(|attribute| {
        let (from, to) = (first.attributes.get(attribute), second.attributes.get(attribute));
        let (is_other, from, to) = (from != to, from.cloned(), to.cloned());
        let attribute = attribute.to_owned();
        is_other.then(|| difference(second, Change::Changed { attribute, from, to }))
    });
    changed.collect()
}

/// The parents whose common parts stand in another order. What was added or removed between them is said already.
fn reorderings(first: &Catalog, second: &Catalog) -> Vec<Difference> {
    let (before, after) = (first.ranked_children(), second.ranked_children());
    let reordered = after.iter().filter_map(|(parent, children)| {
        let siblings = before.get(parent)?;
        let from = names(siblings, second);
        let to = names(children, first);
        let fact = second.get(parent)?;
        (from != to).then(|| difference(fact, Change::Reordered { from, to }))
    });
    reordered.collect()
}

/// The names of those that the other catalog has, too.
fn names(children: &[&Fact], other: &Catalog) -> Vec<String> {
    let common = children.iter().filter(|fact| other.get(&fact.id).is_some());
    common.map(|fact| fact.id.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{differences, outermost};
    use crate::fact::{Catalog, Fact, Id};
    use crate::kind::Kind;

    fn table(name: &str) -> Fact {
        let id = Id { kind: Kind::Table, name: name.into() };
        Fact { id, parent: None, rank: None, derived: false, attributes: crate::Attributes::default() }
    }

    fn column(table_name: &str, name: &str, rank: u32) -> Fact {
        let id = Id { kind: Kind::Column, name: format!("{table_name}.{name}") };
        Fact { id, parent: Some(table(table_name).id), rank: Some(rank), ..table("") }
    }

    fn with(mut fact: Fact, attribute: &str, text: &str) -> Fact {
        fact.attributes.insert(attribute, text.into());
        fact
    }

    fn said(first: &[Fact], second: &[Fact]) -> Vec<String> {
        let catalog = |facts: &[Fact]| facts.iter().cloned().collect::<Catalog>();
        differences(&catalog(first), &catalog(second)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_catalogs_have_no_differences() {
        let facts = [table("a"), column("a", "x", 1), column("a", "y", 2)];
        assert_eq!(said(&facts, &facts), [""; 0]);
    }

    #[test]
    fn what_is_only_in_one_and_what_is_different_is_named_in_order() {
        let first = [table("a"), with(column("a", "x", 1), "type", "integer"), table("b")];
        let second = [table("a"), with(column("a", "x", 1), "type", "bigint"), table("c")];
        assert_eq!(
            said(&first, &second),
            ["table `b` removed", "table `c` added", "column `a.x`: type integer -> bigint"]
        );
        assert_eq!(
            said(&[table("a")], &[with(table("a"), "options", "fillfactor=50")]),
            ["table `a`: options nothing -> fillfactor=50"]
        );
    }

    #[test]
    fn only_the_order_of_what_is_in_both_counts() {
        let first = [table("a"), column("a", "x", 1), column("a", "y", 2), column("a", "z", 3)];
        let without_the_first = [table("a"), column("a", "y", 1), column("a", "z", 2)];
        assert_eq!(said(&first, &without_the_first), ["column `a.x` removed"]);
        let moved = [table("a"), column("a", "y", 1), column("a", "z", 2), column("a", "x", 3)];
        assert_eq!(said(&first, &moved), ["table `a`: order a.x, a.y, a.z -> a.y, a.z, a.x"]);
    }

    #[test]
    fn the_parts_of_what_was_added_are_not_named_beside_it() {
        let catalog = |facts: &[Fact]| facts.iter().cloned().collect::<Catalog>();
        let before = [table("a")];
        let mut copy = column("a", "copy", 2);
        copy.derived = true;
        let after = [table("a"), column("a", "x", 1), copy.clone(), table("b"), column("b", "x", 1)];
        let found = outermost(differences(&catalog(&before), &catalog(&after)));
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["table `b` added", "column `a.x` added"]);
        let alone = outermost(differences(&catalog(&before), &catalog(&[table("a"), copy])));
        assert_eq!(alone.len(), 1, "a derived difference that is all there is must be said");
    }
}
