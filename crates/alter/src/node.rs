//! The statements for each fact, and which of them are written as a part of another's.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::{Fact, Id, Kind};

use crate::fate::{Fate, Fates, origin};
use crate::name::last_part;
use crate::rule::{Alter, Change, rule_of};
use crate::rules::grant::not_by_default;
use crate::rules::type_aside;
use crate::side::{Side, said};
use crate::statement::Statement;

/// What is done. The order is the one in which things are done where nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Drop,
    /// A type makes room for the one that takes its name.
    Aside,
    Alter,
    Create,
    /// What can only be said when everything else is there.
    Finish,
}

/// A thing and what is done with it.
pub(crate) type Key = (Verb, Id);

/// How much is written in one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pieces {
    /// A table with its defaults and constraints; a table goes with its foreign keys.
    Whole,
    /// Each by itself, so that two things can stand on each other.
    Apart,
}

/// The facts that are written in the statement that makes another.
pub(crate) struct Parts<'a>(Vec<&'a Fact>);

impl<'a> Parts<'a> {
    /// Those of a kind that are parts of something.
    pub(crate) fn of(&self, kind: Kind, parent: &Id) -> impl Iterator<Item = &'a Fact> {
        self.0
            .iter()
            .copied()
            .filter(move |fact| fact.id.kind == kind && fact.parent.as_ref() == Some(parent))
    }

    pub(crate) fn default_of(&self, column: &Id) -> Option<&'a Fact> {
        self.of(Kind::Default, column).next()
    }
}

/// Every statement that is needed, not yet in order, and what has to come before what.
pub(crate) struct Nodes<'a> {
    from: &'a Side<'a>,
    to: &'a Side<'a>,
    fates: &'a Fates,
    pieces: Pieces,
    pub(crate) statements: BTreeMap<Key, Vec<Statement>>,
    /// Pairs: the first comes before the second.
    pub(crate) edges: BTreeSet<(Key, Key)>,
    /// Pairs of which the first had better come before the second: nobody knows more than that the second's text names it.
    pub(crate) wishes: BTreeSet<(Key, Key)>,
}

impl<'a> Nodes<'a> {
    pub(crate) fn new(from: &'a Side<'a>, to: &'a Side<'a>, fates: &'a Fates, pieces: Pieces) -> Self {
        let (statements, edges, wishes) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let mut nodes = Self { from, to, fates, pieces, statements, edges, wishes };
        for (id, fate) in fates.iter() {
            nodes.write(id, fate);
        }
        nodes.connect();
        nodes
    }

    fn write(&mut self, id: &Id, fate: Fate) {
        let Some(rule) = rule_of(id.kind) else { return };
        let (before, after) = (self.from.get(id), self.to.get(id));
        if let Some(fact) = before.filter(|fact| self.fates.goes(id) && self.goes_with(fact).is_none()) {
            if self.fates.is_put_aside(id) {
                self.statements.insert((Verb::Aside, id.clone()), vec![type_aside::rename(fact)]);
                self.statements.insert((Verb::Drop, id.clone()), vec![type_aside::drop(fact, after)]);
            } else if !fact.derived {
                self.statements.insert((Verb::Drop, id.clone()), rule.drop(fact, self.from));
            }
        }
        if let Some(fact) = after.filter(|fact| self.fates.comes(id) && self.comes_with(fact).is_none()) {
            let parts = self.parts(fact);
            let mut statements = rule.create(fact, self.to, &parts);
            statements.extend(not_by_default(fact, self.from, self.to));
            self.statements.insert((Verb::Create, id.clone()), statements);
        }
        if let (Some(before), Some(after), Fate::Altered) = (before, after, fate) {
            let (from, to) = (self.from, self.to);
            let change = Change { before, after, from, to, is_retyped: self.fates.is_retyped(id) };
            if let Alter::Statements(statements) = rule.alter(&change) {
                self.statements.insert((Verb::Alter, id.clone()), statements);
            }
        }
        if let Some(after) = after {
            let finish = rule.finish(after, self.to, before.filter(|_| fate == Fate::Altered));
            if !finish.is_empty() {
                self.statements.insert((Verb::Finish, id.clone()), finish);
            }
        }
    }

