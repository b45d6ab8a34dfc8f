//! What is lost, from differences. Pure: it asks nobody how much there is of it.
//!
//! Must not name a part beside the whole that it goes with.

use std::collections::BTreeSet;
use std::fmt;

use crosstrack_catalog::{Change, Difference, Id, Kind};

use crate::kind::{enum_values, is_wider};

/// Data that is gone when one catalog has become another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A table with its rows.
    Table {
        /// Its name, as SQL text.
        table: String,
    },
    /// A materialized view. It can be filled again from what it was made of, if that is still there.
    MaterializedView {
        /// Its name, as SQL text.
        view: String,
    },
    /// A sequence that stood somewhere.
    Sequence {
        /// Its name, as SQL text.
        sequence: String,
    },
    /// A column, or an attribute of a composite type.
    Column {
        /// What it is a part of, as SQL text.
        table: String,
        /// Its name, as SQL text.
        column: String,
        /// Whether that is a table, whose values can be counted.
        of_table: bool,
    },
    /// A value of an enum type.
    EnumValue {
        /// The type, as SQL text.
        enum_type: String,
        /// The value, as an SQL constant.
        value: String,
    },
    /// A type that may not hold all that the former one holds.
    Narrowing {
        /// The table, as SQL text.
        table: String,
        /// The column, as SQL text.
        column: String,
        /// The former type.
        from: String,
        /// The new type.
        to: String,
    },
    /// What an extension keeps in tables of its own and in columns of its types.
    Extension {
        /// Its name, as SQL text.
        extension: String,
    },
}

impl Loss {
    /// The word for JSON, and what it is about.
    pub fn kind_and_object(&self) -> (&'static str, String) {
        match self {
            Self::Table { table } => ("table", table.clone()),
            Self::MaterializedView { view } => ("materialized view", view.clone()),
            Self::Sequence { sequence } => ("sequence", sequence.clone()),
            Self::Column { table, column, .. } => ("column", format!("{table}.{column}")),
            Self::EnumValue { enum_type, value } => ("enum value", format!("{enum_type}: {value}")),
            Self::Narrowing { table, column, .. } => ("type", format!("{table}.{column}")),
            Self::Extension { extension } => ("extension", extension.clone()),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table } => write!(formatter, "drops table {table}"),
            Self::MaterializedView { view } => write!(formatter, "drops materialized view {view}"),
            Self::Sequence { sequence } => write!(formatter, "drops sequence {sequence}"),
            Self::Column { table, column, of_table: true } => {
                write!(formatter, "drops column {table}.{column}")
            }
            Self::Column { table, column, of_table: false } => {
                write!(formatter, "drops attribute {column} of type {table}")
            }
            Self::EnumValue { enum_type, value } => {
                write!(formatter, "drops value {value} of type {enum_type}")
            }
            Self::Narrowing { table, column, from, to } => {
                write!(formatter, "changes column {table}.{column} from {from} to {to}")
            }
            Self::Extension { extension } => write!(formatter, "drops extension {extension}"),
        }
    }
}

/// What is lost by differences, the first catalog being the one that holds the data. What the server made together with something
/// else, and what goes with something that is named, is not named itself.
pub fn losses(differences: &[Difference]) -> Vec<Loss> {
    let removed: BTreeSet<&Id> =
        differences.iter().filter(|found| found.change == Change::Removed).map(|found| &found.id).collect();
    let goes_with_another =
        |found: &Difference| found.parent.as_ref().is_some_and(|parent| removed.contains(parent));
    let mut losses: Vec<Loss> = differences
        .iter()
        .filter(|found| !found.derived && !goes_with_another(found))
        .flat_map(|found| match &found.change {
            Change::Removed => removal(found).into_iter().collect(),
            Change::Changed { attribute, from, to } => changed(found, attribute, (from, to)),
            Change::Added | Change::Reordered { .. } => Vec::new(),
        })
        .collect();
    losses.sort();
    losses
}

fn removal(found: &Difference) -> Option<Loss> {
    let name = found.id.name.clone();
    match found.id.kind {
        Kind::Table => Some(Loss::Table { table: name }),
        Kind::MaterializedView => Some(Loss::MaterializedView { view: name }),
        Kind::Sequence => Some(Loss::Sequence { sequence: name }),
        Kind::Extension => Some(Loss::Extension { extension: name }),
        Kind::Column => {
            let (parent, column) = column_of(found)?;
            let of_table = parent.kind == Kind::Table;
            // A view shows what others hold, and a foreign table what another server holds.
            (of_table || parent.kind == Kind::CompositeType).then(|| Loss::Column {
                table: parent.name.clone(),
                column,
                of_table,
            })
        }
        _ => None,
    }
}

