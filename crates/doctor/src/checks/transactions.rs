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

    /// What others do, an ordinary user sees of nobody.
    fn sql(&self, ground: &Ground<'_>) -> String {
        format!(
            "SELECT pid, coalesce(usename, '') AS user_name, coalesce(application_name, '') AS application, coalesce(state, '') AS state, \
             extract(epoch FROM clock_timestamp() - xact_start)::bigint AS age, xact_start IS NULL AS is_hidden, \
             clock_timestamp() - xact_start > interval '{} milliseconds' AS is_long FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND (xact_start IS NOT NULL OR query = '<insufficient privilege>') ORDER BY xact_start",
            ground.long_transaction.as_millis()
        )
    }

    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError> {
        let (mut long, mut first, mut idle, mut hidden) = (Vec::new(), None, 0, 0);
        for row in rows {
            if row.truth("is_hidden")? {
                hidden += 1;
            }
            if row.text("state")?.starts_with("idle in") {
                idle += 1;
            }
            if row.truth("is_long")? {
                first.get_or_insert(row.text("pid")?);
                long.push(named(row)?);
            }
        }
        let judgement = match first {
            None => Judgement::ok(format!("{} open, {idle} of them idle, none for long", rows.len() - hidden)),
            Some(pid) => Judgement::warning(format!(
                "{} open for more than {} s: {}",
                long.len(),
                ground.long_transaction.as_secs(),
                long[..long.len().min(NAMED)].join(", ")
            ))
            .remedy(format!("end what nobody waits for: `SELECT pg_terminate_backend({pid})`"))
            .remedy("`ALTER DATABASE <database> SET idle_in_transaction_session_timeout = '5min'` ends those that do nothing"),
        };
        if hidden == 0 {
            return Ok(judgement);
        }
        let says = format!("{}; what {hidden} sessions do, this user may not see", judgement.says);
        Ok(Judgement { says, ..judgement }.remedy("`GRANT pg_read_all_stats TO <user>` lets it see"))
    }
}

fn named(row: &Row) -> Result<String, QueryError> {
    Ok(format!(
        "process {} ({}, user {}, {}) for {} s",
        row.text("pid")?,
        row.text("application")?,
        row.text("user_name")?,
        row.text("state")?,
        row.text("age")?
    ))
}
