//! What a check of the server is: a query that only reads, and what its answer means.

use std::time::Duration;

use crosstrack_database::{Endpoint, QueryError, Row, Snapshot};
use crosstrack_engine::{Inspection, Track};
use crosstrack_settings::Target;

use crate::diagnosis::Judgement;

/// A check of the server. It is asked on its own, so that one which this user may not ask keeps no other from being asked.
pub(crate) trait Check: Sync {
    /// The name, as text and JSON have it.
    fn name(&self) -> &'static str;

    /// The query.
    fn sql(&self, ground: &Ground<'_>) -> String;

    /// What the answer means.
    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError>;
}

/// What checks stand on.
pub(crate) struct Ground<'a> {
    /// The database.
    pub(crate) target: &'a Target,
    /// The server that was chosen.
    pub(crate) endpoint: &'a Endpoint,
    /// The tracks whose folders could be read.
    pub(crate) tracks: &'a [Track],
    /// What the database says of the tracks, when it could be asked.
    pub(crate) inspection: Option<&'a Inspection>,
    /// From when on a transaction is long.
    pub(crate) long_transaction: Duration,
}

/// Asks and judges.
pub(crate) async fn ask(
    check: &dyn Check,
    snapshot: &Snapshot<'_>,
    ground: &Ground<'_>,
) -> Result<Judgement, QueryError> {
    let rows = snapshot.rows(&format!("answer the check `{}`", check.name()), &check.sql(ground)).await?;
    check.judge(&rows, ground)
}
