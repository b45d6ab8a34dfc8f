//! The rows of the tables as texts, and the next value of each sequence that serves no column.
//!
//! Must not change anything, and must not read a large table to its end.

use std::collections::BTreeMap;

use crosstrack_database::{QueryError, Row, Session, quote_identifier, quote_literal};

use crate::rows::scope::{self, Tables};
use crate::rows::shape::SEPARATOR;

/// The rows of one table; one that has more is not compared.
const ROWS: usize = 500;

/// The rows of all tables at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub(crate) tables: BTreeMap<u32, TableRows>,
    pub(crate) sequences: BTreeMap<u32, Standing>,
}

/// A table's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableRows {
    /// Its name, as SQL text.
    pub(crate) name: String,
    pub(crate) is_partitioned: bool,
    /// The numbers of its partitions.
    pub(crate) partitions: Vec<u32>,
    pub(crate) columns: Vec<ColumnType>,
    /// The values in the order of the columns.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// It has more rows, or they could not be read.
    pub(crate) is_incomplete: bool,
}

/// A column that has data of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnType {
    pub(crate) number: i16,
    /// Its name, not quoted.
    pub(crate) name: String,
    /// Its type, qualified.
    pub(crate) kind: String,
    /// The type below a domain.
    pub(crate) below: String,
    pub(crate) is_composite: bool,
}

/// A sequence's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Its name, as SQL text.
    pub(crate) name: String,
    pub(crate) next: i128,
    pub(crate) counts_down: bool,
}

impl Picture {
    /// The number of rows in it.
    pub fn rows(&self) -> usize {
        self.tables.values().map(|table| table.rows.len()).sum()
    }
}

const TABLES: &str = "
SELECT 'table' AS what, c.oid, c.name, c.relkind = 'p' AS is_partitioned,
  (SELECT string_agg(p.relid::oid::text, ' ') FROM pg_partition_tree(c.oid) p WHERE p.relid <> c.oid AND c.relkind = 'p') AS partitions
FROM own c";

const COLUMNS: &str = "
, below AS (
  SELECT t.oid AS of, t.typbasetype AS base, t.typtypmod AS modifier FROM pg_type t WHERE t.typtype = 'd'
  UNION ALL SELECT b.of, t.typbasetype, t.typtypmod FROM below b JOIN pg_type t ON t.oid = b.base AND t.typtype = 'd')
SELECT 'column' AS what, c.oid, a.attnum AS number, a.attname AS name,
  CASE WHEN n.nspname = 'pg_catalog' THEN format_type(a.atttypid, a.atttypmod) ELSE format('%I.%I', n.nspname, t.typname) END AS kind,
  format_type(coalesce(b.base, a.atttypid), coalesce(b.modifier, a.atttypmod)) AS below,
  coalesce(u.typtype, t.typtype) = 'c' AS is_composite
FROM own c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN below b ON b.of = t.oid AND NOT EXISTS (SELECT FROM pg_type d WHERE d.oid = b.base AND d.typtype = 'd')
LEFT JOIN pg_type u ON u.oid = b.base
ORDER BY c.oid, a.attnum";

const SEQUENCES: &str = "
SELECT 'sequence' AS what, s.oid, format('%I.%I', n.nspname, s.relname) AS name, q.seqincrement < 0 AS counts_down,
  CASE WHEN l.value IS NULL THEN q.seqstart::numeric ELSE l.value::numeric + q.seqincrement END AS next
FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid JOIN pg_namespace n ON n.oid = s.relnamespace
CROSS JOIN LATERAL (SELECT pg_sequence_last_value(s.oid) AS value) l
WHERE s.relpersistence <> 't' AND n.nspname <> 'crosstrack' AND NOT starts_with(n.nspname, 'pg_')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i', 'e'))
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
  AND d.classid = 'pg_attrdef'::regclass)";

/// The settings that change how a value is written, each for one transaction.
const SETTINGS: &str = "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), \
                        set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true), \
                        set_config('bytea_output', 'hex', true), set_config('xmlbinary', 'base64', true)";

