//! A statement, and what a person should know of it before it runs.

use std::fmt;

use crosstrack_loss::Loss;

use crate::online::Online;

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
    /// The same in steps that let others write to the table meanwhile, if there are such.
    pub(crate) online: Option<Online>,
}

/// How a statement goes with transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// It runs inside of one.
    Inside,
    /// What was done before it must be committed: it uses a new value of an enum, or no lock of before is to be held meanwhile.
    AfterCommit,
    /// It runs outside of any: <https://www.postgresql.org/docs/current/sql-createindex.html>, "Building Indexes Concurrently".
    Outside,
}

impl Transaction {
    /// The word for JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::AfterCommit => "after-commit",
            Self::Outside => "outside",
        }
    }
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

impl Statement {
    /// A statement without anything to be known.
    pub fn plain(sql: impl Into<String>) -> Self {
        Self::new(sql)
    }

    pub(crate) fn new(sql: impl Into<String>) -> Self {
        let (hazards, losses) = (Vec::new(), Vec::new());
        Self { sql: sql.into(), hazards, losses, transaction: Transaction::Inside, online: None }
    }

    #[must_use]
    pub(crate) fn within(mut self, transaction: Transaction) -> Self {
        self.transaction = transaction;
        self
    }

    /// Statements by what is committed together. What runs outside of a transaction is alone.
    pub fn parts(statements: &[Self]) -> impl Iterator<Item = &[Self]> {
        statements.chunk_by(|former, next| {
            former.transaction != Transaction::Outside && next.transaction == Transaction::Inside
        })
    }

    /// Whether it runs outside of a transaction.
    pub fn is_outside(&self) -> bool {
        self.transaction == Transaction::Outside
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
