//! The journal: schema `crosstrack` in the same database. It remembers who did what; the ledgers stay the truth.
//!
//! It is written on the session that holds the run's lock, so that whoever has lost the lock cannot write it. Its commits do
//! not wait for the disk, and need not: the write-ahead log keeps the order, so an intent is on disk before the step that it
//! announces, and [`Journal::finish_run`] waits for everything before it.

use std::time::Duration;

use crosstrack_database::{LockedSession, QueryError, Row, Snapshot};
use crosstrack_model::{Checksum, Direction, JournalStep, Outcome};
use tokio_postgres::types::Type;

use crate::inspect::{JournalView, OpenStep};

mod way_back;
mod write;

pub use way_back::{WayBack, read_ways_back};
pub(crate) use write::{Ending, Intent, VERSION, rows_query, stamp_query};
pub use write::{Journal, Origin, RunOutcome};

/// The statements that make the journal. Each may be run again.
///
/// A foreign key or a second index would cost each step of each run more than they could ever give: the tables are read whole.
const CREATE: &str = "
CREATE SCHEMA IF NOT EXISTS crosstrack;
COMMENT ON SCHEMA crosstrack IS 'The journal of crosstrack, format 1';
CREATE TABLE IF NOT EXISTS crosstrack.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    environment text NOT NULL,
    actor text,
    host text,
    git_commit text,
    tool_version text NOT NULL,
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
    backward text
);
";

/// The last step of each migration that ended in success, its last acceptance, and the steps that nobody ended. Backward scripts
/// are left where they are: they are large, and only a way back without a file wants them.
const READ: &str = "SELECT * FROM (SELECT DISTINCT ON (track, version, outcome) id, run, track, version, label, direction, \
                    checksum, outcome, ledger_stamp, duration_microseconds, backward IS NOT NULL AS has_backward \
                    FROM crosstrack.step WHERE outcome IN ('done', 'accepted') \
                    ORDER BY track, version, outcome, id DESC) last UNION ALL SELECT id, run, track, version, label, \
                    direction, checksum, outcome, ledger_stamp, duration_microseconds, backward IS NOT NULL \
                    FROM crosstrack.step WHERE outcome = 'intent' ORDER BY id";

/// Reads what the journal remembers.
pub(crate) async fn read(snapshot: &Snapshot<'_>, exists: bool) -> Result<JournalView, QueryError> {
    let mut view = JournalView { exists, ..JournalView::default() };
    if !exists {
        return Ok(view);
    }
    for row in snapshot.rows("read the journal", READ).await? {
        let step = read_step(&row)?;
        if step.outcome == Outcome::Intent {
            view.open.push(OpenStep { id: row.number("id")?, step });
        } else {
            view.steps.push(step);
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
        has_backward: row.truth("has_backward")?,
    })
}
