//! Why a run did not come to its end.

use std::path::PathBuf;
use std::time::Duration;

use crosstrack_database::{ConnectError, LockError, QueryError};
use crosstrack_model::{Blocker, Direction, TrackName};
use crosstrack_script::{Position, SplitError};
use crosstrack_track::StepError;
use crosstrack_verify::VerifyError;

use super::{RunSummary, StopSignal};

/// An invalid index that a statement left which did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The index, as SQL text.
    pub index: String,
    /// Whether it was dropped again.
    pub is_dropped: bool,
}

/// A step that failed, with all that a person asks first.
#[derive(Debug, thiserror::Error)]
#[error("`{reference}` failed on the way {direction}")]
pub struct StepFailure {
    /// The migration: `track/label`.
    pub reference: String,
    /// Which way.
    pub direction: Direction,
    /// The script; `None` when it comes from the journal.
    pub path: Option<PathBuf>,
    /// Where in the script, as far as the server says.
    pub place: Option<Position>,
    /// Whether script and ledger row were one transaction, so that nothing of the step is left.
    pub transactional: bool,
    /// The line of the script's own first `BEGIN`, `COMMIT` or the like; with one, a part of it may be left.
    pub own_transaction: Option<usize>,
    /// How many statements of a script that is not transactional were done.
    pub statements_done: usize,
    /// How many statements it has.
    pub statements: usize,
    /// Whether the statement in hand commits by itself, so that a part of it may stay.
    pub commits_itself: bool,
    /// The invalid indexes that it left.
    pub leftovers: Vec<Leftover>,
    /// How often it was tried.
    pub attempts: usize,
    /// Who stood in the way when it waited for a lock.
    pub blockers: Vec<Blocker>,
    /// What the run had done before.
    pub summary: RunSummary,
    /// Why.
    pub source: StepError,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A script holds what only psql understands. Nothing was touched.
    #[error("the script of `{reference}` is written for psql")]
    Split {
        /// The migration.
        reference: String,
        /// The script.
        path: Option<PathBuf>,
        /// What stands in the way.
        source: SplitError,
    },
    /// The migrations' tables would land in the journal's schema. Nothing was touched.
    #[error("the search path of the user `{user}` leads into the journal's schema, `crosstrack`")]
    SearchPath {
        /// The user.
        user: String,
    },
    /// The journal was written by a newer version of crosstrack. Nothing was touched.
    #[error(
        "the journal, schema `crosstrack`, has the format {format}, and this version of crosstrack knows {known}"
    )]
    JournalFormat {
        /// Its format.
        format: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// A step needs a session of its own, and a pooler gives none. Nothing was touched.
    #[error("`{reference}` cannot run through the pooler that is in front of the server: {reason}")]
    Pooler {
        /// The migration: `track/label`.
        reference: String,
        /// Why it needs a session of its own.
        reason: String,
    },
    /// A script would go on in the middle without something that its done statements left in a session that is gone. Nothing was
    /// touched.
    #[error(
        "`{reference}` cannot go on where it stopped: {what} of line {line} is gone with the session that ran it"
    )]
    SessionGone {
        /// The migration: `track/label`.
        reference: String,
        /// The script.
        path: Option<PathBuf>,
        /// The line of the statement that left it.
        line: usize,
        /// What is gone.
        what: String,
    },
    /// A pooler gave no session for a track beside those that the run holds.
    #[error("the pooler in front of the server gave no connection for the track `{track}` within {} s", waited.as_secs())]
    PoolerFull {
        /// The track.
        track: TrackName,
        /// How long it was asked.
        waited: Duration,
        /// What the run had done before.
        summary: Box<RunSummary>,
    },
    /// A run that is lost left sessions behind that do not end. Nothing was touched.
    #[error("{sessions} sessions of a run that is lost are still at work on the server, and do not end")]
    LostSessions {
        /// How many there are.
        sessions: usize,
    },
    /// No session could be opened.
    #[error("cannot open a session")]
    Connect(#[source] ConnectError),
    /// The track's own tool migrates, and did not end in time.
    #[error("cannot begin the track `{track}` while its own tool migrates")]
    Lock {
        /// The track.
        track: TrackName,
        /// What the run had done before.
        summary: Box<RunSummary>,
        /// Who holds the tool's lock.
        source: LockError,
    },
    /// The journal could not be written. Without it no step is taken.
    #[error("cannot write the journal")]
    Journal(#[source] QueryError),
    /// The ledger's table could not be made.
    #[error("cannot create the ledger of the track `{track}`")]
    Ledger {
        /// The track.
        track: TrackName,
        /// Why not.
        source: StepError,
    },
    /// A ledger row could not be restamped.
    #[error("cannot write the checksum of `{reference}` as it is now into the ledger")]
    Restamp {
        /// The migration.
        reference: String,
        /// What the run had done before.
        summary: Box<RunSummary>,
        /// Why not.
        source: StepError,
    },
    /// A plan names a track that is not declared.
    #[error("the plan names the track `{track}`, which is not declared")]
    NoTrack {
        /// The track.
        track: TrackName,
    },
    /// Another program changed a ledger after the plan was made. A new plan is what is needed.
    #[error("another program changed the ledger of the track `{track}` meanwhile")]
    Moved {
        /// The track.
        track: TrackName,
        /// What the run had done before.
        summary: Box<RunSummary>,
    },
    /// A script ended well, and its row is not in the ledger.
    #[error("`{reference}` was run, and the ledger of its track does not have it")]
    NotInLedger {
        /// The migration.
        reference: String,
        /// What the run had done before.
        summary: Box<RunSummary>,
    },
    /// A step failed.
    #[error(transparent)]
    Step(Box<StepFailure>),
    /// The checks could not be made.
    #[error("cannot make the checks")]
    Verify(#[source] VerifyError),
    /// A check did not pass.
    #[error("the checks of the phase `{phase}` did not pass")]
    Gate {
        /// The phase.
        phase: String,
        /// What the run had done before.
        summary: Box<RunSummary>,
    },
    /// Somebody asked the run to stop.
    #[error("stopped{}", during.as_ref().map(|step| format!(" during `{}`", step.reference)).unwrap_or_default())]
    Stopped {
        /// Who asked.
        signal: StopSignal,
        /// Which way the run went.
        direction: Direction,
        /// The step that was under way, and what is left of it.
        during: Option<Box<StepFailure>>,
        /// What the run had done before.
        summary: Box<RunSummary>,
    },
}
