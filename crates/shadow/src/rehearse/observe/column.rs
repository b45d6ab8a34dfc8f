//! The columns of tables, partitioned tables and materialized views.
//!
//! Must not resolve a type: its number is what stays the same under another name.

use crosstrack_database::{QueryError, Row};

use super::text;

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// Whether it is NOT NULL.
    pub(crate) not_null: bool,
    /// The server's number of its type.
    pub(crate) type_number: u32,
    /// Its type with a limit, as SQL text.
    pub(crate) type_text: String,
    /// Whether it is an identity column.
    pub(crate) is_identity: bool,
    /// Whether its value is computed and stored.
    pub(crate) is_generated: bool,
    /// Its default, or the expression that generates it.
    pub(crate) expression: Option<String>,
}

/// A not-null constraint that is not valid yet, as PostgreSQL 18 has them, is not one for the rows that are there.
pub(super) const COLUMNS: &str = "
SELECT 'column' AS what, a.attrelid AS number, a.attnum AS attribute, quote_ident(a.attname) AS name,
    a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n'
        AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum]) AS not_null,
    a.atttypid AS type_number, format_type(a.atttypid, a.atttypmod) AS type_text, a.attidentity <> '' AS is_identity,
    a.attgenerated = 's' AS is_generated, coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS expression
FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped";

pub(super) fn read(row: &Row) -> Result<Column, QueryError> {
    Ok(Column {
        name: row.text("name")?.to_owned(),
        not_null: row.truth("not_null")?,
        type_number: row.number("type_number")?,
        type_text: row.text("type_text")?.to_owned(),
        is_identity: row.truth("is_identity")?,
        is_generated: row.truth("is_generated")?,
        expression: text(row, "expression")?,
    })
}
