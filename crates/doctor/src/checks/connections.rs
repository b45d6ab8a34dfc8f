//! How many of the server's connections are in use.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Connections;

impl Check for Connections {
    fn name(&self) -> &'static str {
        "connections"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' OR backend_type IS NULL) AS used, \
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS allowed, \
         (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit, \
         (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user) AS role_used"
            .into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let Some(row) = rows.first() else { return Ok(Judgement::skipped("the server did not say")) };
        let (used, allowed): (i64, i64) = (row.number("used")?, row.number("allowed")?);
        let (role_used, role_limit): (i64, i64) = (row.number("role_used")?, row.number("role_limit")?);
        let mut says = format!("{used} of {allowed} in use");
        if role_limit >= 0 {
            says += &format!(", {role_used} of the {role_limit} that this user may have");
        }
        // A run needs up to four beside.
        let is_tight = |used: i64, limit: i64| limit >= 0 && (used * 5 > limit * 4 || limit - used < 4);
        Ok(if is_tight(used, allowed) || is_tight(role_used, role_limit) {
            Judgement::warning(says).remedy(
                "close what nobody needs: `SELECT pid, usename, application_name, state_change FROM pg_stat_activity WHERE state = \
                 'idle' ORDER BY state_change`; or allow more with `ALTER SYSTEM SET max_connections` and a restart",
            )
        } else {
            Judgement::ok(says)
        })
    }
}
