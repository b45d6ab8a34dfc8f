//! What happens during a run, as it happens. Work gives events; the report turns them into text or JSON.

use std::time::Duration;

use crate::finding::CheckReport;
use crate::migration::Direction;
use crate::track::TrackName;

/// The session that holds the lock somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// The server's process.
    pub pid: i32,
    /// What the session calls itself.
    pub application: String,
    /// The user.
    pub user: String,
    /// Where it comes from: an address, or `a local socket`.
    pub host: String,
    /// Since when the session is there, RFC 3339 in UTC.
    pub since: String,
}

/// A session of somebody else that stands in the way of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The server's process.
    pub pid: i32,
    /// The user.
    pub user: String,
    /// What the session calls itself.
    pub application: String,
    /// What it is doing: `active`, `idle in transaction`.
    pub state: String,
    /// How long its transaction is open, if it has one.
    pub age: Option<Duration>,
    /// The beginning of its last statement, in one line.
    pub query: String,
}

/// How the checks of a phase ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateOutcome {
    /// The phase.
    pub phase: String,
    /// What each check found.
    pub reports: Vec<CheckReport>,
}

impl GateOutcome {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.reports.iter().all(CheckReport::passed)
    }
}

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Another run holds the lock; said once at the start of the wait and whenever the holder changes.
    LockAwaited {
        /// Who holds it, if that could be seen.
        holder: Option<LockHolder>,
    },
    /// The journal of a run that was killed was put right by what the ledgers say.
    JournalReconciled {
        /// How many steps were put right.
        steps: usize,
    },
    /// A ledger row got the checksum that the track's own tool would write for the same script today.
    LedgerRestamped {
        /// The track.
        track: TrackName,
        /// Version and name.
        label: String,
    },
    /// What sessions of a run that is lost were still doing was ended.
    SessionsEnded {
        /// How many there were.
        sessions: usize,
    },
    /// The first step or gate of a phase is next.
    PhaseStarted {
        /// The phase.
        phase: String,
    },
    /// A step begins.
    StepStarted {
        /// Its number in the plan, from 1.
        number: usize,
        /// How many steps the plan has.
        total: usize,
        /// The track.
        track: TrackName,
        /// Version and name.
        label: String,
        /// Which way.
        direction: Direction,
    },
    /// Transactions that have been open for long stand on the tables that a step is about to lock.
    LongTransactions {
        /// The migration: `track/label`.
        reference: String,
        /// The sessions.
        sessions: Vec<Blocker>,
    },
    /// A step waits for a lock.
    Blocked {
        /// The migration: `track/label`.
        reference: String,
        /// Who stands in the way.
        blockers: Vec<Blocker>,
    },
    /// A step did not get its locks, and is tried again after a pause.
    Retried {
        /// The migration: `track/label`.
        reference: String,
        /// Which attempt failed, from 1.
        attempt: usize,
        /// How many there may be.
        limit: usize,
        /// How long the pause is.
        pause: Duration,
    },
    /// A step is in the ledger (or out of it).
    StepFinished {
        /// The track.
        track: TrackName,
        /// Version and name.
        label: String,
        /// Which way.
        direction: Direction,
        /// How long it took.
        duration: Duration,
    },
    /// A step failed; the error follows from the run itself.
    StepFailed {
        /// The track.
        track: TrackName,
        /// Version and name.
        label: String,
        /// Which way.
        direction: Direction,
        /// How long it took.
        duration: Duration,
    },
    /// The checks of a phase were made.
    GateFinished(GateOutcome),
}
