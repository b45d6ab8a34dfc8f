//! Which track made a fact, and which track laid hands on another's.
//!
//! Must not run anything: it is told what the catalog was before and after each block of a track's steps.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Change, Difference, Id, Kind, differences, outermost};
use crosstrack_model::TrackName;

/// What a track did to something that another track made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    /// What was added, changed or removed.
    pub(crate) id: Id,
    /// What that is a part of.
    pub(crate) parent: Option<Id>,
    /// How.
    pub(crate) change: Change,
    /// Who did it.
    pub(crate) by: TrackName,
    /// Whose it is.
    pub(crate) owner: TrackName,
}

/// Who made what, as far as the replay has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ownership {
    pub(crate) owners: BTreeMap<Id, TrackName>,
    pub(crate) touches: Vec<Touch>,
}

impl Ownership {
    /// Takes note of what a block of one track's steps did.
    pub(crate) fn record(&mut self, track: &TrackName, before: &Catalog, after: &Catalog) {
        let found = differences(before, after);
        for difference in outermost(found.clone()) {
            if let Some(owner) = self.other_owner(track, &difference, [before, after])
                && !is_consequence(&difference, &found)
            {
                let Difference { id, parent, change, .. } = difference;
                self.touches.push(Touch { id, parent, change, by: track.clone(), owner });
            }
        }
        for Difference { id, change, .. } in found {
            match change {
                Change::Removed => drop(self.owners.remove(&id)),
                Change::Added => drop(self.owners.insert(id, track.clone())),
                // What nobody made is whose who changed it.
                Change::Changed { .. } | Change::Reordered { .. } => {
                    self.owners.entry(id).or_insert_with(|| track.clone());
                }
            }
        }
    }

    /// Leaves only those touches that can still be seen at the end.
    pub(crate) fn settle(&mut self, last: &Catalog) {
        let Self { owners, touches } = self;
        touches.retain(|touch| {
            let fact = last.get(&touch.id);
            match &touch.change {
                Change::Added => fact.is_some() && owners.get(&touch.id) == Some(&touch.by),
                Change::Removed => fact.is_none(),
                Change::Changed { attribute, to, .. } => {
                    fact.is_some_and(|fact| fact.attributes.get(attribute) == to.as_ref())
                }
                Change::Reordered { .. } => false,
            }
        });
    }

    /// Whose a fact is: who made it, or else who made what it is a part of.
    pub(crate) fn owner(&self, id: &Id, catalogs: [&Catalog; 2]) -> Option<&TrackName> {
        self.owners.get(id).or_else(|| {
            let fact = catalogs.into_iter().find_map(|catalog| catalog.get(id))?;
            self.owner(fact.parent.as_ref()?, catalogs)
        })
    }

    /// Whose a difference is, if it is another track's than the one that made it.
    fn other_owner(
        &self,
        track: &TrackName,
        difference: &Difference,
        catalogs: [&Catalog; 2],
    ) -> Option<TrackName> {
        let owner = match difference.change {
            Change::Added => self.owner(difference.parent.as_ref()?, catalogs),
            Change::Removed | Change::Changed { .. } => self.owner(&difference.id, catalogs),
            Change::Reordered { .. } => None,
        };
        owner.filter(|owner| *owner != track).cloned()
    }
}

/// Whether a text differs only because what it names was renamed or dropped: a foreign key names the table that it refers to.
fn is_consequence(difference: &Difference, all: &[Difference]) -> bool {
    let Change::Changed { from: Some(from), .. } = &difference.change else { return false };
    let removed = all.iter().filter(|one| one.change == Change::Removed);
    removed.into_iter().any(|one| {
        let named = match (one.id.kind, &one.parent) {
            (Kind::Column, Some(parent)) => &parent.name,
            _ => &one.id.name,
        };
        names(from, named)
    })
}

/// Whether a text names this, and not only something whose name begins so.
fn names(text: &str, name: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    text.match_indices(name).any(|(place, _)| !text[place + name.len()..].starts_with(goes_on))
}

#[cfg(test)]
mod tests {
    use crosstrack_catalog::{Attributes, Catalog, Fact, Id, Kind};
    use crosstrack_model::TrackName;

    use super::Ownership;

    fn id(kind: Kind, name: &str) -> Id {
        Id { kind, name: name.to_owned() }
    }

    fn table(name: &str) -> Fact {
        let attributes = Attributes::default();
        Fact { id: id(Kind::Table, name), parent: None, rank: None, derived: false, attributes }
    }

    fn column(of: &str, name: &str, kind: &str) -> Fact {
        let attributes = Attributes::from_iter([("type", kind.to_owned())]);
        let parent = Some(id(Kind::Table, of));
        Fact { id: id(Kind::Column, &format!("{of}.{name}")), parent, attributes, ..table("") }
    }

    fn constraint(of: &str, name: &str, definition: &str) -> Fact {
        let attributes = Attributes::from_iter([("definition", definition.to_owned())]);
        let parent = Some(id(Kind::Table, of));
        Fact { id: id(Kind::Constraint, &format!("{name} on {of}")), parent, attributes, ..table("") }
    }

    /// The touches of a history: each block with the facts that are there after it.
    fn touches(blocks: &[(&str, Vec<Fact>)]) -> Vec<String> {
        let mut ownership = Ownership::default();
        let mut before = Catalog::default();
        for (track, facts) in blocks {
            let after: Catalog = facts.iter().cloned().collect();
            ownership.record(&track.parse::<TrackName>().unwrap(), &before, &after);
            before = after;
        }
        ownership.settle(&before);
        let said = |touch: &super::Touch| format!("{} of {}: {}", touch.by, touch.owner, touch.id);
        ownership.touches.iter().map(said).collect()
    }

    #[test]
    fn a_part_of_anothers_table_is_a_touch() {
        let users = vec![table("users"), column("users", "id", "integer")];
        let more = [users.clone(), vec![column("users", "extra", "text")]].concat();
        assert_eq!(
            touches(&[("auth", users.clone()), ("cms", more.clone())]),
            ["cms of auth: column `users.extra`"]
        );
        assert_eq!(touches(&[("auth", users.clone()), ("auth", more.clone())]), [""; 0]);
        assert_eq!(touches(&[("auth", users.clone()), ("cms", more), ("cms", users)]), [""; 0], "taken back");
    }

    #[test]
    fn a_change_and_a_removal_are_touches_too() {
        let users = vec![table("users"), column("users", "id", "integer")];
        let wider = vec![table("users"), column("users", "id", "bigint")];
        assert_eq!(touches(&[("auth", users.clone()), ("cms", wider)]), ["cms of auth: column `users.id`"]);
        assert_eq!(touches(&[("auth", users), ("cms", vec![])]), ["cms of auth: table `users`"]);
    }

    #[test]
    fn a_foreign_key_of_ones_own_table_is_none() {
        let users = vec![table("users")];
        let key = constraint("posts", "author", "FOREIGN KEY (author) REFERENCES users(id)");
        let posts = [users.clone(), vec![table("posts"), key]].concat();
        assert_eq!(touches(&[("auth", users.clone()), ("cms", posts.clone())]), [""; 0]);
        let renamed = constraint("posts", "author", "FOREIGN KEY (author) REFERENCES people(id)");
        let people = vec![table("people"), table("posts"), renamed];
        assert_eq!(touches(&[("auth", users), ("cms", posts), ("auth", people)]), [""; 0], "a consequence");
    }
}
