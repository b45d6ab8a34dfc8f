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

use crosstrack_database::{QueryError, Reader, Row, Snapshot};
use futures_util::future::{try_join, try_join_all};

use crate::fact::{Catalog, Fact, Id};
use crate::kind::Kind;

pub use dependencies::read_dependencies;
pub use scope::Scope;
use scope::Settled;

/// How the facts of a family of kinds are read.
struct Reading {
    /// What they are, for the error.
    name: &'static str,
    /// The query, which stands on the tables that [`scope::query`] puts before it.
    sql: &'static str,
}

/// What takes longest in a large schema; a second session reads it there meanwhile.
const LONG_READINGS: [Reading; 3] = [sequences::SEQUENCES, constraints::CONSTRAINTS, indexes::INDEXES];

/// Every other query. The order does not matter.
const READINGS: [Reading; 31] = [
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
    constraints::DOMAIN_CONSTRAINTS,
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

/// Why the catalog could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the catalog")]
pub struct ReadError {
    /// What the server said.
    #[from]
    pub source: QueryError,
}

/// From how many relations on a schema is large: a second session is worth what it takes to open.
const LARGE: u64 = 10_000;

/// Reads the catalog, in two round trips; that of a large schema in two sessions.
///
/// From here on the snapshot's search path is empty: names come qualified. A snapshot of its own is the best place.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn read_catalog(snapshot: &Snapshot<'_>, scope: &Scope) -> Result<Catalog, ReadError> {
    let settled = &scope::settle(snapshot, scope).await?;
    let shared = if settled.relations < LARGE { None } else { Box::pin(snapshot.shared()).await? };
    // Rare, and large for a future that everybody holds.
    let found = match shared {
        Some(reader) => Box::pin(read_in_two(snapshot, reader, (settled, scope))).await?,
        None => None,
    };
    let found = match found {
        Some(found) => found,
        None => read(snapshot, settled, READINGS.iter().chain(&LONG_READINGS)).await?,
    };
    Ok(with_parents(found))
}

/// Nothing where the other session is on another server after all, as it may be behind a proxy.
async fn read_in_two(
    snapshot: &Snapshot<'_>,
    mut reader: Reader,
    (settled, scope): (&Settled, &Scope),
) -> Result<Option<Vec<Found>>, QueryError> {
    let other = reader.snapshot();
    if scope::settle(&other, scope).await.is_err() {
        return Ok(None);
    }
    let some = read(snapshot, settled, READINGS.iter());
    let (mut found, long) = try_join(some, read(&other, settled, LONG_READINGS.iter())).await?;
    found.extend(long);
    Ok(Some(found))
}

async fn read(
    snapshot: &Snapshot<'_>,
    settled: &Settled,
    readings: impl Iterator<Item = &Reading>,
) -> Result<Vec<Found>, QueryError> {
    let answers = readings.map(|reading| async move {
        let purpose = format!("read the catalog's {}", reading.name);
        let rows = snapshot.rows(&purpose, &scope::query(settled, reading.sql)).await?;
        Ok::<_, QueryError>(rows.iter().map(Found::new).collect::<Vec<_>>())
    });
    Ok(try_join_all(answers).await?.into_iter().flatten().collect())
}

/// A fact whose parent is still in the server's words.
struct Found {
    fact: Fact,
    parent: Option<(String, String)>,
}

impl Found {
    fn new(row: &Row) -> Self {
        let (mut kind, mut name, mut parent_kind, mut parent) = ("", "", "", None);
        let (mut rank, mut derived, mut attributes) = (None, false, BTreeMap::new());
        for (column, text) in row.columns() {
            let Some(text) = text else { continue };
            match column {
                "kind" => kind = text,
                "name" => name = text,
                "parent_kind" => parent_kind = text,
                "parent" => parent = Some(text),
                "rank" => rank = text.parse().ok(),
                "derived" => derived = text == "true",
                attribute => drop(attributes.insert(attribute.to_owned(), text.to_owned())),
            }
        }
        let kind = Kind::meant_by(kind).next().unwrap_or(Kind::Unmodelled);
        let id = Id { kind, name: name.to_owned() };
        let fact = Fact { id, parent: None, rank, derived, attributes };
        Self { fact, parent: parent.map(|parent| (parent_kind.to_owned(), parent.to_owned())) }
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
