//! The statements that bring rows from the temporary table into the table of a file.
//!
//! Stored and declared values are compared by their bytes, which works for every type: `json`, `xml` and `point` have no equality,
//! and the equality of `citext`, `numeric`, `float` and `char(n)` calls values the same that are stored differently.

use std::ops::Range;

use crosstrack_database::{QueryError, Session, quote_identifier};

use crate::declared::Seed;
use crate::key::Key;
use crate::load::COPIED;
use crate::query;
use crate::table::{Column, Generation, Relation};

/// The rows of a table that a write touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenRows {
    pub(crate) created: u64,
    pub(crate) changed: u64,
}

/// The statements of one file.
pub(crate) struct Statements<'a> {
    pub(crate) key: Key,
    seed: &'a Seed,
    columns: &'a [Column],
    table: String,
    /// The columns of the file.
    names: String,
    takes_on_conflict: bool,
}

const PURPOSE: &str = "write the rows";

impl<'a> Statements<'a> {
    pub(crate) fn new(seed: &'a Seed, columns: &'a [Column], relation: Relation) -> Self {
        Self {
            key: Key::new(seed, columns, relation.nulls_are_equal),
            seed,
            columns,
            table: query::table(&seed.table),
            names: query::columns(columns.iter().map(|column| &column.name), ""),
            takes_on_conflict: relation.takes_on_conflict,
        }
    }

    /// Makes the temporary table: the columns of the file, the row's number from 0, and room for what a comparison says. Floats are
    /// compared as texts where their type is not PostgreSQL's own, so they are written with all their digits.
    pub(crate) fn create(&self) -> String {
        format!(
            "SET LOCAL extra_float_digits TO 3; CREATE TEMP TABLE crosstrack_seed ON COMMIT DROP AS \
             SELECT {}, 0::bigint AS crosstrack_row, false AS crosstrack_differs FROM {} WITH NO DATA",
            self.names, self.table
        )
    }

    /// Writes those of the rows, or none of them.
    pub(crate) async fn write(&self, session: &Session, rows: Range<u64>) -> Result<WrittenRows, QueryError> {
        session.rows(PURPOSE, "SAVEPOINT crosstrack_seed").await?;
        let written = self.write_all(session, &rows).await;
        let end = match &written {
            // A constraint that waits for the commit would fail there, where no row can be named.
            Ok(_) => {
                session
                    .rows(PURPOSE, "SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT crosstrack_seed")
                    .await
            }
            Err(_) => Ok(Vec::new()),
        };
        let result = match end {
            Ok(_) => written,
            Err(error) => Err(error),
        };
        if result.is_err() {
            // What the caller needs to know is the first error.
            let undo = "ROLLBACK TO SAVEPOINT crosstrack_seed; RELEASE SAVEPOINT crosstrack_seed";
            let _ = session.rows("undo the rows", undo).await;
        }
        result
    }

    async fn write_all(&self, session: &Session, rows: &Range<u64>) -> Result<WrittenRows, QueryError> {
        if self.takes_on_conflict {
            return counts(&session.rows(PURPOSE, &self.upsert(rows)).await?);
        }
        session.rows("compare the rows", &self.compare(rows)).await?;
        let written = counts(&session.rows("compare the rows", &Self::compared(rows)).await?)?;
        if written.changed > 0 {
            session.rows(PURPOSE, &self.update(rows)).await?;
        }
        session.rows(PURPOSE, &self.insert(rows)).await?;
        Ok(written)
    }

    /// The main query sees the table as it was before the `INSERT` beside it. An identity that is generated always is given, too.
    fn upsert(&self, rows: &Range<u64>) -> String {
        let Self { table, names, key, .. } = self;
        format!(
            "WITH written AS (INSERT INTO {table} AS target ({names}) OVERRIDING SYSTEM VALUE \
             SELECT {names} FROM {COPIED} WHERE {} ORDER BY crosstrack_row \
             ON CONFLICT ({}) DO {} RETURNING {}) \
             SELECT count(*) FILTER (WHERE NOT was_there) AS created, count(*) FILTER (WHERE was_there) AS changed \
             FROM (SELECT EXISTS (SELECT FROM {table} AS target WHERE {}) AS was_there FROM written) AS counted",
            among(rows),
            key.list(),
            self.action(),
            key.named(),
            key.equals("written")
        )
    }

    /// Only what differs is changed.
    fn action(&self) -> String {
        let changing = self.changing();
        if changing.is_empty() {
            return "NOTHING".to_owned();
        }
        let quoted = |column: &Column| quote_identifier(&column.name);
        let set = changing.iter().map(|(_, column)| format!("{0} = excluded.{0}", quoted(column)));
        let pairs = changing.iter().map(|(_, column)| Pair {
            column,
            stored: format!("target.{}", quoted(column)),
            declared: format!("excluded.{}", quoted(column)),
        });
        let set: Vec<String> = set.collect();
        format!("UPDATE SET {} WHERE {}", set.join(", "), differs(&pairs.collect::<Vec<_>>()))
    }

    /// The columns that are changed in a row that is there, with their places in the file. A password is set with its account and never
    /// after, and an identity that is generated always cannot be.
    fn changing(&self) -> Vec<(usize, &Column)> {
        let is_kept = |column: &Column| {
            self.seed.key.contains(&column.name)
                || self.seed.passwords.contains(&column.name)
                || column.generation == Generation::AlwaysIdentity
        };
        self.columns.iter().enumerate().filter(|(_, column)| !is_kept(column)).collect()
    }

