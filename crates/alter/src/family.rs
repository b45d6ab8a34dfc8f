//! Tables and their parents: partitions, and tables that inherit. What a table has from its parent comes and goes with the parent's, and
//! stays when the table leaves it.
//!
//! By <https://www.postgresql.org/docs/current/ddl-inherit.html> and <https://www.postgresql.org/docs/current/ddl-partitioning.html>.

use crosstrack_catalog::{Fact, Id, Kind};

use crate::fate::{Fate, Fates};
use crate::side::{Side, said};

/// Whether a column that a table has from its parent goes with the parent's, and comes as the table's own.
pub(crate) fn goes_with_origin((before, from): (&Fact, &Side<'_>), (after, to): (&Fact, &Side<'_>)) -> bool {
    let parents = |fact: &Fact, side: &Side<'_>| {
        side.parent(fact).and_then(|table| said(table, "inherits").map(str::to_owned))
    };
    before.id.kind == Kind::Column
        && parents(before, from) == parents(after, to)
        && origin(before, from).is_some_and(|column| to.get(&column.id).is_none())
}

/// Whether a column that a table shares with its parent changes only as its parent's does, which brings it along.
pub(crate) fn comes_from_above((before, from): (&Fact, &Side<'_>), (after, to): (&Fact, &Side<'_>)) -> bool {
    let (Some(former), Some(latter)) = (origin(before, from), origin(after, to)) else { return false };
    let names = before.attributes.keys().chain(after.attributes.keys());
    let mut changed = names.filter(|name| said(before, name) != said(after, name));
    changed.all(|name| said(former, name) == said(before, name) && said(latter, name) == said(after, name))
}

/// The column of the same name of the first parent of a column's table.
pub(crate) fn origin<'a>(column: &Fact, side: &Side<'a>) -> Option<&'a Fact> {
    let table = side.parent(column).filter(|table| table.id.kind == Kind::Table)?;
    let parent = said(table, "inherits")?.split(", ").next()?;
    side.get(&Id { kind: Kind::Column, name: format!("{parent}.{}", column.id.own_name()) })
}

/// The default of the column that the column of a default comes from.
pub(crate) fn origin_default(default: Option<&Fact>, side: &Side<'_>, other: &Side<'_>) -> Option<Id> {
    let column = default?.parent.as_ref()?;
    let above = |side: &Side<'_>| Some(origin(side.get(column)?, side)?.id.name.clone());
    let name = above(side).or_else(|| above(other))?;
    Some(Id { kind: Kind::Default, name: format!("for {name}") })
}

/// A table that gets other parents does not take over their columns, and one that loses them keeps what it had from them.
pub(crate) fn join_and_leave(fates: &mut Fates, from: &Side<'_>, to: &Side<'_>) {
    let is_part = |kind| matches!(kind, Kind::Column | Kind::Default | Kind::Constraint | Kind::Index);
    for before in from.catalog.facts().filter(|fact| fact.derived && is_part(fact.id.kind)) {
        if to.get(&before.id).is_none() && gets_other_parents(before, from, to) {
            fates.by_id.insert(before.id.clone(), Fate::Dropped);
        }
    }
    let is_wanted = |fact: &Fact| match fact.id.kind {
        Kind::Constraint => said(fact, "definition").is_some_and(|text| text.starts_with("CHECK")),
        kind => kind != Kind::Index && is_part(kind),
    };
    for after in to.catalog.facts().filter(|fact| fact.derived && is_wanted(fact)) {
        if from.get(&after.id).is_none() && gets_other_parents(after, to, from) {
            fates.by_id.insert(after.id.clone(), Fate::Created);
        }
    }
}

/// Whether the table of a part is in both, and has other parents in the other.
pub(crate) fn gets_other_parents(part: &Fact, side: &Side<'_>, other: &Side<'_>) -> bool {
    let Some(table) = table_of(part, side) else { return false };
    // The index of a constraint goes and comes with it.
    let is_of_constraint = part.id.kind == Kind::Index && part.parent.as_ref() != Some(&table.id);
    !is_of_constraint
        && other.get(&table.id).is_some_and(|same| said(same, "inherits") != said(table, "inherits"))
}

/// The table that something is a part of, or of a part of.
pub(crate) fn table_of<'a>(part: &Fact, side: &Side<'a>) -> Option<&'a Fact> {
    let mut place = side.parent(part)?;
    while place.id.kind != Kind::Table {
        place = side.parent(place)?;
    }
    Some(place)
}

/// The columns that the children of a table have from one of its columns.
pub(crate) fn heirs<'a>(side: &'a Side<'_>, column: &Id) -> impl Iterator<Item = Id> + use<'a> {
    let table = side.get(column).and_then(|column| column.parent.as_ref());
    let children = table.into_iter().flat_map(|table| side.dependents(table));
    let own = column.own_name().to_owned();
    children
        .filter(|id| {
            id.kind == Kind::Table && side.get(id).is_some_and(|child| said(child, "inherits").is_some())
        })
        .map(move |child| Id { kind: Kind::Column, name: format!("{}.{own}", child.name) })
        .filter(|id| side.get(id).is_some_and(|heir| heir.derived))
}

/// Whether the partitions of a table are told apart by a column, which then keeps its type.
pub(crate) fn is_of_key(side: &Side<'_>, column: &Id) -> bool {
    let table = side.get(column).and_then(|column| side.parent(column));
    let own = column.own_name().to_owned();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
    table
        .and_then(|table| said(table, "partition_key"))
        .is_some_and(|key| key.split(|c| !is_word(c)).any(|word| word == own))
}

/// What a child has by default of its own is said again when what its parent has changes, which its children then have, too.
pub(crate) fn overrule_defaults(fates: &mut Fates, from: &Side<'_>, to: &Side<'_>) {
    for after in to.catalog.facts().filter(|fact| fact.id.kind == Kind::Default && !fact.derived) {
        let parent = origin_default(Some(after), to, from);
        let is_overruled = parent.is_some_and(|parent| fates.by_id.contains_key(&parent));
        if is_overruled && from.get(&after.id).is_some() && !fates.by_id.contains_key(&after.id) {
            fates.by_id.insert(after.id.clone(), Fate::Altered);
        }
    }
}

/// The columns of a typed table come and go with its type's.
pub(crate) fn leave_to_type(fates: &mut Fates, from: &Side<'_>, to: &Side<'_>) {
    let is_typed = |side: &Side<'_>, id: &Id| {
        let table = side.get(id).and_then(|column| side.parent(column));
        table.is_some_and(|table| said(table, "of_type").is_some())
    };
    fates.by_id.retain(|id, fate| {
        id.kind != Kind::Column || *fate == Fate::Altered || !(is_typed(from, id) || is_typed(to, id))
    });
}

/// A column that a table has from its parent may have manners of its own.
pub(crate) fn change_alone(fates: &mut Fates, from: &Side<'_>, to: &Side<'_>) {
    for after in to.catalog.facts().filter(|fact| fact.derived && fact.id.kind == Kind::Column) {
        let before =
            from.get(&after.id).filter(|before| before.derived && before.attributes != after.attributes);
        let is_own = |before: &Fact| {
            !comes_from_above((before, from), (after, to))
                && ["type", "collation", "generated"]
                    .iter()
                    .all(|name| said(before, name) == said(after, name))
        };
        if before.is_some_and(is_own) {
            fates.by_id.insert(after.id.clone(), Fate::Altered);
        }
    }
}
