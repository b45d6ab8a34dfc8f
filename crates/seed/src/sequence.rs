//! The sequences of a table stand behind what was loaded, so that the next row of the application gets a key that is free.
//!
//! It must not move a sequence backwards: other sessions draw from it meanwhile.

use crosstrack_database::{QueryError, Row, Session, quote_identifier, quote_literal};

use crate::query;

/// A sequence that had to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceState {
    /// The sequence, as SQL writes it.
    pub sequence: String,
    /// The table and its column that draw from it: `people.id`.
    pub column: String,
    /// The value that the next row will get when the sequence was moved, and otherwise the one that is taken or behind taken ones.
    pub next: String,
    /// The right that the role lacks for moving it: `UPDATE`. `None` when the sequence was moved.
    pub missing_privilege: Option<&'static str>,
}

/// The tables into which rows may have come.
#[derive(Clone, Copy)]
pub(crate) enum Written<'a> {
    /// One, and those of which it is a partition.
    Table(&'a str),
    /// Every table into which this transaction has inserted: the file fills a view, or has statements.
    Everything,
}

/// Up to so many values are drawn one by one, which never goes backwards. To set a sequence leaves a moment between reading and writing, in
/// which another session cannot draw as many.
const DRAWN: u64 = 10_000;

const PURPOSE: &str = "read the sequences of a seed's table";

/// Moves every sequence that stands before a value of its column. Gives those that had to move.
pub(crate) async fn move_behind(
    session: &Session,
    written: Written<'_>,
) -> Result<Vec<SequenceState>, QueryError> {
    let mut moved = Vec::new();
    for row in &session.rows(PURPOSE, &used_sequences(written)).await? {
        let used = Used::read(row)?;
        if !used.is_readable {
            moved.push(used.unmoved(String::new(), "SELECT"));
            continue;
        }
        let Some(row) = session.rows(PURPOSE, &used.position()).await?.pop() else { continue };
        let next = row.text("following")?.to_owned();
        let steps = row.number::<u64>("steps").unwrap_or(u64::MAX);
        if steps > DRAWN && !used.may_set || !used.may_draw {
            let stands_at = row.text("next")?.to_owned();
            let privilege = if used.may_draw { "UPDATE" } else { "USAGE, UPDATE" };
            moved.push(used.unmoved(stands_at, privilege));
            continue;
        }
        session.rows("move a sequence", &used.advance(steps, row.text("last")?)).await?;
        moved.push(SequenceState {
            sequence: used.sequence,
            column: used.column,
            next,
            missing_privilege: None,
        });
    }
    Ok(moved)
}

/// A column that draws from a sequence.
struct Used {
    sequence: String,
    /// Table and column, for people.
    column: String,
    /// The values of the column as a query gives them: `SELECT max("id") FROM people WHERE ...`.
    farthest: String,
    increment: String,
    /// The position of the sequence, as a query gives it.
    state: String,
    is_readable: bool,
    may_draw: bool,
    may_set: bool,
}

impl Used {
    fn read(row: &Row) -> Result<Self, QueryError> {
        let (sequence, table) = (row.text("sequence")?, row.text("table_name")?);
        let name = quote_identifier(row.text("column_name")?);
        let (increment, least, greatest) =
            (row.text("increment")?, row.text("least")?, row.text("greatest")?);
        let aggregate = if increment.starts_with('-') { "min" } else { "max" };
        let state = if row.truth("may_select")? {
            format!(
                "SELECT CASE WHEN is_called THEN last_value::numeric + {increment} ELSE last_value END FROM {sequence}"
            )
        } else {
            let oid = quote_literal(sequence);
            format!(
                "SELECT coalesce(pg_sequence_last_value({oid}::regclass)::numeric + {increment}, {})",
                row.text("start")?
            )
        };
        Ok(Self {
            sequence: sequence.to_owned(),
            column: format!("{table}.{}", row.text("column_name")?),
            farthest: format!(
                "SELECT {aggregate}({name})::numeric FROM {table} WHERE {name} BETWEEN {least} AND {greatest}"
            ),
            increment: increment.to_owned(),
            state,
            is_readable: row.truth("is_readable")?,
            may_draw: row.truth("may_draw")?,
            may_set: row.truth("may_set")?,
        })
    }

