//! The statements for each fact, and which of them are written as a part of another's.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::{Fact, Id, Kind};

use crate::family::{comes_from_above, origin, origin_default, table_of};
use crate::fate::{Fate, Fates};
use crate::rule::{Alter, Change, rule_of};
use crate::rules::constraint::is_foreign_key;
use crate::rules::grant::not_by_default;
use crate::rules::type_aside;
use crate::side::{Side, said};
use crate::statement::Statement;
use crosstrack_loss::Loss;

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
    pub(crate) from: &'a Side<'a>,
    pub(crate) to: &'a Side<'a>,
    pub(crate) fates: &'a Fates,
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
                self.statements.insert((Verb::Aside, id.clone()), type_aside::rename(fact));
                self.statements.insert((Verb::Drop, id.clone()), vec![type_aside::drop(fact, after)]);
            } else if !fact.derived || self.stays_without_parent(fact) {
                let statements = self.hand_over(fact, rule.drop(fact, self.from));
                self.statements.insert((Verb::Drop, id.clone()), statements);
            }
        }
        if let Some(fact) = after.filter(|fact| self.fates.comes(id) && self.comes_with(fact).is_none()) {
            let parts = self.parts(fact);
            let mut statements = rule.create(fact, self.to, &parts);
            statements.extend(not_by_default(fact, self.from, self.to));
            if id.kind == Kind::Sequence {
                statements = self.take_over(fact, statements);
            }
            let is_gone = before.is_some_and(|before| !before.derived) && fate == Fate::Replaced;
            if id.kind == Kind::Sequence && is_gone {
                let gone = Loss::Sequence { sequence: id.name.clone() };
                statements.first_mut().into_iter().for_each(|first| first.losses.push(gone.clone()));
            }
            self.statements.insert((Verb::Create, id.clone()), statements);
        }
        // A column that follows its parent's only makes room.
        let (from, to) = (self.from, self.to);
        let follows = |before: &Fact, after: &Fact| {
            after.derived && id.kind == Kind::Column && comes_from_above((before, from), (after, to))
        };
        let both = before.zip(after).filter(|(before, after)| !follows(before, after));
        if let (Some((before, after)), Fate::Altered) = (both, fate) {
            let change = Change { before, after, from, to, is_retyped: self.fates.is_retyped(id) };
            if let Alter::Statements(statements) = rule.alter(&change) {
                self.statements.insert((Verb::Alter, id.clone()), statements);
            }
        }
        if let Some(after) = after {
            let mut finish = rule.finish(after, self.to, before.filter(|_| fate == Fate::Altered));
            if self.fates.comes(id) && id.kind == Kind::Sequence {
                finish.extend(self.go_on(after));
            }
            if !finish.is_empty() {
                self.statements.insert((Verb::Finish, id.clone()), finish);
            }
        }
    }

    /// Whether a part that a table has from its parent stays when the table leaves it.
    pub(crate) fn stays_without_parent(&self, fact: &Fact) -> bool {
        table_of(fact, self.from).is_some_and(|table| {
            self.to.get(&table.id).is_some_and(|after| said(after, "inherits") != said(table, "inherits"))
        })
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
                let is_simple = !is_foreign_key(fact)
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
        let may_stand_on_others = matches!(
            fact.id.kind,
            Kind::Default | Kind::Policy | Kind::Rule | Kind::Trigger | Kind::Constraint | Kind::Index
        ) && !fact.derived;
        let is_apart = self.pieces == Pieces::Apart && may_stand_on_others;
        if let Some(column) = self.becomes_identity(fact) {
            return Some(column);
        }
        let parent = fact.parent.as_ref()?;
        if is_apart {
            return None;
        }
        if self.fates.goes(parent) {
            return Some(parent.clone());
        }
        if is_foreign_key(fact) || !matches!(fact.id.kind, Kind::Index | Kind::Constraint | Kind::Statistics)
        {
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
    pub(crate) fn made_by(&self, id: &Id) -> Option<Key> {
        let fact = self.to.get(id)?;
        let own = [Verb::Create, Verb::Alter].map(|verb| (verb, id.clone()));
        if let Some(key) = own.into_iter().find(|key| self.statements.contains_key(key)) {
            return Some(key);
        }
        let with = if fact.derived { self.maker(fact, self.to) } else { self.comes_with(fact) };
        with.and_then(|id| self.made_by(&id))
    }

    /// The statement after which this is no longer there as it was.
    pub(crate) fn unmade_by(&self, id: &Id) -> Option<Key> {
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
        let stays = table_of(fact, side).is_some_and(|table| self.fates.get(&table.id).is_none());
        let default = Some(fact).filter(|fact| fact.id.kind == Kind::Default && stays);
        if let Some(above) = origin_default(default, side, side) {
            return Some(above);
        }
        let is_of_table = fact.id.kind == Kind::Column && self.fates.get(parent).is_none();
        let origin = origin(fact, side).filter(|_| is_of_table);
        Some(origin.map_or_else(|| parent.clone(), |column| column.id.clone()))
    }
}
