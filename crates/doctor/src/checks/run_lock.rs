//! Who holds the lock of the runs.

use crosstrack_database::{QueryError, RUN_LOCK, Row, holder_query, read_holder};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct RunLock;

impl Check for RunLock {
    fn name(&self) -> &'static str {
        "run-lock"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        holder_query(RUN_LOCK)
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let Some(row) = rows.first() else {
            return Ok(Judgement::ok("nobody holds it: no run is under way"));
        };
        let holder = read_holder(row)?;
        Ok(Judgement::ok(format!(
            "a run is under way: process {}, {}, user {}, from {}, since {}",
            holder.pid, holder.application, holder.user, holder.host, holder.since
        )))
    }
}