    /// What makes it, when that is the statement that makes something else.
    fn comes_with(&self, fact: &Fact) -> Option<Id> {
        let parent = fact.parent.as_ref().filter(|parent| self.fates.comes(parent))?;
        let is_whole = self.pieces == Pieces::Whole;
        let is_part = match fact.id.kind {
            Kind::Column => true,
            Kind::Default => is_whole,
            Kind::Constraint => {
                let definition = said(fact, "definition").unwrap_or_default();
                let is_simple = !definition.starts_with("FOREIGN KEY")
                    && !definition.ends_with("NOT VALID")
                    && !fact.attributes.contains_key("enabled");
                (is_whole || parent.kind == Kind::Domain) && is_simple
            }
            _ => false,
        };
        is_part.then(|| parent.clone())
    }

    /// What makes it go, when that is the statement that makes something else go.
    fn goes_with(&self, fact: &Fact) -> Option<Id> {
        let is_foreign_key = fact.id.kind == Kind::Constraint
            && said(fact, "definition").is_some_and(|text| text.starts_with("FOREIGN KEY"));
        let may_stand_on_others =
            matches!(fact.id.kind, Kind::Default | Kind::Policy | Kind::Rule | Kind::Trigger)
                || is_foreign_key;
        let is_apart = self.pieces == Pieces::Apart && may_stand_on_others;
        let parent = fact.parent.as_ref()?;
        if is_apart {
            return None;
        }
        if self.fates.goes(parent) {
            return Some(parent.clone());
        }
        if !matches!(fact.id.kind, Kind::Index | Kind::Constraint | Kind::Statistics) {
            return None;
        }
        let is_column = |id: &&Id| {
            id.kind == Kind::Column
                && self.fates.goes(id)
                && self.from.get(id).is_some_and(|column| column.parent.as_ref() == Some(parent))
        };
        self.from.needs(&fact.id).find(is_column).cloned()
    }

    /// What is written in the statement that makes this.
    fn parts(&self, fact: &Fact) -> Parts<'a> {
        let mut parts = Vec::new();
        let mut places = vec![fact.id.clone()];
        while let Some(place) = places.pop() {
            for part in self.to.children(&place) {
                if !part.derived && self.comes_with(part).as_ref() == Some(&place) {
                    parts.push(part);
                    places.push(part.id.clone());
                }
            }
        }
        Parts(parts)
    }

    /// The statement after which this is there as it is to be.
    fn made_by(&self, id: &Id) -> Option<Key> {
        let fact = self.to.get(id)?;
        let own = [Verb::Create, Verb::Alter].map(|verb| (verb, id.clone()));
        if let Some(key) = own.into_iter().find(|key| self.statements.contains_key(key)) {
            return Some(key);
        }
        let with = if fact.derived { self.maker(fact, self.to) } else { self.comes_with(fact) };
        with.and_then(|id| self.made_by(&id))
    }

    /// The statement after which this is no longer there as it was.
    fn unmade_by(&self, id: &Id) -> Option<Key> {
        let fact = self.from.get(id)?;
        let own = [Verb::Drop, Verb::Alter].map(|verb| (verb, id.clone()));
        if let Some(key) = own.into_iter().find(|key| self.statements.contains_key(key)) {
            return Some(key);
        }
        let with = if fact.derived { self.maker(fact, self.from) } else { self.goes_with(fact) };
        with.and_then(|id| self.unmade_by(&id))
    }

    /// What the server makes something together with. What a partition has from its parent comes with the parent's, of which nobody
    /// here knows the name; but a column has the name of its parent's.
    fn maker(&self, fact: &Fact, side: &Side<'_>) -> Option<Id> {
        let parent = fact.parent.as_ref()?;
        let is_inherited = matches!(fact.id.kind, Kind::Constraint | Kind::Trigger)
            || (fact.id.kind == Kind::Index && parent.kind != Kind::Constraint);
        if is_inherited {
            return None;
        }
        let is_of_table = fact.id.kind == Kind::Column && self.fates.get(parent).is_none();
        let origin = origin(fact, side).filter(|_| is_of_table);
        Some(origin.map_or_else(|| parent.clone(), |column| column.id.clone()))
    }

    fn before(&mut self, first: Option<Key>, second: Option<Key>) {
        if let (Some(first), Some(second)) = (first, second)
            && first != second
        {
            self.edges.insert((first, second));
        }
    }

    fn connect(&mut self) {
        self.connect_what_comes();
        self.connect_what_goes();
        self.connect_names();
        self.connect_ends();
        self.connect_bodies();
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
        let (to, fates) = (self.to, self.fates);
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
            let goes = |key: &Option<Key>| matches!(key, Some((Verb::Drop, _)));
            if goes(&second) || (goes(&first) && second.is_some()) {
                self.before(first, second);
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
            } else if same.0 != same.1 && !fact.derived && self.fates.comes(&fact.id) {
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
