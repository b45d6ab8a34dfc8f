//! Renames. That something gets another name, and is not something else, only a person can say; nothing here guesses.

use std::collections::BTreeMap;
use std::str::FromStr;

use crosstrack_alter::Statement;
use crosstrack_catalog::{Catalog, Change, Fact, Kind, before_last, differences, last_part};

/// Something that is to be called otherwise: `users=people`, `public.users.mail=email`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The name that it has: of a table, `users` or `public.users`; of a column, `users.mail` or `public.users.mail`.
    pub from: String,
    /// The last part of the name that it gets.
    pub to: String,
}

/// Why something cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// It is not of the form.
    #[error("`{text}` does not say what is to be renamed")]
    Form {
        /// What was given.
        text: String,
    },
    /// There is nothing of that name.
    #[error("there is nothing called `{name}` that could be renamed")]
    Unknown {
        /// The name.
        name: String,
    },
}

impl FromStr for Rename {
    type Err = RenameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                Ok(Self { from: from.to_owned(), to: last_part(to).to_owned() })
            }
            _ => Err(RenameError::Form { text: text.to_owned() }),
        }
    }
}

impl Rename {
    /// The same the other way.
    pub(crate) fn back(&self) -> Self {
        let place = before_last(&self.from);
        let from = if place.is_empty() { self.to.clone() } else { format!("{place}.{}", self.to) };
        Self { from, to: last_part(&self.from).to_owned() }
    }

    /// The statement that does it.
    pub(crate) fn statement(&self, catalog: &Catalog) -> Result<Statement, RenameError> {
        let is_meant = |fact: &&Fact| {
            word(fact).is_some()
                && !fact.derived
                && (fact.id.name == self.from || fact.id.name == format!("public.{}", self.from))
        };
        let missing = || RenameError::Unknown { name: self.from.clone() };
        let fact = catalog.facts().find(is_meant).ok_or_else(missing)?;
        let (name, to) = (&fact.id.name, &self.to);
        let sql = match (fact.id.kind, &fact.parent) {
            (Kind::Column, Some(table)) => {
                let column = fact.id.own_name();
                let (words, part) = match table.kind {
                    Kind::CompositeType => ("TYPE", "ATTRIBUTE"),
                    _ => ("TABLE", "COLUMN"),
                };
                format!("ALTER {words} {} RENAME {part} {column} TO {to}", table.name)
            }
            _ => format!("ALTER {} {name} RENAME TO {to}", word(fact).unwrap_or_default()),
        };
        Ok(Statement::plain(sql))
    }
}

fn word(fact: &Fact) -> Option<&'static str> {
    Some(match fact.id.kind {
        Kind::Schema => "SCHEMA",
        Kind::Table => "TABLE",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Sequence => "SEQUENCE",
        Kind::Index => "INDEX",
        Kind::EnumType | Kind::CompositeType => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Column => "COLUMN",
        _ => return None,
    })
}

/// What may be a rename: something goes and something like it comes at the same place, and there is only one of each.
pub fn candidates(from: &Catalog, to: &Catalog) -> Vec<Rename> {
    let mut gone: BTreeMap<(Kind, Option<String>, String), Vec<String>> = BTreeMap::new();
    let mut come = gone.clone();
    for difference in differences(from, to) {
        let (catalog, names) = match difference.change {
            Change::Removed => (from, &mut gone),
            Change::Added => (to, &mut come),
            _ => continue,
        };
        let Some(fact) = catalog.get(&difference.id) else { continue };
        if matches!(fact.id.kind, Kind::Column | Kind::Table) && !fact.derived {
            let parent = fact.parent.as_ref().map(|parent| parent.name.clone());
            names
                .entry((fact.id.kind, parent, likeness(fact, catalog)))
                .or_default()
                .push(fact.id.name.clone());
        }
    }
    let pairs =
        gone.into_iter().filter_map(|(key, names)| match (names.as_slice(), come.get(&key)?.as_slice()) {
            ([from], [to]) => format!("{from}={to}").parse().ok(),
            _ => None,
        });
    pairs.collect()
}

/// What two things have in common when only their names differ.
fn likeness(fact: &Fact, catalog: &Catalog) -> String {
    if fact.id.kind == Kind::Column {
        return format!("{:?}", fact.attributes);
    }
    let columns =
        catalog.facts().filter(|part| part.id.kind == Kind::Column && part.parent.as_ref() == Some(&fact.id));
    let columns = columns.map(|column| format!("{} {:?}", column.id.own_name(), column.attributes));
    columns.collect::<Vec<_>>().join(";")
}
