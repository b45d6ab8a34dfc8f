//! A question about rows, as data.
//!
//! Must not ask it.

use crate::rehearse::observe::Relation;

/// A question about the rows that are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// The migration and the line.
    pub(crate) place: (String, usize),
    /// The settings by which its texts and names are read.
    pub(crate) settings: String,
    /// The table, by its number.
    pub(crate) table: Relation,
    /// The table as the database has it, as SQL text.
    pub(crate) table_name: String,
    /// A word for the matter: what is asked of a table under the same word is not asked of its partitions.
    pub(crate) topic: String,
    /// The matter in words.
    pub(crate) subject: String,
    pub(crate) form: Form,
    /// Whether no statement of the plan writes the table before.
    pub(crate) is_certain: bool,
    /// The conversion of a column that it is about.
    pub(crate) conversion: Option<Conversion>,
}

/// The conversion of a column.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    /// The column as the database has it, as SQL text.
    pub(crate) column: String,
    /// Whether the statement has an expression for it.
    pub(crate) has_expression: bool,
}

/// The forms of a question.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// A query for the rows that contradict, the contradiction before their number, and the noun for one.
    Rows { query: String, message: String, noun: &'static str },
    /// A query that computes expressions of every row, and the contradiction before the server's error.
    Values { query: String, message: String },
    /// It cannot be asked.
    Impossible { reason: String },
}

impl Question {
    /// The same of a statement of this migration, on this line.
    pub(crate) fn at(self, place: (String, usize)) -> Self {
        Self { place, ..self }
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::Impossible { reason: String::new() }
    }
}

impl Form {
    pub(crate) fn rows(query: String, message: String) -> Self {
        Self::Rows { query, message, noun: "row" }
    }
}
