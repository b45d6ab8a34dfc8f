//! The server's version: one that is still looked after, and that crosstrack knows.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

const OLDEST: u32 = 14;
const NEWEST: u32 = 18;

pub(crate) struct Version;

impl Check for Version {
    fn name(&self) -> &'static str {
        "version"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major".into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let Some(row) = rows.first() else { return Ok(Judgement::skipped("the server did not say")) };
        let says = format!("PostgreSQL {}", row.text("version")?.split(' ').next().unwrap_or_default());
        Ok(match row.number::<u32>("major")? {
            major if major < OLDEST => Judgement::warning(format!("{says}, which nobody mends any more"))
                .remedy("move to a newer version: <https://www.postgresql.org/support/versioning/>"),
            major if major > NEWEST => Judgement::warning(format!(
                "{says}, which is newer than {NEWEST}, the newest that crosstrack was tried with"
            ))
            .remedy("see whether there is a newer crosstrack"),
            _ => Judgement::ok(says),
        })
    }
}
