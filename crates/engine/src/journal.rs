//! The journal: schema `crosstrack` in the same database. It remembers who did what; the ledgers stay the truth.
//!
//! It is written on the session that holds the run's lock, so that whoever has lost the lock cannot write it. Its commits do
//! not wait for the disk, and need not: the write-ahead log keeps the order, so an intent is on disk before the step that it
//! announces, and [`Journal::finish_run`] waits for everything before it.

use std::time::Duration;

use crosstrack_database::{LockedSession, QueryError, Row, Snapshot};
use crosstrack_model::{Checksum, Direction, JournalStep, Outcome};
use futures_util::future::try_join3;
use tokio_postgres::types::Type;

use crate::inspect::{JournalView, OpenStep};

mod carry;
mod guard;
mod history;
mod mark;
mod way_back;
mod write;

pub use carry::{JournalRows, ReplacementRun, carry_over, journal_shape};
pub(crate) use guard::{is_guarded, wants_guard};
pub use history::{HistoryRequest, RecordedRun, RecordedStep, RunHistory, Since, read_history};
pub use mark::mark_anew;
pub use way_back::{WayBack, read_ways_back};
pub(crate) use write::{Count, Ending, Intent, LOST, VERSION, reconcile, rows_query, stamp_query};
pub use write::{Journal, Origin, RunOutcome};

/// The format of the journal that this version writes.
pub(crate) const FORMAT: u32 = 3;

/// The statements that make the journal, and that bring one of an earlier format to this one. Each may be run again.
///
/// A foreign key or a second index would cost each step of each run more than they could ever give: the tables are read whole.
const CREATE: &str = "
CREATE SCHEMA IF NOT EXISTS crosstrack;
CREATE TABLE IF NOT EXISTS crosstrack.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    environment text NOT NULL,
    actor text,
    host text,
    git_commit text,
    tool_version text NOT NULL,
    application text,
    database_user text NOT NULL DEFAULT session_user,
    plan text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'failed', 'stopped', 'lost'))
);
CREATE TABLE IF NOT EXISTS crosstrack.step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run bigint NOT NULL,
    track text NOT NULL,
    version text NOT NULL,
    label text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    checksum text NOT NULL,
    transactional boolean NOT NULL,
    outcome text NOT NULL DEFAULT 'intent' CHECK (outcome IN ('intent', 'done', 'accepted', 'failed')),
    statements integer NOT NULL DEFAULT 0,
    statements_done integer NOT NULL DEFAULT 0,
    ledger_stamp text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    duration_microseconds bigint,
    error text,
    backward text,
    backward_transactional boolean,
    statements_checksum text,
    in_doubt boolean NOT NULL DEFAULT false
);
ALTER TABLE crosstrack.run ADD COLUMN IF NOT EXISTS application text;
ALTER TABLE crosstrack.step
    ADD COLUMN IF NOT EXISTS backward_transactional boolean,
    ADD COLUMN IF NOT EXISTS statements_checksum text,
    ADD COLUMN IF NOT EXISTS in_doubt boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT IF EXISTS step_outcome_check,
    ADD CONSTRAINT step_outcome_check CHECK (outcome IN ('intent', 'done', 'accepted', 'failed'));
COMMENT ON SCHEMA crosstrack IS 'The journal of crosstrack, format 3';
";

/// The columns of a step that the journal's format 1 does not have.
const LATER_COLUMNS: &str = "statements_checksum, in_doubt";

/// The last step of each migration that ended in success, its last acceptance, the steps that nobody ended, and the last step of each migration when
/// its script runs statement by statement and failed. Backward scripts are left where they are: they are large, and only a way
/// back without a file wants them.
fn steps_query(format: u32) -> String {
    let later =
        if format < 2 { "NULL::text AS statements_checksum, false AS in_doubt" } else { LATER_COLUMNS };
    let columns = format!(
        "id, run, track, version, label, direction, checksum, outcome, ledger_stamp, duration_microseconds, \
         transactional, statements_done, backward IS NOT NULL AS has_backward, {later}"
    );
    format!(
        "SELECT * FROM (SELECT DISTINCT ON (track, version, outcome) {columns} FROM crosstrack.step \
         WHERE outcome IN ('done', 'accepted') ORDER BY track, version, outcome, id DESC) last_done \
         UNION ALL SELECT {columns} FROM crosstrack.step WHERE outcome = 'intent' \
         UNION ALL SELECT * FROM (SELECT DISTINCT ON (track, version) {columns} FROM crosstrack.step \
         ORDER BY track, version, id DESC) last WHERE outcome = 'failed' AND NOT transactional ORDER BY id"
    )
}

/// What the sessions of runs call themselves that have not ended, or whose end nobody could write.
fn running_query(format: u32) -> &'static str {
    if format < 2 {
        "SELECT NULL AS application FROM crosstrack.run WHERE outcome = 'running'"
    } else {
        "SELECT application FROM crosstrack.run WHERE outcome = 'running'"
    }
}

/// Reads what the journal remembers. `format` is that of the journal, `None` when there is none.
pub(crate) async fn read(snapshot: &Snapshot<'_>, format: Option<u32>) -> Result<JournalView, QueryError> {
    let mut view = JournalView { format, ..JournalView::default() };
    let Some(format) = format else { return Ok(view) };
    let (steps, running) = (steps_query(format), running_query(format));
    let mark = async { if format < 3 { Ok(None) } else { mark::read(snapshot).await } };
    let (steps, running, mark) = try_join3(
        snapshot.rows("read the journal", &steps),
        snapshot.rows("read the journal", running),
        mark,
    )
    .await?;
    view.mark = mark;
    for row in running {
        view.has_running |= true;
        view.running.extend(row.optional("application")?.map(str::to_owned));
    }
    for row in steps {
        let step = read_step(&row)?;
        match step.outcome {
            Outcome::Done | Outcome::Accepted => view.steps.push(step),
            Outcome::Intent => {
                if !row.truth("transactional")? {
                    // Nobody saw how it ended.
                    view.unfinished.push(JournalStep { in_doubt: true, ..step.clone() });
                }
                view.open.push(OpenStep { id: row.number("id")?, step });
            }
            Outcome::Failed => view.unfinished.push(step),
        }
    }
    Ok(view)
}

fn read_step(row: &Row) -> Result<JournalStep, QueryError> {
    let outcome = row.text("outcome")?;
    let duration = row.optional("duration_microseconds")?.and_then(|text| text.parse().ok());
    Ok(JournalStep {
        run: row.number("run")?,
        track: row.text("track")?.to_owned(),
        version: row.text("version")?.to_owned(),
        label: row.text("label")?.to_owned(),
        direction: if row.text("direction")? == "up" { Direction::Up } else { Direction::Down },
        outcome: Outcome::ALL.into_iter().find(|known| known.as_str() == outcome).unwrap_or(Outcome::Intent),
        checksum: Checksum::from_journal(row.text("checksum")?),
        ledger_stamp: row.optional("ledger_stamp")?.map(str::to_owned),
        duration: duration.map(Duration::from_micros),
        statements_done: row.number("statements_done")?,
        statements_checksum: row.optional("statements_checksum")?.map(Checksum::from_journal),
        in_doubt: row.truth("in_doubt")?,
        has_backward: row.truth("has_backward")?,
    })
}