/// Reads the rows of the chosen tables, in two round trips.
///
/// # Errors
/// When the catalog cannot be read or the connection breaks; a table that cannot be read is not compared.
pub async fn picture(session: &Session, tables: &Tables) -> Result<Picture, QueryError> {
    let own = tables.own();
    let queries = [TABLES, COLUMNS, SEQUENCES].map(|query| format!("WITH RECURSIVE {own} {query}"));
    let mut picture = Picture::default();
    for row in session
        .rows("read the columns of the tables", &format!("{}{}", scope::PREPARE, queries.join("; ")))
        .await?
    {
        picture.take(&row)?;
    }
    let numbers: Vec<u32> = picture.tables.keys().copied().collect();
    for numbers in numbers.chunks(100) {
        if !picture.read_rows(session, numbers).await? {
            for number in numbers {
                let is_read = picture.read_rows(session, &[*number]).await?;
                picture.tables.entry(*number).and_modify(|table| table.is_incomplete |= !is_read);
            }
        }
    }
    Ok(picture)
}

impl Picture {
    fn take(&mut self, row: &Row) -> Result<(), QueryError> {
        let number: u32 = row.number("oid")?;
        let name = row.text("name")?.to_owned();
        match row.text("what")? {
            "table" => {
                let table = self.tables.entry(number).or_default();
                table.name = name;
                table.is_partitioned = row.truth("is_partitioned")?;
                let partitions = row.text("partitions")?.split_whitespace();
                table.partitions = partitions.filter_map(|number| number.parse().ok()).collect();
            }
            "column" => self.tables.entry(number).or_default().columns.push(ColumnType {
                number: row.number("number")?,
                name,
                kind: row.text("kind")?.to_owned(),
                below: row.text("below")?.to_owned(),
                is_composite: row.truth("is_composite")?,
            }),
            _ => {
                let (next, counts_down) = (row.number("next")?, row.truth("counts_down")?);
                self.sequences.insert(number, Standing { name, next, counts_down });
            }
        }
        Ok(())
    }

    /// Reads the rows of some tables; false when the server refuses.
    async fn read_rows(&mut self, session: &Session, numbers: &[u32]) -> Result<bool, QueryError> {
        let queries: Vec<String> =
            numbers.iter().filter_map(|number| Some(self.tables.get(number)?.query(*number))).collect();
        let sql = format!("{SETTINGS}; {}", queries.join("; "));
        let rows = match session.rows("read the rows of the tables", &sql).await {
            Ok(rows) => rows,
            Err(error) if error.server_error().is_some() && !error.is_broken_connection() => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        // The first row is that of the settings.
        for row in rows.iter().skip(1) {
            let number = row.at(0).and_then(|number| number.parse().ok());
            let Some(table) = number.and_then(|number: u32| self.tables.get_mut(&number)) else { continue };
            if table.rows.len() == ROWS {
                table.is_incomplete = true;
                continue;
            }
            let values = (1..=table.columns.len()).map(|place| row.at(place).map(str::to_owned)).collect();
            table.rows.push(values);
        }
        Ok(true)
    }
}

impl TableRows {
    fn query(&self, number: u32) -> String {
        let mut values = vec![quote_literal(&number.to_string())];
        values.extend(self.columns.iter().map(|column| {
            // The name of what such a value refers to may change; its number does not.
            let through = if column.below.starts_with("reg") { "::oid" } else { "" };
            format!("{}{through}::text", quote_identifier(&column.name))
        }));
        let only = if self.is_partitioned { "" } else { "ONLY " };
        format!("SELECT {} FROM {only}{} LIMIT {}", values.join(", "), self.name, ROWS + 1)
    }
}

/// A row in words, for a message.
pub(crate) fn described(columns: &[ColumnType], row: &[Option<String>]) -> String {
    let value = |(column, value): (&ColumnType, &Option<String>)| {
        let value = value.as_ref().map_or("NULL".to_owned(), |value| quote_literal(value));
        format!("{} {}", column.name, value.replace(SEPARATOR, " "))
    };
    columns.iter().zip(row).map(value).collect::<Vec<_>>().join(", ")
}
