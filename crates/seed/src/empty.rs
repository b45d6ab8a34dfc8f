//! `--fresh`: the tables of the seeds are emptied first, in one transaction, and nothing that nobody has named loses a row.
//!
//! `TRUNCATE` refuses a table to which another one refers, even an empty one, so the empty ones are truncated with it; one with rows
//! stops everything.

use crosstrack_database::{QueryError, Row, Session, Snapshot, quote_literal};

use crate::declared::Seed;
use crate::error::SeedError;
use crate::query;

/// A table and how many rows it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// The table, as SQL writes it.
    pub table: String,
    /// How many rows.
    pub rows: u64,
}

/// What emptying would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emptying {
    /// The tables that the seeds name, in the order in which they are filled.
    pub tables: Vec<TableRows>,
    /// Tables that nobody has named and that refer to those, with rows of their own: they stop it.
    pub referring: Vec<TableRows>,
    /// Views among the named: their rows are those of other tables.
    pub views: Vec<String>,
    /// Those without rows.
    empty: Vec<String>,
}

const PURPOSE: &str = "count the rows of the seeds' tables";

/// Counts what `--fresh` would take away.
///
/// # Errors
/// When the server refuses, or a table does not exist.
pub async fn rows_to_lose(snapshot: &Snapshot<'_>, seeds: &[&Seed]) -> Result<Emptying, QueryError> {
    read(&snapshot.rows(PURPOSE, &counting(seeds)).await?)
}

/// Empties the tables, in a transaction that is open. What is counted is locked before it is counted.
pub(crate) async fn empty(session: &Session, seeds: &[&Seed]) -> Result<Vec<TableRows>, SeedError> {
    let seen = read(&session.rows(PURPOSE, &counting(seeds)).await.map_err(SeedError::Empty)?)
        .map_err(SeedError::Empty)?;
    if !seen.views.is_empty() {
        return Err(SeedError::FreshView { views: seen.views });
    }
    let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", seen.names());
    session.rows("lock the seeds' tables", &lock).await.map_err(SeedError::Empty)?;
    let found = read(&session.rows(PURPOSE, &counting(seeds)).await.map_err(SeedError::Empty)?)
        .map_err(SeedError::Empty)?;
    if !found.referring.is_empty() {
        return Err(SeedError::Referred { tables: found.referring });
    }
    let truncate = format!("TRUNCATE {}", found.names());
    session.rows("empty the seeds' tables", &truncate).await.map_err(SeedError::Empty)?;
    Ok(found.tables)
}

impl Emptying {
    /// All the tables, as a statement names them.
    fn names(&self) -> String {
        let counted = self.tables.iter().chain(&self.referring).map(|table| table.table.as_str());
        counted.chain(self.empty.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
    }
}

/// The named tables and all that refer to them, directly or through others, each with its number of rows.
fn counting(seeds: &[&Seed]) -> String {
    let names = seeds.iter().map(|seed| format!("{}::regclass", quote_literal(&query::table(&seed.table))));
    let names = names.collect::<Vec<_>>().join(", ");
    format!(
        "WITH RECURSIVE named AS (SELECT table_oid::oid, min(place) AS place \
         FROM unnest(ARRAY[{names}]) WITH ORDINALITY AS n(table_oid, place) GROUP BY table_oid), \
         reached AS (SELECT table_oid FROM named UNION SELECT conrelid FROM pg_catalog.pg_constraint \
         JOIN reached ON confrelid = table_oid WHERE contype = 'f') \
         SELECT reached.table_oid::regclass::text AS name, place IS NOT NULL AS is_named, relkind IN ('v', 'm') AS is_view, \
         substring(query_to_xml(format('SELECT count(*) AS n FROM %s', reached.table_oid::regclass), false, true, '')::text \
         from '<n>([0-9]+)</n>') AS rows \
         FROM reached JOIN pg_catalog.pg_class ON pg_class.oid = reached.table_oid \
         LEFT JOIN named USING (table_oid) ORDER BY place NULLS LAST, 1"
    )
}

fn read(rows: &[Row]) -> Result<Emptying, QueryError> {
    let mut emptying = Emptying::default();
    for row in rows {
        let table = TableRows { table: row.text("name")?.to_owned(), rows: row.number("rows")? };
        if row.truth("is_view")? {
            emptying.views.push(table.table);
        } else if row.truth("is_named")? {
            emptying.tables.push(table);
        } else if table.rows > 0 {
            emptying.referring.push(table);
        } else {
            emptying.empty.push(table.table);
        }
    }
    Ok(emptying)
}
