//! Sequences whose next value cannot be used by the column that they serve.
//!
//! Must not draw a value.

use std::fmt;

use crosstrack_database::{QueryError, Row, Session, quote_identifier};

use crate::rows::scope::{self, Tables};

/// A sequence that the next insert stumbles over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StuckSequence {
    /// The sequence, as SQL text.
    pub sequence: String,
    /// The table that it serves, as SQL text.
    pub table: String,
    /// The column, not quoted.
    pub column: String,
    /// The next value.
    pub next: i128,
    /// The next value is behind the sequence's limit; otherwise it is in the column already.
    pub is_exhausted: bool,
}

impl fmt::Display for StuckSequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, table, column, next, is_exhausted } = self;
        if *is_exhausted {
            return write!(formatter, "sequence {sequence} of {table}.{column} has no value left");
        }
        write!(formatter, "the next value of sequence {sequence}, {next}, is already in {table}.{column}")
    }
}

const SERVED: &str = "
, served AS (
  SELECT d.objid AS sequence, d.refobjid AS owner, d.refobjsubid AS number FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' AND d.refobjsubid > 0
  UNION
  SELECT d.refobjid, e.adrelid, e.adnum FROM pg_attrdef e
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass
  WHERE pg_get_expr(e.adbin, e.adrelid) ~ '^\\(*nextval\\(''[^)]*''::regclass\\)\\)*(::[a-z]+)?$')
SELECT format('%I.%I', n.nspname, s.relname) AS sequence, c.name AS owner, a.attname AS column_name,
  c.relkind = 'p' AS is_partitioned, t.typcategory = 'N' AS is_number,
  q.seqincrement AS step, q.seqmin AS least, q.seqmax AS most, q.seqcycle AS cycles
FROM served v JOIN own c ON c.oid = v.owner JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = v.number
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class s ON s.oid = v.sequence AND s.relkind = 'S'
JOIN pg_namespace n ON n.oid = s.relnamespace JOIN pg_sequence q ON q.seqrelid = s.oid
WHERE NOT a.attisdropped ORDER BY 2, 3, 1";

/// The sequences whose next value is in the column that they serve, or is none.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn stuck_sequences(session: &Session, tables: &Tables) -> Result<Vec<StuckSequence>, QueryError> {
    let sql = format!("{}WITH RECURSIVE {} {SERVED}", scope::PREPARE, tables.own());
    let served = session.rows("find the sequences that serve columns", &sql).await?;
    let questions: Vec<String> =
        served.iter().enumerate().map(|(place, row)| question(place, row)).collect::<Result<_, _>>()?;
    let mut stuck = Vec::new();
    for questions in questions.chunks(200) {
        for answer in session.rows("compare sequences with their columns", &questions.join("; ")).await? {
            let Some(row) = served.get(answer.number::<usize>("place")?) else { continue };
            stuck.push(StuckSequence {
                sequence: row.text("sequence")?.to_owned(),
                table: row.text("owner")?.to_owned(),
                column: row.text("column_name")?.to_owned(),
                next: answer.number("next")?,
                is_exhausted: answer.truth("is_exhausted")?,
            });
        }
    }
    Ok(stuck)
}

/// A query that has a row when a sequence is stuck.
fn question(place: usize, row: &Row) -> Result<String, QueryError> {
    let (sequence, owner) = (row.text("sequence")?, row.text("owner")?);
    let (step, least, most) = (row.text("step")?, row.text("least")?, row.text("most")?);
    let column = quote_identifier(row.text("column_name")?);
    let only = if row.truth("is_partitioned")? { "" } else { "ONLY " };
    let is_same = if row.truth("is_number")? {
        format!("t.{column}::numeric = s.next")
    } else {
        format!("t.{column}::text = s.next::text")
    };
    let is_behind = format!("NOT BETWEEN {least}::numeric AND {most}::numeric");
    let first = if step.starts_with('-') { most } else { least };
    let (next, is_exhausted) = if row.truth("cycles")? {
        (format!("CASE WHEN p.plain {is_behind} THEN {first}::numeric ELSE p.plain END"), "false".to_owned())
    } else {
        ("p.plain".to_owned(), format!("s.next {is_behind}"))
    };
    Ok(format!(
        "SELECT {place} AS place, s.next, {is_exhausted} AS is_exhausted FROM (SELECT {next} AS next FROM \
         (SELECT CASE WHEN is_called THEN last_value::numeric + ({step}) ELSE last_value::numeric END AS plain \
         FROM {sequence}) p) s WHERE {is_exhausted} OR EXISTS (SELECT FROM {only}{owner} t WHERE {is_same})"
    ))
}