    /// The number of values to draw so that the next one lies behind every value of the column; no row when none.
    fn position(&self) -> String {
        let Self { farthest, increment, state, .. } = self;
        format!(
            "SELECT next, steps, next + (steps - 1) * ({increment}) AS last, next + steps * ({increment}) AS following FROM \
             (SELECT next, floor((farthest - next) / ({increment})) + 1 AS steps \
             FROM (SELECT ({state}) AS next, ({farthest}) AS farthest) AS position) AS distance WHERE steps > 0"
        )
    }

    fn advance(&self, steps: u64, last: &str) -> String {
        let sequence = quote_literal(&self.sequence);
        if steps <= DRAWN {
            format!("SELECT count(nextval({sequence}::regclass)) FROM generate_series(1, {steps})")
        } else {
            format!("SELECT setval({sequence}::regclass, {last})")
        }
    }

    fn unmoved(self, next: String, privilege: &'static str) -> SequenceState {
        SequenceState {
            sequence: self.sequence,
            column: self.column,
            next,
            missing_privilege: Some(privilege),
        }
    }
}

/// The columns of the tables that draw from a sequence and nothing else: identities, `serial`, and defaults of `nextval`, also those of a
/// domain. A value from which the sequence could not go on is left out of account, as a sentinel at the end of the type is.
fn used_sequences(written: Written<'_>) -> String {
    let tables = match written {
        Written::Table(table) => {
            format!("SELECT to_regclass({})::oid AS oid", quote_literal(&query::table(table)))
        }
        Written::Everything => {
            "SELECT relid AS oid FROM pg_catalog.pg_stat_xact_user_tables WHERE n_tup_ins > 0 \
                                AND relid <> coalesce(to_regclass('pg_temp.crosstrack_seed'), 0)"
                .to_owned()
        }
    };
    format!(
        "WITH loaded AS ({tables}), tables AS (SELECT oid FROM loaded UNION \
         SELECT relid FROM loaded, pg_partition_ancestors(oid)), \
         drawing AS (SELECT attrelid, attname, attnum, \
         substring(coalesce(pg_get_expr(adbin, adrelid), CASE WHEN NOT atthasdef THEN typdefault END) from {DEFAULT}) AS named \
         FROM tables JOIN pg_catalog.pg_attribute ON attrelid = tables.oid \
         JOIN pg_catalog.pg_type ON pg_type.oid = atttypid \
         LEFT JOIN pg_catalog.pg_attrdef ON adrelid = attrelid AND adnum = attnum \
         WHERE attnum > 0 AND NOT attisdropped AND attgenerated = '' AND coalesce(nullif(typbasetype, 0), pg_type.oid) \
         IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)), \
         used AS (SELECT attrelid, attname, attnum, to_regclass(replace(named, '''''', ''''))::oid AS sequence \
         FROM drawing WHERE named IS NOT NULL UNION \
         SELECT attrelid, attname, attnum, objid FROM drawing JOIN pg_catalog.pg_depend ON refobjid = attrelid \
         AND refobjsubid = attnum AND refclassid = 'pg_class'::regclass AND classid = 'pg_class'::regclass AND deptype = 'i') \
         SELECT sequence::regclass AS sequence, attrelid::regclass AS table_name, attname AS column_name, \
         seqincrement AS increment, seqstart AS start, \
         CASE WHEN seqincrement > 0 THEN seqmin ELSE seqmin - seqincrement::numeric END AS least, \
         CASE WHEN seqincrement > 0 THEN seqmax - seqincrement::numeric ELSE seqmax END AS greatest, \
         has_sequence_privilege(sequence, 'SELECT') AS may_select, \
         has_sequence_privilege(sequence, 'SELECT, USAGE') AND has_column_privilege(attrelid, attnum, 'SELECT') AS is_readable, \
         has_sequence_privilege(sequence, 'USAGE, UPDATE') AS may_draw, has_sequence_privilege(sequence, 'UPDATE') AS may_set \
         FROM used JOIN pg_catalog.pg_sequence ON seqrelid = sequence ORDER BY 2, attnum, 1"
    )
}

/// A default that is the next value of a sequence, perhaps cast; the group is the sequence's name.
const DEFAULT: &str = r"'^\(*nextval\(\(*''((?:[^'']|'''')+)''(?:::text)?\)*(?:::regclass)?\)+(?:::[a-z ]+)?(?:\([0-9, ]+\))?$'";
