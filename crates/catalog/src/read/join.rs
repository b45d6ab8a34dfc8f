//! What the queries leave to be joined here: facts of two queries that know each other by the server's numbers.
//!
//! That is quicker than it would be on the server, and for definitions much so: where the server writes one it looks up the whole
//! table first, for each index and each key again, and that is what a snapshot of a large schema waits for. So the definition of a
//! plain key (columns of a B-tree with the operator classes and collations that they have by themselves) is put together here, as
//! `pg_get_indexdef` and `pg_get_constraintdef` would write it: <https://www.postgresql.org/docs/current/functions-info.html>. What is
//! not plain, and the predicates, the server is asked for.

use std::collections::{HashMap, HashSet};

use crosstrack_database::{QueryError, Snapshot};
use futures_util::future::try_join3;

use super::{Found, Parent, of_kind};
use crate::kind::Kind;

/// A table or what is like one.
struct Table<'a> {
    /// As SQL text.
    name: &'a str,
    kind: Kind,
    /// In their order.
    columns: Vec<Column<'a>>,
}

/// What a definition says about a column, and what it leaves unsaid.
struct Column<'a> {
    /// The server's number of it, that of a dropped one not given again.
    number: u32,
    /// As SQL text.
    name: &'a str,
    collation: u32,
    /// The one that a B-tree takes by itself.
    operator_class: Option<u32>,
}

/// What is joined to the facts at these places.
#[derive(Default)]
struct Joined {
    /// Nothing where the table was not read.
    parents: Vec<(usize, Option<Parent>)>,
    definitions: Vec<(usize, Definition)>,
}

/// A text to be, or what the server has to be asked for.
enum Definition {
    Whole(String),
    /// The keys are put together; the predicate of this index is said like that of another.
    Until {
        text: String,
        index: u32,
        like: u32,
    },
    /// Nothing of it; the number is that of the index.
    OfIndex(u32),
    /// Nothing of it; the number is that of the constraint.
    OfConstraint(u32),
}

const PREDICATE: &str = "indexrelid AS number, pg_get_expr(indpred, indrelid) AS text FROM pg_index";

/// Joins what was found and is sorted, and asks the server for what cannot be put together. What is a part of a table that was not read
/// is left out.
pub(super) async fn join(snapshot: &Snapshot<'_>, found: &mut Vec<Found>) -> Result<(), QueryError> {
    let Joined { parents, definitions } = put_together(found);
    let said = Said::about(snapshot, &definitions).await?;
    for (place, definition) in definitions {
        let Some(found) = found.get_mut(place) else { continue };
        found.fact.attributes.remove("predicate");
        match said.whole(definition) {
            Some(text) => found.fact.attributes.insert("definition", text),
            // Dropped while the catalog was read: there is no text for it any more.
            None => drop(found.fact.attributes.remove("definition")),
        }
    }
    let mut left_out = HashSet::new();
    for (place, parent) in parents {
        let (Some(found), Some(parent)) = (found.get_mut(place), parent) else {
            left_out.insert(place);
            continue;
        };
        if found.fact.id.kind == Kind::Sequence {
            found.fact.attributes.insert("owned_by", parent.name.clone());
        }
        found.parent = Some(parent);
    }
    if !left_out.is_empty() {
        let mut places = 0..;
        found.retain(|_| places.next().is_none_or(|place| !left_out.contains(&place)));
    }
    Ok(())
}

/// What the server says, by its numbers.
struct Said {
    indexes: HashMap<u32, String>,
    predicates: HashMap<u32, String>,
    constraints: HashMap<u32, String>,
}