fn changed(found: &Difference, attribute: &str, (from, to): (&Option<String>, &Option<String>)) -> Vec<Loss> {
    let (from, to) = (from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default());
    match (found.id.kind, attribute) {
        (Kind::EnumType, "values") => {
            let left = enum_values(to);
            let gone = enum_values(from).into_iter().filter(|value| !left.contains(value));
            gone.map(|value| Loss::EnumValue { enum_type: found.id.name.clone(), value }).collect()
        }
        (Kind::Column, "type") if !is_wider(from, to) => narrowing(found, (from, to)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn narrowing(found: &Difference, (from, to): (&str, &str)) -> Option<Loss> {
    let (parent, column) = column_of(found)?;
    (parent.kind == Kind::Table).then(|| Loss::Narrowing {
        table: parent.name.clone(),
        column,
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

/// What a column is of, and its name without that.
fn column_of(found: &Difference) -> Option<(&Id, String)> {
    let parent = found.parent.as_ref()?;
    let column = found.id.name.strip_prefix(&parent.name)?.strip_prefix('.')?;
    Some((parent, column.to_owned()))
}

#[cfg(test)]
mod tests {
    use crosstrack_catalog::{Change, Difference, Id, Kind};

    use super::losses;

    fn id(kind: Kind, name: &str) -> Id {
        Id { kind, name: name.into() }
    }

    fn removed(kind: Kind, name: &str, parent: Option<Id>) -> Difference {
        Difference { id: id(kind, name), parent, derived: false, change: Change::Removed }
    }

    fn changed(kind: Kind, name: &str, attribute: &str, texts: (&str, &str)) -> Difference {
        let parent = (kind == Kind::Column).then(|| id(Kind::Table, "public.herbs"));
        let (from, to) = (Some(texts.0.into()), Some(texts.1.into()));
        let change = Change::Changed { attribute: attribute.into(), from, to };
        Difference { id: id(kind, name), parent, derived: false, change }
    }

    fn said(differences: &[Difference]) -> Vec<String> {
        losses(differences).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_part_goes_with_its_whole_and_is_not_named_beside_it() {
        let table = id(Kind::Table, "public.herbs");
        let differences = [
            removed(Kind::Table, "public.herbs", None),
            removed(Kind::Column, "public.herbs.id", Some(table.clone())),
            removed(Kind::Index, "public.herbs_pkey", Some(table)),
            removed(Kind::Column, "public.users.phone", Some(id(Kind::Table, "public.users"))),
            removed(Kind::Sequence, "public.numbers", None),
            removed(Kind::MaterializedView, "public.totals", None),
        ];
        assert_eq!(
            said(&differences),
            [
                "drops table public.herbs",
                "drops materialized view public.totals",
                "drops sequence public.numbers",
                "drops column public.users.phone"
            ]
        );
    }

    #[test]
    fn what_shows_the_data_of_others_holds_none() {
        let view = id(Kind::View, "public.seen");
        let foreign = id(Kind::ForeignTable, "public.far");
        let mut copy = removed(Kind::Column, "public.part.id", Some(id(Kind::Table, "public.part")));
        copy.derived = true;
        let differences = [
            removed(Kind::View, "public.other", None),
            removed(Kind::Column, "public.seen.id", Some(view)),
            removed(Kind::ForeignTable, "public.gone", None),
            removed(Kind::Column, "public.far.id", Some(foreign)),
            copy,
        ];
        assert_eq!(said(&differences), [""; 0]);
    }

    #[test]
    fn only_a_type_that_may_hold_less_is_a_loss() {
        let differences = [
            changed(Kind::Column, "public.herbs.a", "type", ("integer", "bigint")),
            changed(Kind::Column, "public.herbs.b", "type", ("bigint", "integer")),
            changed(Kind::Column, "public.herbs.c", "default", ("1", "2")),
        ];
        assert_eq!(said(&differences), ["changes column public.herbs.b from bigint to integer"]);
    }

    #[test]
    fn the_values_of_an_enum_type_that_are_gone_are_named_one_by_one() {
        let values = ("'leaf', 'it''s, ''odd', 'root'", "'root', 'bark'");
        assert_eq!(
            said(&[changed(Kind::EnumType, "public.part", "values", values)]),
            ["drops value 'it''s, ''odd' of type public.part", "drops value 'leaf' of type public.part"]
        );
    }
}
