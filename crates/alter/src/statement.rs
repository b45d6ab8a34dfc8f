//! A statement, and what a person should know of it before it runs.

use std::fmt;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, without the semicolon at its end.
    pub sql: String,
    /// What to know before it runs.
    pub hazards: Vec<Hazard>,
    /// What goes that no statement brings back.
    pub losses: Vec<Loss>,
    /// How it goes with transactions.
    pub transaction: Transaction,
}

/// How a statement goes with transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// It runs inside of one.
    Inside,
    /// What was done before it must be committed, for it uses a new value of an enum.
    AfterCommit,
}

/// What to know of a statement before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// All rows are written again under a lock that also keeps readers out.
    Rewrite,
    /// All rows are read under a lock that keeps writers out, or readers too.
    Scan,
    /// Nobody writes to the table while the index is built.
    BlocksWrites,
    /// It fails where rows are that do not fit.
    FailsOnRows,
    /// Programs that know the old form break.
    BreaksPrograms,
}

impl Hazard {
    /// The word for JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Scan => "scan",
            Self::BlocksWrites => "blocks-writes",
            Self::FailsOnRows => "fails-on-rows",
            Self::BreaksPrograms => "breaks-programs",
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rewrite => "writes every row again while nobody can read or write the table",
            Self::Scan => "reads every row while nobody can write to the table",
            Self::BlocksWrites => "builds an index while nobody can write to the table",
            Self::FailsOnRows => "fails where rows do not fit",
            Self::BreaksPrograms => "programs that know the old form break",
        })
    }
}

/// What goes with a statement, whatever is run afterwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The rows of a table.
    Table {
        /// The table, as SQL text.
        table: String,
    },
    /// The values of a column.
    Column {
        /// The table, as SQL text.
        table: String,
        /// The column, as SQL text.
        column: String,
    },
    /// What of the values of a column does not fit its new type.
    Narrowing {
        /// The table, as SQL text.
        table: String,
        /// The column, as SQL text.
        column: String,
        /// The type that it had.
        from: String,
        /// The type that it gets.
        to: String,
    },
    /// How far a sequence is.
    Sequence {
        /// The sequence, as SQL text.
        sequence: String,
    },
    /// Values of an enum; rows that have them keep the statement from running.
    EnumValues {
        /// The type, as SQL text.
        name: String,
        /// The values.
        values: Vec<String>,
    },
    /// The values of an attribute of a composite type, wherever it is used.
    Attribute {
        /// The type, as SQL text.
        name: String,
        /// The attribute, as SQL text.
        attribute: String,
    },
    /// Everything in an extension's tables and of its types.
    Extension {
        /// The extension.
        name: String,
    },
}

impl Loss {
    /// The word for JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Table { .. } => "table",
            Self::Column { .. } => "column",
            Self::Narrowing { .. } => "narrowing",
            Self::Sequence { .. } => "sequence",
            Self::EnumValues { .. } => "enum-values",
            Self::Attribute { .. } => "attribute",
            Self::Extension { .. } => "extension",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table } => write!(formatter, "the rows of {table} go"),
            Self::Column { table, column } => write!(formatter, "the values of {table}.{column} go"),
            Self::Narrowing { table, column, from, to } => {
                write!(formatter, "values of {table}.{column} may not survive {from} -> {to}")
            }
            Self::Sequence { sequence } => write!(formatter, "how far {sequence} has counted is forgotten"),
            Self::EnumValues { name, values } => {
                write!(formatter, "the values {} of {name} go", values.join(", "))
            }
            Self::Attribute { name, attribute } => write!(formatter, "the values of {name}.{attribute} go"),
            Self::Extension { name } => write!(formatter, "what is stored by the extension {name} goes"),
        }
    }
}

impl Statement {
    /// A statement without anything to be known.
    pub fn plain(sql: impl Into<String>) -> Self {
        Self::new(sql)
    }

    pub(crate) fn new(sql: impl Into<String>) -> Self {
        let (hazards, losses) = (Vec::new(), Vec::new());
        Self { sql: sql.into(), hazards, losses, transaction: Transaction::Inside }
    }

    #[must_use]
    pub(crate) fn with(mut self, hazard: Hazard) -> Self {
        self.hazards.push(hazard);
        self
    }

    #[must_use]
    pub(crate) fn loses(mut self, loss: Loss) -> Self {
        self.losses.push(loss);
        self
    }

    /// Its first line.
    pub fn first_line(&self) -> &str {
        self.sql.lines().next().unwrap_or_default()
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{};", self.sql)
    }
}
