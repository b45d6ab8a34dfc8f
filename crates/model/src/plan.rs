//! A plan: what a run will do, in order, as data. What is shown is what is run.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use crate::checksum::Checksum;
use crate::migration::{Direction, Migration, Script};
use crate::track::TrackName;

/// Something about a step that a person should know before it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hazard {
    /// The script runs outside a transaction: a failure can leave a part of it behind.
    NotTransactional,
    /// The script begins or ends transactions itself, so that a failure can leave a part of it behind.
    OwnTransaction {
        /// The line of the first such statement, from 1.
        line: usize,
    },
    /// There is no backward script.
    NoWayBack,
    /// A statement destroys data.
    DataLoss {
        /// The line of the script, from 1.
        line: usize,
        /// The statement's first words.
        statement: String,
    },
    /// A statement drops whatever depends on its object, in other tracks too.
    Cascade {
        /// The line of the script, from 1.
        line: usize,
        /// The statement's first words.
        statement: String,
    },
}

impl Hazard {
    /// The word for JSON and for `-- crosstrack: allow <word>`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotTransactional => "not-transactional",
            Self::OwnTransaction { .. } => "own-transaction",
            Self::NoWayBack => "no-way-back",
            Self::DataLoss { .. } => "data-loss",
            Self::Cascade { .. } => "cascade",
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTransactional => formatter.write_str("runs outside a transaction"),
            Self::OwnTransaction { line } => {
                write!(formatter, "begins or ends its transaction itself, line {line}")
            }
            Self::NoWayBack => formatter.write_str("has no down migration"),
            Self::DataLoss { line, statement } => {
                write!(formatter, "destroys data, line {line}: {statement}")
            }
            Self::Cascade { line, statement } => {
                write!(formatter, "drops what depends on it, line {line}: {statement}")
            }
        }
    }
}

/// Where a script begins that runs statement by statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// How many statements an earlier run has done.
    pub statements_done: usize,
    /// Whether nobody has seen how the statement after them ended: it may be done, or a part of it left behind.
    pub in_doubt: bool,
}

/// One migration in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The phase that it belongs to.
    pub phase: String,
    /// The track that it belongs to.
    pub track: TrackName,
    /// The migration.
    pub migration: Arc<Migration>,
    /// Which way.
    pub direction: Direction,
    /// The script that runs.
    pub script: Script,
    /// The run whose journal the script is from, when no file has it.
    pub from_run: Option<i64>,
    /// Where it begins.
    pub start: Start,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Option<Duration>,
    /// What a person should know before it runs.
    pub hazards: Vec<Hazard>,
}

/// A ledger row that is about a script as it is, and whose checksum the tool would write otherwise today: a checkout changed the
/// line endings or an editor the byte-order mark. The tool itself would stop there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restamp {
    /// The track that it belongs to.
    pub track: TrackName,
    /// The migration, with the checksum that the tool would write now.
    pub migration: Arc<Migration>,
}

/// Checks that must pass before the run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The phase that declares the checks.
    pub phase: String,
    /// The checks, in the order of the phase.
    pub checks: Vec<String>,
}

/// One item of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A migration.
    Step(Box<Step>),
    /// Checks.
    Gate(Gate),
}

/// What a run will do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which way the run goes.
    pub direction: Direction,
    /// The steps and the gates, in order.
    pub items: Vec<Item>,
    /// Rows of the ledgers that get the checksum of today before the first step.
    pub restamps: Vec<Restamp>,
    /// Gates that the plan leaves out because it stops before the tracks are up to date.
    pub skipped_gates: Vec<Gate>,
}

impl Plan {
    /// The steps, in order.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.items.iter().filter_map(|item| match item {
            Item::Step(step) => Some(&**step),
            Item::Gate(_) => None,
        })
    }

    /// How many steps there are.
    pub fn step_count(&self) -> usize {
        self.steps().count()
    }

    /// Whether the run would write nothing but its own journal.
    pub fn changes_nothing(&self) -> bool {
        self.restamps.is_empty() && self.step_count() == 0
    }

    /// A fingerprint of the steps, their scripts and the restamped rows: equal exactly when the same scripts run in the same
    /// order and the same rows are restamped.
    pub fn fingerprint(&self) -> Checksum {
        let mut text = String::from(self.direction.as_str());
        for Restamp { track, migration } in &self.restamps {
            // Writing to a String cannot fail.
            let _ = write!(text, "\nrestamp {track} {}", migration.version);
            for byte in migration.ledger_checksums.first().into_iter().flatten() {
                let _ = write!(text, " {byte:02x}");
            }
        }
        for step in self.steps() {
            let version = &step.migration.version;
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{} {version} {}", step.track, step.script.checksum);
            if step.start.statements_done > 0 {
                let _ = write!(text, " from statement {}", step.start.statements_done + 1);
            }
        }
        Checksum::of(&text)
    }
}
