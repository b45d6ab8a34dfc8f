//! What comes before what: what something stands on before it, what stands on something before it goes, a name is free before it is
//! given again.
//!
//! Must not write a statement.

use std::collections::BTreeMap;

use crosstrack_catalog::{Fact, Id, Kind};

use crate::family::{origin, origin_default, table_of};
use crate::fate::Fate;
use crate::node::{Key, Nodes, Verb};
use crate::rules::sequence::has_smaller_type;
use crate::side::said;
use crosstrack_catalog::last_part;

impl Nodes<'_> {
    pub(crate) fn before(&mut self, first: Option<Key>, second: Option<Key>) {
        if let (Some(first), Some(second)) = (first, second)
            && first != second
        {
            self.edges.insert((first, second));
        }
    }

    /// Says it for every statement.
    pub(crate) fn connect(&mut self) {
        self.connect_what_comes();
        self.connect_what_goes();
        self.connect_families();
        self.connect_names();
        self.connect_ends();
        self.connect_defaults();
        self.connect_bodies();
        self.connect_successions();
    }

    /// The server does not know what the text of a function names, and who calls it while something is built does.
    fn connect_bodies(&mut self) {
        let is_named = |kind| {
            matches!(
                kind,
                Kind::Function
                    | Kind::Procedure
                    | Kind::Aggregate
                    | Kind::Table
                    | Kind::View
                    | Kind::MaterializedView
            )
        };
        let made: Vec<&Id> = self.fates.iter().map(|(id, _)| id).filter(|id| is_named(id.kind)).collect();
        let routines = made.iter().filter(|id| matches!(id.kind, Kind::Function | Kind::Procedure));
        let mut wishes = Vec::new();
        for routine in routines {
            let Some(text) = self.to.get(routine).and_then(|fact| said(fact, "definition")) else { continue };
            for other in made.iter().filter(|other| *other != routine && names(text, other)) {
                wishes.extend(self.made_by(other).zip(self.made_by(routine)));
            }
        }
        self.wishes.extend(wishes);
    }

    /// What something stands on comes first.
    fn connect_what_comes(&mut self) {
        let (from, to, fates) = (self.from, self.to, self.fates);
        let dependencies = to.catalog.dependencies().pairs();
        let parents = to.catalog.facts().filter_map(|fact| Some((&fact.id, fact.parent.as_ref()?)));
        for (id, needed) in dependencies.chain(parents) {
            // A sequence stands on its column only when it is owned by it, which is said at the end.
            if id.kind == Kind::Sequence
                && needed.kind == Kind::Column
                && to.get(id).is_some_and(|fact| !fact.derived)
            {
                continue;
            }
            // The server gives an identity's sequence the type of the column, into which its limits have to fit.
            if id.kind == Kind::Sequence
                && needed.kind == Kind::Column
                && from.get(id).zip(to.get(id)).is_some_and(|(before, after)| has_smaller_type(before, after))
            {
                self.before(self.made_by(id), self.made_by(needed));
                continue;
            }
            let second = self.made_by(id);
            // A type is made different for what is to come, and not for what is there.
            let is_only_altered =
                matches!(second, Some((Verb::Alter, _))) && fates.get(needed) == Some(Fate::Altered);
            if is_only_altered && id.kind == Kind::Table {
                continue;
            }
            self.before(self.made_by(needed), second);
        }
    }

    /// What stands on something goes first, and what is in its way too.
    fn connect_what_goes(&mut self) {
        let from = self.from;
        let dependencies = from.catalog.dependencies().pairs();
        let parents = from.catalog.facts().filter_map(|fact| Some((&fact.id, fact.parent.as_ref()?)));
        for (id, needed) in dependencies.chain(parents) {
            let (first, second) = (self.unmade_by(id), self.unmade_by(needed));
            let leaves = |fact: &Fact| self.stays_without_parent(fact);
            if matches!(second, Some((Verb::Alter, _)))
                && needed.kind == Kind::Table
                && from.get(id).is_some_and(leaves)
            {
                continue;
            }
            let goes = |key: &Option<Key>| matches!(key, Some((Verb::Drop, _)));
            if goes(&second) || (goes(&first) && second.is_some()) {
                self.before(first, second);
            }
        }
    }

    /// What a table has from its parent can only go when the table has left it.
    fn connect_families(&mut self) {
        let (from, to, fates) = (self.from, self.to, self.fates);
        let gone = fates.iter().filter(|(_, fate)| *fate == Fate::Dropped).filter_map(|(id, _)| from.get(id));
        for part in gone.filter(|part| part.derived && self.stays_without_parent(part)).collect::<Vec<_>>() {
            let left = table_of(part, from).map(|table| (Verb::Alter, table.id.clone()));
            self.before(left, Some((Verb::Drop, part.id.clone())));
        }
        let columns = to.catalog.facts().filter(|fact| fact.derived && fact.id.kind == Kind::Column);
        for column in columns {
            let own = (Verb::Alter, column.id.clone());
            if self.statements.contains_key(&own) {
                let above = origin(column, to).and_then(|above| self.made_by(&above.id));
                self.before(above, Some(own));
            }
        }
    }

    /// A name has to be free before something else gets it.
    fn connect_names(&mut self) {
        let mut names: BTreeMap<(u8, &str), Vec<&Id>> = BTreeMap::new();
        for fact in self.from.catalog.facts() {
            for space in spaces(fact.id.kind) {
                names.entry((*space, &fact.id.name)).or_default().push(&fact.id);
            }
        }
        let to = self.to;
        for fact in to.catalog.facts() {
            let same = (self.unmade_by(&fact.id), self.made_by(&fact.id));
            if let (Some((Verb::Drop, _)), Some((_, _))) = &same {
                if self.fates.is_put_aside(&fact.id) {
                    self.before(Some((Verb::Aside, fact.id.clone())), same.1.clone());
                    self.before(same.1, same.0);
                } else {
                    self.before(same.0, same.1);
                }
            } else if same.0 != same.1
                && !fact.derived
                && self.fates.comes(&fact.id)
                && !self.takes_over(fact)
            {
                self.before(same.0, same.1);
            }
            for space in spaces(fact.id.kind) {
                let formers = names.get(&(*space, fact.id.name.as_str())).into_iter().flatten();
                for former in formers.filter(|former| ***former != fact.id) {
                    self.before(self.unmade_by(former), self.made_by(&fact.id));
                }
            }
        }
    }

    /// What a parent has by default its children have then, too; one that has its own says so afterwards.
    fn connect_defaults(&mut self) {
        let (to, fates) = (self.to, self.fates);
        for (id, _) in fates.iter().filter(|(id, _)| id.kind == Kind::Default) {
            let parent = origin_default(to.get(id).or_else(|| self.from.get(id)), to, self.from);
            let first = parent.and_then(|parent| self.made_by(&parent).or_else(|| self.unmade_by(&parent)));
            self.before(first, self.made_by(id));
        }
    }

    /// What is said at the end comes after everything that it is about.
    fn connect_ends(&mut self) {
        let ends: Vec<Id> = self
            .statements
            .keys()
            .filter(|(verb, _)| *verb == Verb::Finish)
            .map(|(_, id)| id.clone())
            .collect();
        let to = self.to;
        for id in ends {
            let parts = to
                .children(&id)
                .flat_map(|part| std::iter::once(&part.id).chain(to.children(&part.id).map(|part| &part.id)));
            let about: Vec<&Id> = to.needs(&id).chain(parts).collect();
            for needed in about.into_iter().chain([&id]) {
                self.before(self.made_by(needed), Some((Verb::Finish, id.clone())));
            }
        }
    }
}

/// Whether a text names something.
fn names(text: &str, id: &Id) -> bool {
    let place = id.name.split_once('(').map_or(id.name.as_str(), |(name, _)| name);
    let own = last_part(place).trim_matches('"');
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(own).any(|(start, _)| {
        !is_part(text[..start].chars().next_back()) && !is_part(text[start + own.len()..].chars().next())
    })
}

/// The spaces in which a kind's names are: relations, types, routines.
fn spaces(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable | Kind::CompositeType => {
            &[0, 1]
        }
        Kind::Index | Kind::Sequence => &[0],
        Kind::EnumType | Kind::Domain | Kind::RangeType => &[1],
        Kind::Function | Kind::Procedure | Kind::Aggregate => &[2],
        _ => &[],
    }
}
