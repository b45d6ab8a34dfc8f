//! Reads the catalog: one query for each family of kinds, all of them in one view of the database.
//!
//! A query gives the columns `kind` and `name`; `parent_kind` and `parent`, and `derived` where there is something to
//! say; `numbers` are the server's, which the texts that are put together here need and no fact keeps; and every other column is an
//! attribute. A new kind is a query and its line in the list below. Must not read what is
//! not schema.

mod columns;
mod comments;
mod constraints;
mod dependencies;
mod extensions;
mod foreign;
mod indexes;
mod join;
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

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crosstrack_database::{QueryError, Row, SharedView, Snapshot};
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

/// Every query but that for the columns, which takes as long as all of these together. The order does not matter.
const READINGS: [Reading; 32] = [
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

/// Reads the catalog, in two round trips or three; that of a large schema in two sessions.
///
/// From here on the snapshot's search path is empty: names come qualified. A snapshot of its own is the best place.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn read_catalog(snapshot: &Snapshot<'_>, scope: &Scope) -> Result<Catalog, ReadError> {
    let settled = &scope::settle(snapshot, scope).await?;
    let view = if settled.relations < LARGE { None } else { snapshot.share().await? };
    let others = async {
        // Rare, and large for a future that everybody holds.
        let apart = match view {
            Some(view) => Box::pin(read_apart(view, (settled, scope))).await?,
            None => None,
        };
        match apart {
            Some(found) => Ok(found),
            None => read(snapshot, settled, READINGS.iter()).await,
        }
    };
    let columns = read(snapshot, settled, std::iter::once(&columns::COLUMNS));
    let (mut found, others) = try_join(columns, others).await?;
    found.extend(others);
    columns::part_from_defaults(&mut found);
    found.sort_by(|left, right| left.fact.id.cmp(&right.fact.id));
    let columns = of_kind(&found, Kind::Column);
    columns::rank(found.get_mut(columns).unwrap_or_default());
    join::join(snapshot, &mut found).await?;
    Ok(with_parents(found))
}

/// Everything but the columns, in another session. Nothing where there is no other, or it is on another server after all, as it may be
/// behind a proxy.
async fn read_apart(
    view: SharedView<'_>,
    (settled, scope): (&Settled, &Scope),
) -> Result<Option<Vec<Found>>, QueryError> {
    let Some(mut reader) = view.open().await else { return Ok(None) };
    let snapshot = reader.snapshot();
    if scope::settle(&snapshot, scope).await.is_err() {
        return Ok(None);
    }
    read(&snapshot, settled, READINGS.iter()).await.map(Some)
}

async fn read(
    snapshot: &Snapshot<'_>,
    settled: &Settled,
    readings: impl Iterator<Item = &Reading>,
) -> Result<Vec<Found>, QueryError> {
    let answers = readings.map(|reading| async move {
        let purpose = format!("read the catalog's {}", reading.name);
        let (mut layout, mut found) = (None, Vec::new());
        let take = |row: Row| found.push(layout.get_or_insert_with(|| Layout::new(&row)).read(&row));
        snapshot.each_row(&purpose, &scope::query(settled, reading.sql), take).await?;
        Ok::<_, QueryError>(found)
    });
    Ok(try_join_all(answers).await?.into_iter().flatten().collect())
}

/// A fact whose parent is still in the server's words.
struct Found {
    fact: Fact,
    parent: Option<Parent>,
    numbers: Vec<u32>,
}

#[derive(PartialEq)]
struct Parent {
    /// What it can be.
    kinds: &'static [Kind],
    name: String,
}

/// Where the parts of a fact stand in the rows of an answer.
#[derive(Default)]
struct Layout {
    kind: Option<usize>,
    name: Option<usize>,
    parent_kind: Option<usize>,
    parent: Option<usize>,
    derived: Option<usize>,
    numbers: Option<usize>,
    /// In the order of their names.
    attributes: Vec<(Arc<str>, usize)>,
}

impl Layout {
    fn new(row: &Row) -> Self {
        let mut layout = Self::default();
        for (place, name) in row.names().enumerate() {
            let part = match name {
                "kind" => &mut layout.kind,
                "name" => &mut layout.name,
                "parent_kind" => &mut layout.parent_kind,
                "parent" => &mut layout.parent,
                "derived" => &mut layout.derived,
                "numbers" => &mut layout.numbers,
                attribute => {
                    layout.attributes.push((attribute.into(), place));
                    continue;
                }
            };
            *part = Some(place);
        }
        layout.attributes.sort();
        layout
    }

    fn read(&self, row: &Row) -> Found {
        let value = |place: Option<usize>| place.and_then(|place| row.at(place));
        let text = |place| value(place).unwrap_or_default();
        let kind = Kind::meant_by(text(self.kind)).first().copied().unwrap_or(Kind::Unmodelled);
        let attributes = self
            .attributes
            .iter()
            .filter_map(|(name, place)| Some((Arc::clone(name), row.at(*place)?.to_owned())));
        let fact = Fact {
            id: Id { kind, name: text(self.name).to_owned() },
            parent: None,
            rank: None,
            derived: value(self.derived) == Some("true"),
            attributes: attributes.collect(),
        };
        let parent = value(self.parent)
            .map(|parent| Parent { kinds: Kind::meant_by(text(self.parent_kind)), name: parent.to_owned() });
        let numbers = text(self.numbers).split(' ').filter_map(|number| number.parse().ok()).collect();
        Found { fact, parent, numbers }
    }
}

/// Where the facts of a kind stand among what was found and is sorted.
fn of_kind(found: &[Found], kind: Kind) -> Range<usize> {
    let begin = found.partition_point(|found| found.fact.id.kind < kind);
    let end = found.partition_point(|found| found.fact.id.kind <= kind);
    begin..end
}

/// Gives every fact its parent. What is a part of something that is left out is left out with it.
fn with_parents(found: Vec<Found>) -> Catalog {
    let mut places = Places { found: &found, last: HashMap::new() };
    let kinds: Vec<Option<Kind>> = found.iter().map(|found| places.kind(found.parent.as_ref()?)).collect();
    let with_parent = found.into_iter().zip(kinds).filter_map(|(Found { mut fact, parent, .. }, kind)| {
        let Some(Parent { kinds, name }) = parent else { return Some(fact) };
        fact.parent = kind.map(|kind| Id { kind, name });
        // Of a kind that is not modelled: its name says what it is about.
        (kind.is_some() || kinds.is_empty()).then_some(fact)
    });
    with_parent.collect()
}

/// Where things stand among what was found and is sorted.
struct Places<'a> {
    found: &'a [Found],
    /// Of every kind the one that was looked for last: the next one is it again, or not far behind it, for the most part.
    last: HashMap<Kind, usize>,
}

impl Places<'_> {
    /// The kind that a parent is of.
    fn kind(&mut self, parent: &Parent) -> Option<Kind> {
        parent.kinds.iter().copied().find(|kind| self.is_there(*kind, &parent.name))
    }

    fn is_there(&mut self, kind: Kind, name: &str) -> bool {
        let order =
            |found: &Found| found.fact.id.kind.cmp(&kind).then_with(|| found.fact.id.name.as_str().cmp(name));
        let last = self.last.get(&kind).copied().unwrap_or_default();
        let near = self.found.get(last..last + 2).unwrap_or_default();
        let place = match near.iter().position(|found| order(found).is_eq()) {
            Some(steps) => Ok(last + steps),
            None => self.found.binary_search_by(order),
        };
        self.last.insert(kind, place.unwrap_or_else(|place| place));
        place.is_ok()
    }
}