    /// The rows of the temporary table under names that no column of a table has.
    fn wanted(&self, condition: &str) -> String {
        let columns = self.columns.iter().enumerate();
        let columns = columns
            .map(|(index, column)| format!("{} AS crosstrack_{index}", quote_identifier(&column.name)));
        format!(
            "(SELECT crosstrack_row, {}, {} FROM {COPIED} WHERE {condition}) AS wanted",
            columns.collect::<Vec<_>>().join(", "),
            self.key.named()
        )
    }

    /// Notes for each row whether it is in the table, and differs there.
    fn compare(&self, rows: &Range<u64>) -> String {
        format!(
            "UPDATE {COPIED} SET crosstrack_differs = found.differs FROM \
             (SELECT wanted.crosstrack_row, bool_or({}) AS differs FROM {} JOIN {} AS target ON {} GROUP BY 1) AS found \
             WHERE found.crosstrack_row = crosstrack_seed.crosstrack_row",
            self.differs_from_wanted(),
            self.wanted(&among(rows)),
            self.table,
            self.key.equals("wanted")
        )
    }

    fn differs_from_wanted(&self) -> String {
        let pairs = self.changing().into_iter().map(|(index, column)| Pair {
            column,
            stored: format!("target.{}", quote_identifier(&column.name)),
            declared: format!("wanted.crosstrack_{index}"),
        });
        differs(&pairs.collect::<Vec<_>>())
    }

    fn compared(rows: &Range<u64>) -> String {
        format!(
            "SELECT count(*) FILTER (WHERE crosstrack_differs IS NULL) AS created, \
             count(*) FILTER (WHERE crosstrack_differs) AS changed FROM {COPIED} WHERE {}",
            among(rows)
        )
    }

    fn update(&self, rows: &Range<u64>) -> String {
        let set = self.changing().into_iter();
        let set = set
            .map(|(index, column)| format!("{} = wanted.crosstrack_{index}", quote_identifier(&column.name)));
        format!(
            "UPDATE {} AS target SET {} FROM {} WHERE {} AND ({})",
            self.table,
            set.collect::<Vec<_>>().join(", "),
            self.wanted(&format!("crosstrack_differs AND {}", among(rows))),
            self.key.equals("wanted"),
            self.differs_from_wanted()
        )
    }

    fn insert(&self, rows: &Range<u64>) -> String {
        let Self { table, names, .. } = self;
        format!(
            "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {COPIED} \
             WHERE crosstrack_differs IS NULL AND {} ORDER BY crosstrack_row",
            among(rows)
        )
    }

    /// The first row whose value in a column is another one in the table.
    pub(crate) fn other_value(&self, index: usize) -> String {
        let name = self.columns.get(index).map_or(String::new(), |column| quote_identifier(&column.name));
        format!(
            "SELECT wanted.crosstrack_row AS row, target.{name}::text AS stored FROM {} JOIN {} AS target ON {} \
             WHERE target.{name} IS DISTINCT FROM wanted.crosstrack_{index} ORDER BY 1 LIMIT 1",
            self.wanted("true"),
            self.table,
            self.key.equals("wanted")
        )
    }
}

fn among(rows: &Range<u64>) -> String {
    format!("crosstrack_row >= {} AND crosstrack_row < {}", rows.start, rows.end)
}

fn counts(answer: &[crosstrack_database::Row]) -> Result<WrittenRows, QueryError> {
    let Some(row) = answer.first() else { return Ok(WrittenRows::default()) };
    Ok(WrittenRows { created: row.number("created")?, changed: row.number("changed")? })
}

/// A column and its two values.
struct Pair<'a> {
    column: &'a Column,
    stored: String,
    declared: String,
}

/// The condition that one of the values differs. The casts to `record` keep the parser from comparing column by column with the operators
/// of the search path. The same value of an extension's type may have other bytes, so there the text must differ as well.
fn differs(pairs: &[Pair<'_>]) -> String {
    let bytes_differ = |pairs: &[&Pair<'_>]| {
        let stored: Vec<&str> = pairs.iter().map(|pair| pair.stored.as_str()).collect();
        let declared: Vec<&str> = pairs.iter().map(|pair| pair.declared.as_str()).collect();
        let (stored, declared) = (stored.join(", "), declared.join(", "));
        format!("ROW({stored})::record OPERATOR(pg_catalog.*<>) ROW({declared})::record")
    };
    let (built_in, others): (Vec<&Pair<'_>>, Vec<&Pair<'_>>) =
        pairs.iter().partition(|pair| pair.column.is_built_in);
    let mut conditions: Vec<String> = Vec::new();
    if !built_in.is_empty() {
        conditions.push(bytes_differ(&built_in));
    }
    conditions.extend(others.iter().map(|pair| {
        let Pair { stored, declared, .. } = pair;
        let bytes = bytes_differ(&[pair]);
        format!("({bytes} AND ROW({stored})::text OPERATOR(pg_catalog.<>) ROW({declared})::text)")
    }));
    if conditions.is_empty() { "false".to_owned() } else { conditions.join(" OR ") }
}
