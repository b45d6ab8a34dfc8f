//! A sequence that takes over a column from another one: an identity from a serial, a serial from an identity, a default from another.
//!
//! The number that the former sequence has reached is in the database only, and so the statements read it there.

use crosstrack_catalog::{Fact, Id, Kind};

use crate::node::Nodes;
use crate::rules::sequence::{go_on, make_room, take_over};
use crate::side::{Side, said};
use crate::statement::Statement;

/// A column whose numbers come from another sequence than before.
pub(crate) struct Succession<'a> {
    pub(crate) former: &'a Fact,
    pub(crate) latter: &'a Fact,
}

impl Succession<'_> {
    /// True when both have one name, so that the former has to make room.
    pub(crate) fn is_under_one_name(&self) -> bool {
        self.former.id == self.latter.id
    }

    /// True when the former sequence is dropped once the column is an identity.
    pub(crate) fn ends_with_identity(&self, to: &Side<'_>) -> bool {
        let stays = to.get(&self.former.id).is_some_and(|fact| !fact.derived);
        self.latter.derived && !self.former.derived && !stays
    }
}

impl Nodes<'_> {
    /// The column that becomes an identity, whose statement drops its former sequence.
    pub(crate) fn becomes_identity(&self, former: &Fact) -> Option<Id> {
        let mut columns = self.successions_of(self.from, former);
        columns.find_map(|(column, found)| found.ends_with_identity(self.to).then_some(column))
    }

    /// Takes the loss from the statements that drop a sequence, where another one goes on from its position.
    pub(crate) fn hand_over(&self, former: &Fact, mut dropped: Vec<Statement>) -> Vec<Statement> {
        if self.successions_of(self.from, former).next().is_some() {
            for statement in &mut dropped {
                statement.losses.clear();
            }
        }
        dropped
    }

    /// True when a new sequence goes on where another one stands, which has to be there until then.
    pub(crate) fn takes_over(&self, latter: &Fact) -> bool {
        self.successions_of(self.to, latter).next().is_some()
    }

    /// Adds what lets a new sequence go on where the former one of its column stands.
    pub(crate) fn take_over(&self, latter: &Fact, made: Vec<Statement>) -> Vec<Statement> {
        let Some((column, found)) = self.successions_of(self.to, latter).next() else { return made };
        let (former, renamed) = room_for(&found);
        let position = take_over(&found, &column, &former);
        renamed.into_iter().chain(made).chain([position]).collect()
    }

    /// Lets a new sequence go on behind the numbers of the columns that are there, unless it does so already.
    pub(crate) fn go_on(&self, latter: &Fact) -> Vec<Statement> {
        let heir = self.successions_of(self.to, latter).next().map(|(column, _)| column);
        let mut has_position = heir.is_some();
        let columns =
            columns_of(self.to, latter).into_iter().filter(|column| heir.as_ref() != Some(&column.id));
        let mut statements = Vec::new();
        for column in columns.filter(|column| self.is_kept(&column.id) && is_number(column)) {
            if self.from.get(&column.id).is_some_and(is_number) {
                let former = has_position.then_some(latter.id.name.as_str());
                statements.push(go_on(latter, &column.id, former));
                has_position = true;
            }
        }
        statements
    }

    /// The former sequence is read before it goes.
    pub(crate) fn connect_successions(&mut self) {
        let (from, to) = (self.from, self.to);
        for latter in to.catalog.facts().filter(|fact| fact.id.kind == Kind::Sequence && !fact.derived) {
            let formers: Vec<Id> =
                self.successions_of(to, latter).map(|(_, found)| found.former.id.clone()).collect();
            for former in formers.into_iter().filter_map(|id| from.get(&id)) {
                self.before(self.made_by(&latter.id), self.unmade_by(&former.id));
            }
        }
    }

    /// The successions in which a sequence of one of the sides has a part, with their columns.
    fn successions_of<'b>(
        &'b self,
        side: &'b Side<'_>,
        sequence: &'b Fact,
    ) -> impl Iterator<Item = (Id, Succession<'b>)> {
        let is_sequence = sequence.id.kind == Kind::Sequence && !sequence.derived;
        let columns = if is_sequence { columns_of(side, sequence) } else { Vec::new() };
        let kept = columns.into_iter().filter(|column| self.is_kept(&column.id));
        kept.filter_map(move |column| {
            let found = succession(self.from, self.to, &column.id)?;
            [found.former, found.latter]
                .into_iter()
                .any(|part| std::ptr::eq(part, sequence))
                .then(|| (column.id.clone(), found))
        })
    }

    /// True when a column is there before and after.
    fn is_kept(&self, column: &Id) -> bool {
        self.from.get(column).is_some() && !self.fates.goes(column) && !self.fates.comes(column)
    }
}

