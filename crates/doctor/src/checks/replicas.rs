//! The servers that replay this one, and how far they are behind.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

/// From when on a replica is late, in seconds.
const LATE: f64 = 60.0;

pub(crate) struct Replicas;

impl Check for Replicas {
    fn name(&self) -> &'static str {
        "replicas"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT coalesce(application_name, '') AS name, coalesce(state, '') AS state, \
         coalesce(extract(epoch FROM replay_lag), 0)::float8 AS behind, state IS NULL AS is_hidden FROM pg_stat_replication"
            .into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        if rows.is_empty() {
            return Ok(Judgement::ok("none is connected"));
        }
        if rows.iter().any(|row| row.truth("is_hidden").unwrap_or(true)) {
            return Ok(Judgement::ok(format!(
                "{} connected; this user may not see how they are",
                rows.len()
            ))
            .remedy("`GRANT pg_monitor TO <user>` lets it see"));
        }
        let mut known = Vec::new();
        let mut worst: f64 = 0.0;
        for row in rows {
            let behind: f64 = row.number("behind")?;
            worst = worst.max(behind);
            known.push(format!("{} ({}, {behind:.1} s behind)", row.text("name")?, row.text("state")?));
        }
        let says = known.join(", ");
        Ok(if worst > LATE {
            Judgement::warning(says).remedy(
                "see what holds it up there: a long query (`max_standby_streaming_delay`), its disk, or the network",
            )
        } else {
            Judgement::ok(says)
        })
    }
}
