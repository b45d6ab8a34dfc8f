//! The answer to a query, as text, and the error of one.

use tokio_postgres::SimpleQueryRow;

use crate::server_error::ServerError;

/// A row of an answer. Every value is text, as the server prints it.
#[derive(Debug)]
pub struct Row(pub(crate) SimpleQueryRow);

impl Row {
    /// The value in a column, `None` when it is null.
    ///
    /// # Errors
    /// When the answer has no such column: the query and its reader disagree.
    pub fn optional(&self, column: &str) -> Result<Option<&str>, QueryError> {
        self.0
            .try_get(column)
            .map_err(|source| QueryError::Column { column: column.to_owned(), source: Box::new(source) })
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.columns().iter().map(tokio_postgres::SimpleColumn::name)
    }

    /// The value at a place in the order of the columns; nothing when it is null, or there is no such column.
    pub fn at(&self, place: usize) -> Option<&str> {
        self.0.try_get(place).ok().flatten()
    }

    /// The value in a column, empty when it is null.
    ///
    /// # Errors
    /// When the answer has no such column.
    pub fn text(&self, column: &str) -> Result<&str, QueryError> {
        Ok(self.optional(column)?.unwrap_or_default())
    }

    /// The value in a column as a number.
    ///
    /// # Errors
    /// When the answer has no such column or the value is no number.
    pub fn number<N: std::str::FromStr>(&self, column: &str) -> Result<N, QueryError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| QueryError::NotANumber { column: column.to_owned(), value: text.to_owned() })
    }

    /// Whether the value in a column is true.
    ///
    /// # Errors
    /// When the answer has no such column.
    pub fn truth(&self, column: &str) -> Result<bool, QueryError> {
        Ok(self.optional(column)? == Some("t"))
    }
}

/// A query of crosstrack's own that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The server refused it.
    #[error("the server refused to {purpose}")]
    Refused {
        /// What the query was for: "read the ledger of `auth`".
        purpose: String,
        /// What the server said.
        source: Box<ServerError>,
    },
    /// The connection broke.
    #[error("the connection broke while crosstrack tried to {purpose}")]
    Broken {
        /// What the query was for.
        purpose: String,
        /// What the driver said.
        source: Box<tokio_postgres::Error>,
    },
    /// The run's lock is gone, and somebody else may hold it by now.
    #[error("the run's lock was lost before crosstrack could {purpose}")]
    LockLost {
        /// What the statement was for.
        purpose: String,
    },
    /// The answer has no such column.
    #[error("the answer has no column `{column}`")]
    Column {
        /// The column.
        column: String,
        /// What the driver said.
        source: Box<tokio_postgres::Error>,
    },
    /// The value is not a number.
    #[error("`{value}` in the column `{column}` is not a number")]
    NotANumber {
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
}

impl QueryError {
    /// Whether the connection itself is gone.
    pub fn is_broken_connection(&self) -> bool {
        match self {
            Self::Broken { .. } => true,
            Self::Refused { source, .. } => source.ends_session(),
            _ => false,
        }
    }

    /// What the server said, if it said something.
    pub fn server_error(&self) -> Option<&ServerError> {
        match self {
            Self::Refused { source, .. } => Some(source),
            _ => None,
        }
    }

    pub(crate) fn new(purpose: &str, error: tokio_postgres::Error) -> Self {
        let purpose = purpose.to_owned();
        match error.as_db_error() {
            Some(server) => Self::Refused { purpose, source: Box::new(server.into()) },
            None => Self::Broken { purpose, source: Box::new(error) },
        }
    }
}
