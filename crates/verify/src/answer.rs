//! What the answers of several checks have in common: a row's object, JSON in a column, a table as it was found.
//!
//! It must not compare anything.

use std::fmt;

use crosstrack_database::{QueryError, Row, quote_identifier};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Why an answer could not be read: the query and its reader disagree, which is a bug of ours.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// A column is not there or is no number.
    #[error("a row is not as expected")]
    Row {
        /// Why not.
        source: Box<QueryError>,
    },
    /// A value is not JSON of the expected shape.
    #[error("the column `{column}` does not hold the expected JSON")]
    Json {
        /// The column.
        column: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
    /// The server describes an index in words that are not understood.
    #[error("`{words}` is not a definition of an index")]
    Definition {
        /// What the server says.
        words: String,
    },
    /// The number of a row is not that of a declared object, or a declared object has no row.
    #[error("the rows do not belong to the {declared} declared objects")]
    Position {
        /// How many objects are declared.
        declared: usize,
    },
}

impl From<QueryError> for AnswerError {
    fn from(source: QueryError) -> Self {
        Self::Row { source: Box::new(source) }
    }
}

/// The rows of each declared object, in the order of the declarations.
pub(crate) fn by_position(rows: &[Row], declared: usize) -> Result<Vec<Vec<&Row>>, AnswerError> {
    let mut groups: Vec<Vec<&Row>> = vec![Vec::new(); declared];
    for row in rows {
        let group = groups.get_mut(row.number::<usize>("position")?);
        group.ok_or(AnswerError::Position { declared })?.push(row);
    }
    if groups.iter().any(Vec::is_empty) {
        return Err(AnswerError::Position { declared });
    }
    Ok(groups)
}

/// The value of a column that holds JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, AnswerError> {
    serde_json::from_str(row.text(column)?).map_err(|source| AnswerError::Json { column, source })
}

/// `VALUES` with a row for each declared object: its number and then what `write` writes.
pub(crate) fn values<T>(declared: &[T], write: impl Fn(&T) -> String) -> String {
    let rows: Vec<String> = declared
        .iter()
        .enumerate()
        .map(|(position, object)| format!("({position}, {})", write(object)))
        .collect();
    format!("VALUES {}", rows.join(", "))
}

/// The name of something in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct CatalogName {
    pub(crate) schema: String,
    pub(crate) name: String,
}

impl CatalogName {
    /// The name as SQL: qualified, so that it means the same in every session.
    pub(crate) fn as_sql(&self) -> String {
        format!("{}.{}", quote_identifier(&self.schema), quote_identifier(&self.name))
    }
}

impl fmt::Display for CatalogName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.name)
    }
}

/// A table as the catalog describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundTable {
    pub(crate) name: CatalogName,
    pub(crate) is_partitioned: bool,
    pub(crate) columns: Vec<String>,
}

/// Finds the table of `declared.table_oid`; [`FoundTable::read`] reads its columns.
pub(crate) const TABLE_JOIN: &str = "LEFT JOIN pg_class AS found ON found.oid = declared.table_oid \
     LEFT JOIN pg_namespace AS found_schema ON found_schema.oid = found.relnamespace";

/// The columns that [`FoundTable::read`] reads.
pub(crate) const TABLE_COLUMNS: &str = "\
     found_schema.nspname AS table_schema, found.relname AS table_name, found.relkind AS table_kind, \
     (SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute \
      WHERE attrelid = found.oid AND attnum > 0 AND NOT attisdropped) AS table_columns";

impl FoundTable {
    /// The table of a row; `None` when there is none of that name.
    pub(crate) fn read(row: &Row) -> Result<Option<Self>, AnswerError> {
        let (Some(schema), Some(name)) = (row.optional("table_schema")?, row.optional("table_name")?) else {
            return Ok(None);
        };
        Ok(Some(Self {
            name: CatalogName { schema: schema.to_owned(), name: name.to_owned() },
            is_partitioned: row.text("table_kind")? == "p",
            columns: json(row, "table_columns")?,
        }))
    }

    /// The first of these columns that the table does not have.
    pub(crate) fn lacks<'c>(&self, columns: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        columns.into_iter().find(|column| !self.columns.iter().any(|there| there == column))
    }
}

/// Columns for people and for SQL.
pub(crate) fn quoted_list(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| quote_identifier(column)).collect();
    quoted.join(", ")
}

/// What stands under a name, by its letter in `pg_class.relkind`.
pub(crate) fn kind_in_words(relkind: &str) -> &'static str {
    match relkind {
        "r" | "p" => "a table",
        "i" | "I" => "an index",
        "S" => "a sequence",
        "v" => "a view",
        "m" => "a materialized view",
        "f" => "a foreign table",
        "c" => "a composite type",
        _ => "something else",
    }
}
