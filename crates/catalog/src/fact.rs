//! Facts: one for each thing that is there, under a name that the server would give it on any machine.
//!
//! Must not hold a number of the server's, nor anything that is not schema: the next value of a sequence, whether a
//! materialized view is filled, how many rows somebody estimated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attributes::Attributes;
use crate::kind::Kind;

/// The version of how facts are written. It is raised when the facts of one schema come to be others: what was kept under another
/// number is not to be compared with what is read now.
pub const FORMAT: u32 = 2;

/// What a fact is about: its kind, and its name as `pg_identify_object` writes it under an empty search path:
/// `public.users`, `public.users.email`, `users_pkey on public.users`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id {
    /// The kind.
    pub kind: Kind,
    /// The name, qualified, and quoted where it needs to be.
    pub name: String,
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`", self.kind, self.name)
    }
}

/// One thing that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about.
    #[serde(flatten)]
    pub id: Id,
    /// What it is a part of, and goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Its place among its siblings, for columns: among those that are left, whatever was dropped between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Whether the server made it together with something else: the index of a constraint, what a partition has from its
    /// parent, the sequence of an identity column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived: bool,
    /// What it is like: attribute and the server's text. What is as it always is at first is left out.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// The schema as the server describes it.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// In the order of their ids, each of which is there once.
    facts: Vec<Fact>,
    dependencies: Dependencies,
}

impl Catalog {
    /// All facts, in the order of kinds and names.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter()
    }

    /// The fact about this.
    pub fn get(&self, id: &Id) -> Option<&Fact> {
        let place = self.facts.binary_search_by(|fact| fact.id.cmp(id)).ok()?;
        self.facts.get(place)
    }

    /// Which facts stand on which others; none where nobody read them.
    pub fn dependencies(&self) -> &Dependencies {
        &self.dependencies
    }

    /// The catalog, and which of its facts stand on which others.
    #[must_use]
    pub fn with_dependencies(self, dependencies: Dependencies) -> Self {
        Self { dependencies, ..self }
    }

    /// What is there and is compared by its name only.
    pub fn unmodelled(&self) -> impl Iterator<Item = &Id> {
        self.facts.iter().map(|fact| &fact.id).filter(|id| id.kind == Kind::Unmodelled)
    }

    /// The columns of a table or the attributes of a type, and whatever else has a place among its siblings, in order.
    pub(crate) fn ranked_children(&self) -> BTreeMap<&Id, Vec<&Fact>> {
        let mut children: BTreeMap<&Id, Vec<&Fact>> = BTreeMap::new();
        for fact in self.facts.iter().filter(|fact| fact.rank.is_some()) {
            if let Some(parent) = &fact.parent {
                children.entry(parent).or_default().push(fact);
            }
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|fact| fact.rank);
        }
        children
    }
}

/// Which facts stand on which others: a view on its tables, a foreign key on the key that it points to.
#[derive(Clone, Debug, Default)]
pub struct Dependencies {
    needs: BTreeMap<Id, BTreeSet<Id>>,
}

impl Dependencies {
    /// What a fact stands on itself.
    pub fn of(&self, id: &Id) -> impl Iterator<Item = &Id> {
        self.needs.get(id).into_iter().flatten()
    }

    /// Every pair: a fact, and another that it stands on.
    pub fn pairs(&self) -> impl Iterator<Item = (&Id, &Id)> {
        self.needs.iter().flat_map(|(id, needs)| needs.iter().map(move |needed| (id, needed)))
    }
}

impl FromIterator<(Id, Id)> for Dependencies {
    fn from_iter<I: IntoIterator<Item = (Id, Id)>>(pairs: I) -> Self {
        let mut dependencies = Self::default();
        for (id, needed) in pairs {
            dependencies.needs.entry(id).or_default().insert(needed);
        }
        dependencies
    }
}

impl FromIterator<Fact> for Catalog {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut facts: Vec<Fact> = facts.into_iter().collect();
        facts.sort_by(|left, right| left.id.cmp(&right.id));
        // Of two facts about one thing, the later one holds.
        facts.dedup_by(|later, earlier| {
            let is_same = later.id == earlier.id;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Self { facts, dependencies: Dependencies::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Catalog, Fact, Id};
    use crate::kind::Kind;

    #[test]
    fn of_two_facts_about_one_thing_the_later_one_holds() {
        let fact = |name: &str, owner: &str| Fact {
            id: Id { kind: Kind::Schema, name: name.to_owned() },
            parent: None,
            rank: None,
            derived: false,
            attributes: Attributes::from_iter([("owner", owner.to_owned())]),
        };
        let facts =
            [fact("cms", "first"), fact("auth", "other"), fact("cms", "second"), fact("cms", "third")];
        let catalog = Catalog::from_iter(facts);
        let said: Vec<&Fact> = catalog.facts().collect();
        assert_eq!(said, [&fact("auth", "other"), &fact("cms", "third")]);
        assert_eq!(catalog.get(&said[1].id), Some(said[1]));
        assert_eq!(catalog.get(&fact("seed", "").id), None);
    }
}
