//! `--check`: are the required rows there? It asks by their keys, in a read-only view of the database.
//!
//! It must not compare anything but keys: what else a row says may have been changed by people, and rightly.

use std::path::PathBuf;

use crosstrack_database::{QueryError, Snapshot, quote_literal};

use crate::error::SeedError;
use crate::key::Key;
use crate::mistake::RowProblem;
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
    let sql = table::relation_query(&file.seed);
    let answer = snapshot.rows("read the kind of a seed's table", &sql).await.map_err(refused)?;
    let relation = table::relation(file, &answer)?;
    let answer = snapshot.rows(table::PURPOSE, &table::query(&file.seed.table)).await.map_err(refused)?;
    let columns = table::columns(file, rows, &answer)?;
    let question = Question::new(file, rows, &columns);
    let key = Key::new(&file.seed, &columns, relation.nulls_are_equal);
    let answer = snapshot.rows("look for the rows of a seed", &question.sql(&key)).await;
    let read = |row: &crosstrack_database::Row| -> Result<LackingRow, QueryError> {
        Ok(LackingRow { line: row.number("line")?, key: row.text("key")?.to_owned() })
    };
    let answer = answer.map_err(|source| question.mistake(source))?;
    answer.iter().map(read).collect::<Result<_, _>>().map_err(refused)
}

/// The question which rows of a file are not in its table.
struct Question<'a> {
    file: &'a SeedFile,
    /// The statement up to the rows.
    head: String,
    rows: Vec<DeclaredRow>,
}

/// A row as a statement has it, and its line.
struct DeclaredRow {
    line: usize,
    sql: String,
}

impl<'a> Question<'a> {
    fn new(file: &'a SeedFile, rows: &Rows, columns: &[Column]) -> Self {
        // An expression may read any column.
        let reads_all = !file.seed.key.iter().all(|key| query::is_plain(key));
        let is_needed = |column: &Column| reads_all || file.seed.key.contains(&column.name);
        let row = |row: &crate::rows::Row| {
            let values = row.values.iter().zip(columns).filter(|(_, column)| is_needed(column));
            let values = values.map(|(value, column)| {
                let literal =
                    value.to_text(column.form).map_or("NULL".to_owned(), |text| quote_literal(&text));
                format!("{literal}::{}", column.data_type)
            });
            let values = values.collect::<Vec<_>>().join(", ");
            DeclaredRow { line: row.line, sql: format!("({}, {values})", row.line) }
        };
        let names = columns.iter().filter(|column| is_needed(column)).map(|column| &column.name);
        let head = format!("WITH declared (seed_line, {}) AS (VALUES ", query::columns(names, ""));
        Self { file, head, rows: rows.rows.iter().map(row).collect() }
    }

    /// The lines and keys of the file's rows that have no row of the same key in the table. In the inner query a name is the table's.
    fn sql(&self, key: &Key) -> String {
        let rows: Vec<&str> = self.rows.iter().map(|row| row.sql.as_str()).collect();
        format!(
            "{}{}) SELECT seed_line AS line, shown_key AS key FROM \
             (SELECT seed_line, ROW({})::text AS shown_key, {} FROM declared) AS wanted \
             WHERE NOT EXISTS (SELECT FROM {} WHERE {}) ORDER BY seed_line",
            self.head,
            rows.join(", "),
            key.list(),
            key.named(),
            query::table(&self.file.seed.table),
            key.equals("wanted")
        )
    }

    /// The server names the place of a value that it cannot read, in characters of the statement.
    fn mistake(&self, error: QueryError) -> SeedError {
        let position = error.server_error().and_then(|server| server.position);
        let mut end = self.head.chars().count();
        let row = self.rows.iter().find(|row| {
            end += row.sql.chars().count() + 2;
            position.is_some_and(|position| position <= end)
        });
        match (row, error.server_error()) {
            (Some(row), Some(server)) => SeedError::Mistake {
                mistake: self.file.source().at_line(row.line, RowProblem::Row),
                source: Some(Box::new(server.clone())),
            },
            _ => SeedError::Query { file: self.file.seed.file.clone(), source: error },
        }
    }
}

async fn nothing_in_table(snapshot: &Snapshot<'_>, file: &SeedFile) -> Result<Vec<LackingRow>, SeedError> {
    let sql = format!("SELECT NOT EXISTS (SELECT FROM {}) AS is_empty", query::table(&file.seed.table));
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let answer = snapshot.rows("look into the table of a seed", &sql).await.map_err(refused)?;
    let is_empty = answer.first().map_or(Ok(false), |row| row.truth("is_empty")).map_err(refused)?;
    Ok(if is_empty { vec![LackingRow { line: 1, key: "any row".to_owned() }] } else { Vec::new() })
}
