//! What the journal remembers of a step.

use std::time::Duration;

use crate::checksum::Checksum;
use crate::migration::Direction;

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It was begun. A run that was killed leaves it so; the ledger says whether it was done.
    Intent,
    /// It is in the ledger (or, on the way back, out of it).
    Done,
    /// No script ran: the file as it was then was accepted as what the ledger's row is about.
    Accepted,
    /// It failed, and the error was seen.
    Failed,
}

impl Outcome {
    /// Every outcome, in the order of a step's life.
    pub const ALL: [Self; 4] = [Self::Intent, Self::Done, Self::Accepted, Self::Failed];

    /// The word in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Done => "done",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
        }
    }
}

/// One step of one run, as the journal holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStep {
    /// The run that did it.
    pub run: i64,
    /// The track.
    pub track: String,
    /// The version.
    pub version: String,
    /// Version and name.
    pub label: String,
    /// Which way it went.
    pub direction: Direction,
    /// How far it came.
    pub outcome: Outcome,
    /// The fingerprint of the forward script as it was.
    pub checksum: Checksum,
    /// The stamp of the ledger row that the step wrote, for ledgers that have one.
    pub ledger_stamp: Option<String>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// How many statements are done, of a script that runs statement by statement.
    pub statements_done: usize,
    /// The fingerprint of those statements.
    pub statements_checksum: Option<Checksum>,
    /// Whether nobody has seen how the statement after them ended.
    pub in_doubt: bool,
    /// Whether the journal has the backward script as it was.
    pub has_backward: bool,
}

impl JournalStep {
    /// Whether the migration was applied after this step, as far as the journal knows.
    pub fn left_applied(&self) -> bool {
        self.direction == Direction::Up && matches!(self.outcome, Outcome::Done | Outcome::Accepted)
    }

    /// Whether the step ran a script that applied the migration.
    pub fn applied(&self) -> bool {
        self.direction == Direction::Up && self.outcome == Outcome::Done
    }
}
