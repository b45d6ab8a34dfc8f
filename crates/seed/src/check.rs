//! `--check`: are the required rows there? It asks by their keys, in a read-only view of the database.
//!
//! It must not compare anything but keys: what else a row says may have been changed by people, and rightly.

use std::path::PathBuf;

use crosstrack_database::{QueryError, Snapshot, quote_identifier, quote_literal};

use crate::error::SeedError;
use crate::query;
use crate::read::{Content, SeedFile};
use crate::rows::Rows;
use crate::table::{self, Column};

/// What a required file lacks in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The file's name.
    pub file: String,
    /// The file as people write it.
    pub path: PathBuf,
    /// The table.
    pub table: String,
    /// How many rows the file has. Of an SQL file nobody knows: one, which stands for any.
    pub required: usize,
    /// Those that are not there.
    pub rows: Vec<LackingRow>,
}

/// A row that is not in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LackingRow {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its key, as the server writes it.
    pub key: String,
}

/// Looks for the rows of the required files; gives each of those files, also when nothing lacks.
///
/// # Errors
/// When the server refuses, or the files do not fit to the tables.
pub async fn lacking_rows(snapshot: &Snapshot<'_>, files: &[SeedFile]) -> Result<Vec<Lacking>, SeedError> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.seed.required) {
        let (required, rows) = match &file.content {
            Content::Rows(rows) => (rows.rows.len(), lacking(snapshot, file, rows).await?),
            Content::Script => (1, nothing_in_table(snapshot, file).await?),
        };
        found.push(Lacking {
            file: file.seed.file.clone(),
            path: file.seed.shown.clone(),
            table: file.seed.table.clone(),
            required,
            rows,
        });
    }
    Ok(found)
}

async fn lacking(
    snapshot: &Snapshot<'_>,
    file: &SeedFile,
    rows: &Rows,
) -> Result<Vec<LackingRow>, SeedError> {
    if rows.rows.is_empty() {
        return Ok(Vec::new());
    }
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let answer = snapshot.rows(table::PURPOSE, &table::query(&file.seed.table)).await.map_err(refused)?;
    let columns = table::columns(file, rows, &answer)?;
    let answer = snapshot.rows("look for the rows of a seed", &sql(file, rows, &columns)).await;
    let read = |row: &crosstrack_database::Row| -> Result<LackingRow, QueryError> {
        Ok(LackingRow { line: row.number("line")?, key: row.text("key")?.to_owned() })
    };
    answer.map_err(refused)?.iter().map(read).collect::<Result<_, _>>().map_err(refused)
}

/// The lines and keys of the file's rows that have no row of the same key in the table. In the inner query a name is the table's.
fn sql(file: &SeedFile, rows: &Rows, columns: &[Column]) -> String {
    let row = |row: &crate::rows::Row| {
        let values = row.values.iter().zip(columns).map(|(value, column)| {
            let text = value.to_text(column.is_array);
            let literal = text.map_or("NULL".to_owned(), |text| quote_literal(&text));
            format!("{literal}::{}", column.data_type)
        });
        format!("({}, {})", row.line, values.collect::<Vec<_>>().join(", "))
    };
    let values = rows.rows.iter().map(row).collect::<Vec<_>>().join(", ");
    let names: Vec<String> = columns.iter().map(|column| quote_identifier(&column.name)).collect();
    let keys: Vec<String> = file.seed.key.iter().map(|key| query::key(key)).collect();
    let wanted = keys.iter().enumerate().map(|(index, key)| format!("{key} AS wanted_key_{index}"));
    let same = keys.iter().enumerate().map(|(index, key)| format!("{key} = wanted.wanted_key_{index}"));
    format!(
        "SELECT line, key FROM (SELECT seed_line AS line, ROW({})::text AS key, {} \
         FROM (VALUES {values}) AS declared (seed_line, {})) AS wanted \
         WHERE NOT EXISTS (SELECT FROM {} WHERE {}) ORDER BY line",
        keys.join(", "),
        wanted.collect::<Vec<_>>().join(", "),
        names.join(", "),
        query::table(&file.seed.table),
        same.collect::<Vec<_>>().join(" AND ")
    )
}

async fn nothing_in_table(snapshot: &Snapshot<'_>, file: &SeedFile) -> Result<Vec<LackingRow>, SeedError> {
    let sql = format!("SELECT NOT EXISTS (SELECT FROM {}) AS is_empty", query::table(&file.seed.table));
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let answer = snapshot.rows("look into the table of a seed", &sql).await.map_err(refused)?;
    let is_empty = answer.first().map_or(Ok(false), |row| row.truth("is_empty")).map_err(refused)?;
    Ok(if is_empty { vec![LackingRow { line: 1, key: "any row".to_owned() }] } else { Vec::new() })
}