impl Said {
    async fn about(snapshot: &Snapshot<'_>, definitions: &[(usize, Definition)]) -> Result<Self, QueryError> {
        let (mut indexes, mut predicates, mut constraints) = (Vec::new(), Vec::new(), Vec::new());
        for (_, definition) in definitions {
            match definition {
                Definition::Whole(_) => {}
                Definition::Until { like, .. } => predicates.push(*like),
                Definition::OfIndex(index) => indexes.push(*index),
                Definition::OfConstraint(constraint) => constraints.push(*constraint),
            }
        }
        predicates.sort_unstable();
        predicates.dedup();
        let (indexes, mut predicates, constraints) = try_join3(
            ask(
                snapshot,
                "indexrelid AS number, pg_get_indexdef(indexrelid) AS text FROM pg_index",
                &indexes,
            ),
            ask(snapshot, PREDICATE, &predicates),
            ask(
                snapshot,
                "oid AS number, pg_get_constraintdef(oid) AS text FROM pg_constraint",
                &constraints,
            ),
        )
        .await?;
        // The server writes what is there now. Where the index that was asked for many is dropped by now, each is asked itself.
        let alone: Vec<u32> = definitions
            .iter()
            .filter_map(|(_, definition)| match definition {
                Definition::Until { index, like, .. } if !predicates.contains_key(like) => Some(*index),
                _ => None,
            })
            .collect();
        predicates.extend(ask(snapshot, PREDICATE, &alone).await?);
        Ok(Self { indexes, predicates, constraints })
    }

    fn whole(&self, definition: Definition) -> Option<String> {
        match definition {
            Definition::Whole(text) => Some(text),
            Definition::Until { text, index, like } => {
                let predicate = self.predicates.get(&like).or_else(|| self.predicates.get(&index))?;
                Some(format!("{text} WHERE {predicate}"))
            }
            Definition::OfIndex(index) => self.indexes.get(&index).cloned(),
            Definition::OfConstraint(constraint) => self.constraints.get(&constraint).cloned(),
        }
    }
}

/// What the server says about each of these.
async fn ask(
    snapshot: &Snapshot<'_>,
    what: &str,
    numbers: &[u32],
) -> Result<HashMap<u32, String>, QueryError> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let list: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let sql = format!(
        "SELECT number, text FROM (SELECT {what}) one WHERE number = ANY (ARRAY[{}]::oid[])",
        list.join(",")
    );
    let rows = snapshot.rows("read the catalog's definitions", &sql).await?;
    let mut said = HashMap::new();
    for row in rows {
        if let Some(text) = row.optional("text")? {
            said.insert(row.number("number")?, text.to_owned());
        }
    }
    Ok(said)
}

fn put_together(found: &[Found]) -> Joined {
    let tables = tables(found);
    let plain: HashSet<u32> =
        places(found, Kind::Index).filter_map(|(_, index)| plain_index(index)).collect();
    let mut joined = Joined::default();
    for (place, sequence) in places(found, Kind::Sequence) {
        if let &[table, number] = sequence.numbers.as_slice() {
            let table = tables.get(&table);
            joined.parents.push((place, table.and_then(|table| table.as_column_parent(number))));
        }
    }
    for (place, constraint) in places(found, Kind::Constraint) {
        let &[number, index, table, ref keys @ ..] = constraint.numbers.as_slice() else { continue };
        let definition = match tables.get(&table).filter(|_| plain.contains(&index)) {
            Some(table) => Definition::Whole(format!("{} ({})", constraint.beginning(), table.names(keys))),
            None => Definition::OfConstraint(number),
        };
        joined.definitions.push((place, definition));
    }
    let mut said = HashMap::new();
    for (place, index) in places(found, Kind::Index) {
        let &[number, table, ref keys @ ..] = index.numbers.as_slice() else { continue };
        let table = tables.get(&table);
        joined.parents.push((place, table.map(|table| table.as_index_parent(index.parent.as_ref()))));
        let Some(table) = table.filter(|_| !keys.is_empty()) else { continue };
        let definition = match (table.index_keys(keys), index.fact.attributes.get("predicate")) {
            (None, _) => Definition::OfIndex(number),
            (Some(keys), None) => Definition::Whole(table.index(index, &keys)),
            (Some(keys), Some(digest)) => {
                // Tables whose columns have the same names say a predicate of one node tree in the same words.
                let names: Vec<_> = table.columns.iter().map(|column| (column.number, column.name)).collect();
                let like = *said.entry((digest, names)).or_insert(number);
                Definition::Until { text: table.index(index, &keys), index: number, like }
            }
        };
        joined.definitions.push((place, definition));
    }
    joined
}

