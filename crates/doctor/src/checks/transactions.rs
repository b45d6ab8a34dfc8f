//! Transactions that are open for long: what locks a table queues behind them, and concurrent index builds wait for them.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

/// How many are named.
const NAMED: usize = 5;

pub(crate) struct Transactions;

impl Check for Transactions {
    fn name(&self) -> &'static str {
        "transactions"
    }

    fn sql(&self, ground: &Ground<'_>) -> String {
        format!(
            "SELECT pid, coalesce(usename, '') AS user_name, coalesce(application_name, '') AS application, coalesce(state, '') AS state, \
             extract(epoch FROM clock_timestamp() - xact_start)::bigint AS age, \
             clock_timestamp() - xact_start > interval '{} milliseconds' AS is_long FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start",
            ground.long_transaction.as_millis()
        )
    }

    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError> {
        let mut long = Vec::new();
        let mut remedy = String::new();
        for row in rows {
            if row.truth("is_long")? {
                let pid = row.text("pid")?;
                if long.len() < NAMED {
                    long.push(format!(
                        "process {pid} ({}, user {}, {}) for {} s",
                        row.text("application")?,
                        row.text("user_name")?,
                        row.text("state")?,
                        row.text("age")?
                    ));
                }
                remedy = format!("end what nobody waits for: `SELECT pg_terminate_backend({pid})`");
            }
        }
        let idle = rows
            .iter()
            .filter(|row| row.text("state").is_ok_and(|state| state.starts_with("idle in")))
            .count();
        if long.is_empty() {
            return Ok(Judgement::ok(format!("{} open, {idle} of them idle, none for long", rows.len())));
        }
        let limit = ground.long_transaction.as_secs();
        Ok(Judgement::warning(format!("open for more than {limit} s: {}", long.join(", "))).remedy(remedy).remedy(
            "`ALTER DATABASE <database> SET idle_in_transaction_session_timeout = '5min'` ends those that do nothing",
        ))
    }
}
