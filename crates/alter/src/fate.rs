//! What becomes of each fact: it comes, it goes, it is made different, or it goes and comes again, perhaps only because something that
//! it stands on does.
//!
//! By <https://www.postgresql.org/docs/current/ddl-depend.html>; knows no SQL.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::{Fact, Id, Kind};

use crate::family::{
    change_alone, comes_from_above, goes_with_origin, heirs, is_of_key, join_and_leave, leave_to_type,
    overrule_defaults,
};
use crate::rule::{Alter, Change, rule_of};
use crate::rules::constraint::is_foreign_key;
use crate::rules::type_change::{Cast, cast};
use crate::side::{Side, said};

/// What becomes of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It comes.
    Created,
    /// It goes.
    Dropped,
    /// It stays and is made different.
    Altered,
    /// It goes and comes again.
    Replaced,
}

/// What becomes of every fact that does not stay as it is.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    pub(crate) by_id: BTreeMap<Id, Fate>,
    retyped: BTreeSet<Id>,
    aside: BTreeSet<Id>,
}

impl Fates {
    /// What becomes of it; nothing when it stays as it is.
    pub(crate) fn get(&self, id: &Id) -> Option<Fate> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Id, Fate)> {
        self.by_id.iter().map(|(id, fate)| (id, *fate))
    }

    /// Whether it goes, be it to come again.
    pub(crate) fn goes(&self, id: &Id) -> bool {
        matches!(self.get(id), Some(Fate::Dropped | Fate::Replaced))
    }

    /// Whether it comes, be it again.
    pub(crate) fn comes(&self, id: &Id) -> bool {
        matches!(self.get(id), Some(Fate::Created | Fate::Replaced))
    }

    /// Whether the type of this column comes again under its old name.
    pub(crate) fn is_retyped(&self, column: &Id) -> bool {
        self.retyped.contains(column)
    }

    /// Whether this type has to make room under another name until its columns have the new one.
    pub(crate) fn is_put_aside(&self, id: &Id) -> bool {
        self.aside.contains(id)
    }
}

/// Decides it.
pub(crate) fn decide(from: &Side<'_>, to: &Side<'_>) -> Fates {
    let mut fates = Fates::default();
    for before in from.catalog.facts().filter(|fact| !fact.derived) {
        let fate = match to.get(&before.id) {
            None => Some(Fate::Dropped),
            Some(after) if after.derived => is_made_by_another(after).then_some(Fate::Dropped),
            Some(after) if before == after => None,
            Some(after) => changed(from, to, (before, after)),
        };
        if let Some(fate) = fate {
            fates.by_id.insert(before.id.clone(), fate);
        }
    }
    let has_manners =
        |fact: &Fact| fact.derived && matches!(fact.id.kind, Kind::Sequence | Kind::Index | Kind::Trigger);
    for after in to.catalog.facts().filter(|fact| has_manners(fact) && is_made_by_another(fact)) {
        let is_other = match from.get(&after.id) {
            Some(before) if after.id.kind == Kind::Trigger => {
                before.derived
                    && said(before, "definition") == said(after, "definition")
                    && said(before, "enabled") != said(after, "enabled")
            }
            Some(before) => before.derived && before.attributes != after.attributes,
            // What its table is known by is said of the index of a constraint, too.
            None => after.id.kind == Kind::Index,
        };
        if is_other {
            fates.by_id.insert(after.id.clone(), Fate::Altered);
        }
        // The sequence of an identity gets another name together with its column.
        let column =
            after.parent.as_ref().filter(|id| after.id.kind == Kind::Sequence && id.kind == Kind::Column);
        let had_one = |id: &&Id| from.get(id).is_some_and(|column| said(column, "identity").is_some());
        if let (None, Some(column)) = (from.get(&after.id), column.filter(had_one)) {
            fates.by_id.insert(column.clone(), Fate::Altered);
        }
    }
    for after in to.catalog.facts().filter(|fact| !fact.derived) {
        let comes = from.get(&after.id).is_none_or(|before| {
            before.derived && (is_made_by_another(before) || goes_with_origin((before, from), (after, to)))
        });
        if comes {
            // The sequence of an identity goes with it, and what stands on it cannot stay.
            let is_replaced = after.id.kind == Kind::Sequence && from.get(&after.id).is_some();
            let fate = if is_replaced { Fate::Replaced } else { Fate::Created };
            fates.by_id.insert(after.id.clone(), fate);
        }
    }
    change_alone(&mut fates, from, to);
    join_and_leave(&mut fates, from, to);
    overrule_defaults(&mut fates, from, to);
    leave_to_type(&mut fates, from, to);
    spread(&mut fates, from, to);
    fates
}