/// The facts of a kind and their places.
fn places(found: &[Found], kind: Kind) -> impl Iterator<Item = (usize, &Found)> {
    let range = of_kind(found, kind);
    range.clone().zip(found.get(range).unwrap_or_default())
}

/// The number of an index that is plain.
fn plain_index(found: &Found) -> Option<u32> {
    match found.numbers.as_slice() {
        &[index, _, _, ..] => Some(index),
        _ => None,
    }
}

impl Found {
    /// What the server gave of a definition.
    fn beginning(&self) -> &str {
        self.fact.attributes.get("definition").map_or("", String::as_str)
    }
}

/// The tables and what is like them, by the server's numbers.
fn tables(found: &[Found]) -> HashMap<u32, Table<'_>> {
    let mut tables = HashMap::new();
    for kind in [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView] {
        for (_, Found { fact, numbers, .. }) in places(found, kind) {
            if let &[number] = numbers.as_slice() {
                tables.insert(number, Table { name: &fact.id.name, kind, columns: Vec::new() });
            }
        }
    }
    for (_, Found { fact, numbers, .. }) in places(found, Kind::Column) {
        let &[table, number, collation, ref operator_class @ ..] = numbers.as_slice() else { continue };
        let Some(table) = tables.get_mut(&table) else { continue };
        let name = fact.id.name.get(table.name.len() + 1..).unwrap_or_default();
        let operator_class = operator_class.first().copied();
        table.columns.push(Column { number, name, collation, operator_class });
    }
    for table in tables.values_mut() {
        table.columns.sort_unstable_by_key(|column| column.number);
    }
    tables
}

impl Table<'_> {
    fn column(&self, number: u32) -> Option<&Column<'_>> {
        self.columns.iter().find(|column| column.number == number)
    }

    fn names(&self, numbers: &[u32]) -> String {
        let names = numbers.iter().filter_map(|number| self.column(*number));
        names.map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// The definition of an index up to its predicate.
    fn index(&self, index: &Found, keys: &str) -> String {
        let (beginning, name) = (index.beginning(), index.fact.id.own_name());
        format!("{beginning} {name} ON {} USING btree ({keys})", self.name)
    }

    /// The keys of an index, if each is what its column takes by itself.
    fn index_keys(&self, numbers: &[u32]) -> Option<String> {
        let count = numbers.len() / 4;
        let mut text = String::new();
        for key in 0..count {
            let of_key = |part: usize| numbers.get(part * count + key).copied();
            let column = self.column(of_key(0)?)?;
            if of_key(1) != column.operator_class || of_key(2) != Some(column.collation) {
                return None;
            }
            let order = match of_key(3)? {
                1 => " DESC NULLS LAST",
                2 => " NULLS FIRST",
                3 => " DESC",
                _ => "",
            };
            let comma = if key == 0 { "" } else { ", " };
            text.extend([comma, column.name, order]);
        }
        Some(text)
    }

    /// The column, as the parent of its sequence.
    fn as_column_parent(&self, number: u32) -> Option<Parent> {
        let name = format!("{}.{}", self.name, self.column(number)?.name);
        Some(Parent { kinds: &[Kind::Column], name })
    }

    /// The table, or the constraint whose name alone was known before.
    fn as_index_parent(&self, constraint: Option<&Parent>) -> Parent {
        match constraint {
            Some(Parent { kinds, name }) => Parent { kinds, name: format!("{name} on {}", self.name) },
            None => Parent { kinds: Kind::meant_by(self.kind.as_str()), name: self.name.to_owned() },
        }
    }
}
