//! What the server knows of the table that a file fills: its columns and their types.
//!
//! It must not change anything.

use crosstrack_database::{QueryError, Row, quote_literal};
use crosstrack_settings::did_you_mean;

use crate::error::SeedError;
use crate::mistake::RowProblem;
use crate::query;
use crate::read::SeedFile;
use crate::rows::Rows;

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The type as SQL writes it.
    pub(crate) data_type: String,
    pub(crate) is_array: bool,
    /// Whether it is of the type `json`, which has no equality.
    pub(crate) is_plain_json: bool,
}

/// What reading a table's columns is for.
pub(crate) const PURPOSE: &str = "read the columns of a seed's table";

/// Asks for the columns of a table; a table that is not there has none.
pub(crate) fn query(table: &str) -> String {
    format!(
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type, typcategory = 'A' AS is_array, \
         atttypid = 'pg_catalog.json'::regtype AS is_plain_json \
         FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid = atttypid \
         WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        quote_literal(&query::table(table))
    )
}

/// The columns of the file, in the file's order.
pub(crate) fn columns(file: &SeedFile, rows: &Rows, answer: &[Row]) -> Result<Vec<Column>, SeedError> {
    let known = answer.iter().map(column).collect::<Result<Vec<Column>, QueryError>>();
    let known = known.map_err(|source| SeedError::Query { file: file.seed.file.clone(), source })?;
    let table = &file.seed.table;
    if known.is_empty() {
        return Err(SeedError::NoTable { file: file.seed.shown.clone(), table: table.clone() });
    }
    let find = |name: &String| {
        known.iter().find(|column| column.name == *name).cloned().ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|column| column.name.as_str()).collect();
            let problem = RowProblem::UnknownColumn { table: table.clone(), column: name.clone() };
            let line = file.text.lines().position(|line| line.contains(name.as_str())).unwrap_or(0) + 1;
            let mut mistake = file.source().at_word(line, name, problem);
            mistake.hint = did_you_mean(name, &names);
            SeedError::Mistake { mistake, source: None }
        })
    };
    rows.columns.iter().map(find).collect()
}

fn column(row: &Row) -> Result<Column, QueryError> {
    Ok(Column {
        name: row.text("name")?.to_owned(),
        data_type: row.text("type")?.to_owned(),
        is_array: row.truth("is_array")?,
        is_plain_json: row.truth("is_plain_json")?,
    })
}