/// Finds the sequences of a column that is there before and after, when the latter is new and counts in the same direction.
pub(crate) fn succession<'a>(from: &Side<'a>, to: &Side<'a>, column: &Id) -> Option<Succession<'a>> {
    let (before, after) = (from.get(column)?, to.get(column)?);
    let is_identity = |fact| said(fact, "identity").is_some();
    if !is_number(before) || (is_identity(before) && is_identity(after)) {
        return None;
    }
    let (former, latter) = (sequence_of(from, before)?, sequence_of(to, after)?);
    let is_there = from.get(&latter.id).is_some_and(|fact| !fact.derived);
    if (is_there && !latter.derived) || ascends(former) != ascends(latter) {
        return None;
    }
    let found = Succession { former, latter };
    // One that others use, too, would be gone when they read it.
    let is_shared = columns_of(from, former).len() > 1;
    (!is_shared || !found.ends_with_identity(to)).then_some(found)
}

/// The columns of one of the sides that take their numbers from a sequence, or own it.
pub(crate) fn columns_of<'a>(side: &Side<'a>, sequence: &Fact) -> Vec<&'a Fact> {
    let defaults = side.dependents(&sequence.id).filter_map(|id| side.get(id));
    let users = defaults.filter(|fact| fact.id.kind == Kind::Default).filter_map(|fact| side.parent(fact));
    let owner = side.parent(sequence).filter(|fact| fact.id.kind == Kind::Column);
    let mut columns: Vec<&Fact> = Vec::new();
    for column in users.filter(|column| is_default(side, column, sequence)).chain(owner) {
        if !column.derived && columns.iter().all(|known| known.id != column.id) {
            columns.push(column);
        }
    }
    columns
}

/// True when a column holds whole numbers.
pub(crate) fn is_number(column: &Fact) -> bool {
    matches!(said(column, "type"), Some("integer" | "bigint" | "smallint"))
}

pub(crate) fn ascends(sequence: &Fact) -> bool {
    !said(sequence, "increment").is_some_and(|text| text.starts_with('-'))
}

/// The name under which the former sequence is read, and the statement that gives it another one, if it has to.
pub(crate) fn room_for(found: &Succession<'_>) -> (String, Option<Statement>) {
    if found.is_under_one_name() {
        let (former, renamed) = make_room(found.former);
        (former, Some(renamed))
    } else {
        (found.former.id.name.clone(), None)
    }
}

/// The sequence that gives a column its numbers, as they are.
fn sequence_of<'a>(side: &Side<'a>, column: &Fact) -> Option<&'a Fact> {
    if said(column, "identity").is_some() {
        return side.children(&column.id).find(|part| part.id.kind == Kind::Sequence);
    }
    let default = side.default_of(&column.id)?;
    let mut needed = side.needs(&default.id).filter(|id| id.kind == Kind::Sequence);
    needed.find_map(|id| side.get(id)).filter(|sequence| is_default(side, column, sequence))
}

/// True when the default of a column is the next number of a sequence and nothing else.
fn is_default(side: &Side<'_>, column: &Fact, sequence: &Fact) -> bool {
    let Some(default) = side.default_of(&column.id) else { return false };
    let call = format!("nextval({}::regclass)", crosstrack_database::quote_literal(&sequence.id.name));
    said(default, "expression") == Some(call.as_str())
}