/// Whether a derived fact is one that comes and goes with its parent, which a column or a constraint that is inherited does not.
fn is_made_by_another(fact: &Fact) -> bool {
    matches!(fact.id.kind, Kind::Sequence | Kind::Trigger)
        || (fact.id.kind == Kind::Index && fact.parent.as_ref().is_some_and(|id| id.kind == Kind::Constraint))
}

fn changed(from: &Side<'_>, to: &Side<'_>, (before, after): (&Fact, &Fact)) -> Option<Fate> {
    let rule = rule_of(before.id.kind)?;
    let is_column = before.id.kind == Kind::Column;
    if before.attributes == after.attributes || (is_column && comes_from_above((before, from), (after, to))) {
        return None;
    }
    let change = Change { before, after, from, to, is_retyped: false };
    Some(match rule.alter(&change) {
        Alter::Statements(_) => Fate::Altered,
        Alter::Replace => Fate::Replaced,
    })
}

/// How something takes it that another thing, on which it stands, goes or gets another type.
enum Reaction {
    Stays,
    GoesToo,
    /// A column whose type comes again.
    IsRetyped,
}

/// Follows everything that goes, or is given another type, to what stands on it.
fn spread(fates: &mut Fates, from: &Side<'_>, to: &Side<'_>) {
    let mut queue: Vec<Id> = fates.by_id.keys().cloned().collect();
    while let Some(id) = queue.pop() {
        if fates.goes(&id) {
            for part in from.children(&id) {
                take_along(fates, to, part, &mut queue);
            }
        } else if !is_disturbed(fates, from, to, &id) {
            continue;
        }
        let goes = !matches!(fates.get(&id), Some(Fate::Altered));
        let keyed = from.get(&id).filter(|_| !goes && is_of_key(from, &id));
        if let Some(table) = keyed.and_then(|column| from.parent(column)) {
            replace(fates, to, table, &mut queue);
        }
        if !goes {
            let heirs = heirs(from, &id);
            queue.extend(heirs.filter(|heir| fates.by_id.insert(heir.clone(), Fate::Altered).is_none()));
        }
        if let Some(default) = from.default_of(&id).filter(|_| !goes && is_far(fates, from, to, &id)) {
            replace(fates, to, default, &mut queue);
        }
        for dependent in from.dependents(&id).filter_map(|dependent| own_maker(from, dependent)) {
            let is_close = !goes && !is_far(fates, from, to, &id);
            match reaction(dependent, &id, (goes, is_close)) {
                Reaction::Stays => {}
                Reaction::GoesToo => replace(fates, to, dependent, &mut queue),
                Reaction::IsRetyped => {
                    fates.aside.insert(id.clone());
                    if fates.retyped.insert(dependent.id.clone()) && !fates.goes(&dependent.id) {
                        fates.by_id.insert(dependent.id.clone(), Fate::Altered);
                        queue.push(dependent.id.clone());
                    }
                }
            }
        }
    }
    fates.aside.retain(|id| matches!(fates.by_id.get(id), Some(Fate::Replaced)));
}

