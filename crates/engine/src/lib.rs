//! The run as a sentence: discover, inspect, plan, execute, with the journal beside it.
//!
//! Each stage is a module and takes the former stage's type. Planning is pure; executing needs the lock. Nothing here knows
//! an ORM, prints, or asks a person.

mod discover;
mod execute;
mod inspect;
mod journal;
mod plan;

pub use discover::{DiscoverFailure, Track, discover};
pub use execute::{
    CancelGuard, ExecuteError, Execution, Leftover, Listener, RunSummary, SessionDefaults, StepFailure, Stop,
    StopSignal, TrackSessions, check_journal, end_lost_sessions, execute, execute_on, open_session,
    settings_sql, settle_lost_runs,
};
pub use inspect::{
    DatabaseSize, InspectError, Inspection, JournalView, OpenStep, ServerFacts, database_size, inspect,
    is_empty, rows_by_table,
};
pub use journal::{
    HistoryRequest, Journal, JournalRows, Origin, RecordedRun, RecordedStep, ReplacementRun, RunHistory,
    RunOutcome, Since, WayBack, carry_over, journal_shape, mark_anew, read_history, read_ways_back,
};
pub use plan::{
    BaselinePlan, Claim, ClaimKind, DownRequest, DownSelection, PlanError, UpSelection, plan_baseline,
    plan_down, plan_up, resolve_reference,
};
