//! How large the database is. How much room is left, SQL does not say.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Size;

impl Check for Size {
    fn name(&self) -> &'static str {
        "size"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT pg_size_pretty(pg_database_size(current_database())) AS size".into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let size = rows.first().map(|row| row.text("size")).transpose()?.unwrap_or_default();
        Ok(Judgement::ok(format!("{size}; how much room is left on its disk, SQL does not say")))
    }
}