/// A part of something that goes, goes. A part that the server made is followed, too: others may stand on it.
fn take_along(fates: &mut Fates, to: &Side<'_>, part: &Fact, queue: &mut Vec<Id>) {
    let comes_alone = to.get(&part.id).is_some_and(|after| !after.derived);
    if !part.derived || comes_alone {
        replace(fates, to, part, queue);
    } else if fates.by_id.insert(part.id.clone(), Fate::Dropped) != Some(Fate::Dropped) {
        queue.push(part.id.clone());
    }
}

fn replace(fates: &mut Fates, to: &Side<'_>, fact: &Fact, queue: &mut Vec<Id>) {
    let comes_again = to.get(&fact.id).is_some_and(|after| !after.derived);
    let fate = if comes_again { Fate::Replaced } else { Fate::Dropped };
    if fates.by_id.insert(fact.id.clone(), fate) != Some(fate) {
        queue.push(fact.id.clone());
    }
}

/// Whether what stands on it has to make room while it is altered: a column that gets another type.
fn is_disturbed(fates: &Fates, from: &Side<'_>, to: &Side<'_>, id: &Id) -> bool {
    if id.kind != Kind::Column || fates.get(id) != Some(Fate::Altered) {
        return false;
    }
    let (Some(before), Some(after)) = (from.get(id), to.get(id)) else { return false };
    fates.is_retyped(id)
        || said(before, "type") != said(after, "type")
        || said(before, "collation") != said(after, "collation")
}

/// Whether the type that a column gets is so far from the former that the server does not bring along what is bound to the column.
fn is_far(fates: &Fates, from: &Side<'_>, to: &Side<'_>, id: &Id) -> bool {
    let (Some(before), Some(after)) = (from.get(id), to.get(id)) else { return false };
    let kind = |fact| said(fact, "type").unwrap_or_default();
    fates.is_retyped(id) || cast(kind(before), kind(after)) != Cast::Widening
}

/// Who has to be dropped for this to go: the view for its column, the constraint for its index.
fn own_maker<'a>(side: &Side<'a>, id: &Id) -> Option<&'a Fact> {
    let mut fact = side.get(id)?;
    while fact.derived {
        let parent = side.parent(fact)?;
        let is_made_with_it = match fact.id.kind {
            Kind::Column => matches!(parent.id.kind, Kind::View | Kind::MaterializedView),
            Kind::Index => parent.id.kind == Kind::Constraint,
            _ => false,
        };
        if !is_made_with_it {
            return None;
        }
        fact = parent;
    }
    Some(fact)
}

/// `goes`: what it stands on goes; otherwise it gets another type, which `is_close` to the former or not.
fn reaction(dependent: &Fact, on: &Id, (goes, is_close): (bool, bool)) -> Reaction {
    let is_type = matches!(on.kind, Kind::EnumType | Kind::Domain | Kind::CompositeType | Kind::RangeType);
    match dependent.id.kind {
        Kind::Column if is_type || on.kind == Kind::Collation => Reaction::IsRetyped,
        Kind::Column if said(dependent, "generated").is_some() => Reaction::GoesToo,
        Kind::Table if is_type || on.kind == Kind::Table => Reaction::GoesToo,
        // A part of its key.
        Kind::Table if on.kind == Kind::Column && said(dependent, "partition_key").is_some() => {
            Reaction::GoesToo
        }
        Kind::Table | Kind::Column | Kind::Sequence | Kind::Schema | Kind::Extension | Kind::EnumType => {
            Reaction::Stays
        }
        // Both ends of a foreign key are given the new type before it can hold again.
        Kind::Constraint if !goes && is_foreign_key(dependent) && !is_close => Reaction::GoesToo,
        // The server builds them anew by itself when a column gets another type.
        Kind::Constraint | Kind::Index | Kind::Statistics | Kind::Default if !goes => Reaction::Stays,
        _ => Reaction::GoesToo,
    }
}
