//! Reads the catalog: one query for each family of kinds, all of them in one view of the database.
//!
//! A query gives the columns `kind` and `name`; `parent_kind` and `parent`, `rank` and `derived` where there is something to
//! say; and every other column is an attribute. A new kind is a query and its line in the list below. Must not read what is
//! not schema.

mod columns;
mod comments;
mod constraints;
mod dependencies;
mod extensions;
mod foreign;
mod indexes;
mod operators;
mod privileges;
mod publications;
mod routines;
mod rules;
mod schemas;
mod scope;
mod sequences;
mod statistics;
mod tables;
mod text_search;
mod types;
mod unmodelled;
mod views;

use std::collections::{BTreeMap, HashSet};

use crosstrack_database::{QueryError, Row, Snapshot};
use futures_util::future::try_join_all;

use crate::fact::{Catalog, Fact, Id};
use crate::kind::Kind;

pub use dependencies::read_dependencies;
pub use scope::Scope;

/// How the facts of a family of kinds are read.
struct Reading {
    /// What they are, for the error.
    name: &'static str,
    /// The query, which stands on the tables that [`scope::query`] puts before it.
    sql: &'static str,
}

/// Every query. The order does not matter.
const READINGS: [Reading; 34] = [
    schemas::SCHEMAS,
    extensions::EXTENSIONS,
    extensions::LANGUAGES,
    extensions::EVENT_TRIGGERS,
    types::COLLATIONS,
    types::ENUM_TYPES,
    types::DOMAINS,
    types::COMPOSITE_TYPES,
    types::RANGE_TYPES,
    tables::TABLES,
    views::VIEWS,
    columns::COLUMNS,
    columns::DEFAULTS,
    sequences::SEQUENCES,
    constraints::CONSTRAINTS,
    constraints::DOMAIN_CONSTRAINTS,
    indexes::INDEXES,
    statistics::STATISTICS,
    routines::ROUTINES,
    routines::AGGREGATES,
    operators::OPERATORS,
    operators::CASTS,
    rules::TRIGGERS,
    rules::RULES,
    rules::POLICIES,
    publications::PUBLICATIONS,
    text_search::CONFIGURATIONS,
    text_search::DICTIONARIES,
    foreign::TABLES,
    foreign::WRAPPERS_AND_SERVERS,
    privileges::GRANTS,
    privileges::DEFAULT_GRANTS,
    comments::COMMENTS,
    unmodelled::UNMODELLED,
];

/// The columns that are no attributes.
const NO_ATTRIBUTES: [&str; 6] = ["kind", "name", "parent_kind", "parent", "rank", "derived"];

/// Why the catalog could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the catalog")]
pub struct ReadError {
    /// What the server said.
    #[from]
    pub source: QueryError,
}

/// Reads the catalog, in two round trips.
///
/// From here on the snapshot's search path is empty: names come qualified. A snapshot of its own is the best place.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn read_catalog(snapshot: &Snapshot<'_>, scope: &Scope) -> Result<Catalog, ReadError> {
    let left_out = &scope::settle(snapshot, scope).await?;
    let answers = READINGS.iter().map(|reading| async move {
        let purpose = format!("read the catalog's {}", reading.name);
        let rows = snapshot.rows(&purpose, &scope::query(left_out, reading.sql)).await?;
        rows.iter().map(Found::new).collect::<Result<Vec<_>, _>>()
    });
    Ok(with_parents(try_join_all(answers).await?.into_iter().flatten().collect()))
}

/// A fact whose parent is still in the server's words.
struct Found {
    fact: Fact,
    parent: Option<(String, String)>,
}

impl Found {
    fn new(row: &Row) -> Result<Self, QueryError> {
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for (column, text) in row.columns() {
            if let Some(text) = text {
                texts.insert(column, text);
            }
        }
        let text = |column: &str| texts.get(column).copied().unwrap_or_default();
        let kind = Kind::meant_by(text("kind")).next().unwrap_or(Kind::Unmodelled);
        let rank = if texts.contains_key("rank") { Some(row.number("rank")?) } else { None };
        let parent = texts.get("parent").map(|parent| (text("parent_kind").to_owned(), (*parent).to_owned()));
        let attributes = texts.iter().filter(|(column, _)| !NO_ATTRIBUTES.contains(column));
        let fact = Fact {
            id: Id { kind, name: text("name").to_owned() },
            parent: None,
            rank,
            derived: text("derived") == "true",
            attributes: attributes.map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect(),
        };
        Ok(Self { fact, parent })
    }
}

/// Gives every fact its parent. What is a part of something that is left out is left out with it.
fn with_parents(found: Vec<Found>) -> Catalog {
    let ids: HashSet<Id> = found.iter().map(|found| found.fact.id.clone()).collect();
    let facts = found.into_iter().filter_map(|Found { mut fact, parent }| {
        let Some((word, name)) = parent else { return Some(fact) };
        let mut candidates = Kind::meant_by(&word).map(|kind| Id { kind, name: name.clone() }).peekable();
        // Of a kind that is not modelled: its name says what it is about.
        let is_modelled = candidates.peek().is_some();
        fact.parent = candidates.find(|id| ids.contains(id));
        (fact.parent.is_some() || !is_modelled).then_some(fact)
    });
    facts.collect()
}
