//! What a rehearsal has found, as data.
//!
//! Must not judge it: whether a lock of a second matters depends on who is waiting.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crosstrack_catalog::Difference;
use crosstrack_database::ServerError;
use crosstrack_loss::{Amount, CountedLoss};
use crosstrack_script::Position;

use crate::rehearse::measured::Effects;

/// What it was rehearsed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A copy of the database's schema.
    Copy,
    /// A copy without owners and privileges, which this user may not make.
    CopyWithoutOwners,
    /// What the applied migrations make of an empty database.
    Replay {
        /// Why it is no copy.
        reason: String,
    },
}

/// A statement as it was rehearsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsedStatement {
    /// The line of its script, from 1.
    pub line: usize,
    /// Its first words, on one line.
    pub excerpt: String,
    /// What it did to what the database already has.
    pub effects: Effects,
}

/// A migration as it was rehearsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsedStep {
    /// `track/label`.
    pub reference: String,
    /// Its script.
    pub path: Option<PathBuf>,
    /// Whether it runs in one transaction, so that its locks are held until its end.
    pub transactional: bool,
    /// Its statements, as far as it came.
    pub statements: Vec<RehearsedStatement>,
    /// How long it took without rows.
    pub duration: Duration,
}

/// Why a migration did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `track/label`.
    pub reference: String,
    /// Its script.
    pub path: Option<PathBuf>,
    /// Where in it; nothing when it was refused at its commit.
    pub place: Option<Position>,
    /// What the server said.
    pub source: ServerError,
}

/// How large a table is where the data is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Its rows by the server's last estimate; nothing when it never made one.
    pub rows: Option<u64>,
    /// The bytes of it and its indexes.
    pub bytes: u64,
    /// How many indexes it has.
    pub indexes: u64,
}

/// Something that the data as it is now contradicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The migration: `track/label`.
    pub reference: String,
    /// The line of its script, from 1.
    pub line: usize,
    /// What contradicts what.
    pub message: String,
    /// Whether nothing in the plan writes the table before, so that the migration fails.
    pub is_certain: bool,
}

/// A statement, or a matter in one, about which the data was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked {
    /// The migration: `track/label`.
    pub reference: String,
    /// The line of its script, from 1.
    pub line: usize,
    /// The matter.
    pub subject: String,
    /// Why it was not asked, or not answered.
    pub reason: String,
}

/// What a rehearsal has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// What it was rehearsed on.
    pub base: Base,
    /// In what that differs from the database itself.
    pub unlike: Vec<Difference>,
    /// The migrations in the order of the plan, as far as it came.
    pub steps: Vec<RehearsedStep>,
    /// Why it ended before its end.
    pub failure: Option<Failure>,
    /// How large the tables are that are named.
    pub sizes: BTreeMap<String, Size>,
    /// How the catalog differs afterwards.
    pub differences: Vec<Difference>,
    /// The data that goes.
    pub losses: Vec<CountedLoss>,
    /// What could not be done on the data of now.
    pub obstacles: Vec<Obstacle>,
    /// Where the data may contradict the plan, and was not asked.
    pub unasked: Vec<Unasked>,
    /// How many questions about the data had no answer in time; they are among those.
    pub unanswered: usize,
    /// How long it all took.
    pub elapsed: Duration,
}

impl Rehearsal {
    /// Whether every migration went through, and the data contradicts none of them.
    pub fn goes_through(&self) -> bool {
        let is_unfit = |loss: &CountedLoss| matches!(loss.amount, Amount::Unfit { .. });
        let is_contradicted = self.obstacles.iter().any(|obstacle| obstacle.is_certain);
        self.failure.is_none() && !is_contradicted && !self.losses.iter().any(is_unfit)
    }
}
