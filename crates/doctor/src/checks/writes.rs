//! Whether this server takes writes at all.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Writes;

impl Check for Writes {
    fn name(&self) -> &'static str {
        "writes"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS read_only, \
         quote_ident(current_database()) AS database"
            .into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let Some(row) = rows.first() else { return Ok(Judgement::skipped("the server did not say")) };
        if row.truth("standby")? {
            return Ok(Judgement::failed(
                "the server is a standby: it replays another server and takes no writes",
            )
            .remedy(
                "name the primary; with several hosts in the URL, `target_session_attrs=read-write` finds it",
            ));
        }
        if row.text("read_only")? == "on" {
            let mend =
                format!("`ALTER DATABASE {} RESET default_transaction_read_only`", row.text("database")?);
            return Ok(Judgement::failed("the server, the database or the role is set to read only").remedy(
                format!("{mend}, or the same with `ALTER ROLE` or `ALTER SYSTEM`, where it is set"),
            ));
        }
        Ok(Judgement::ok("the server is a primary and takes writes"))
    }
}
