//! Sessions that wait inside the server for an advisory lock: they hold a snapshot, and a concurrent index build waits for it.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Waiting;

impl Check for Waiting {
    fn name(&self) -> &'static str {
        "waiting"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT pid, coalesce(usename, '') AS user_name, coalesce(application_name, '') AS application FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory' ORDER BY pid"
            .into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let mut named = Vec::new();
        for row in rows {
            named.push(format!(
                "process {} ({}, user {})",
                row.text("pid")?,
                row.text("application")?,
                row.text("user_name")?
            ));
        }
        let Some(row) = rows.first() else {
            return Ok(Judgement::ok("nobody waits for an advisory lock inside the server"));
        };
        Ok(Judgement::warning(format!(
            "waiting inside the server for an advisory lock, where a concurrent index build waits for them: {}",
            named.join(", ")
        ))
        .remedy(format!(
            "see what they wait for: `SELECT pg_blocking_pids({pid})`; or end one: `SELECT pg_terminate_backend({pid})`",
            pid = row.text("pid")?
        )))
    }
}
