//! Transactions that are open for long on the tables that a step is about to lock: the step would queue behind them, and everybody
//! else behind the step.
//!
//! Must not wait for them or end them: a person may want to.

use crosstrack_database::{LockedSession, QueryError, quote_identifier, quote_literal};
use crosstrack_model::{Blocker, Event, Step};
use crosstrack_script::{ObjectName, locked_tables};

use super::Listener;
use super::blockers::read_blocker;

/// From how many seconds on a transaction is long: most end before anybody could read of them.
const LONG: u32 = 2;

/// Looks for them on the lock's session.
pub(super) async fn look(
    lock: &LockedSession,
    step: &Step,
    schema: Option<&str>,
) -> Result<Vec<Blocker>, QueryError> {
    let tables = locked_tables(&step.script.sql);
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = tables.iter().map(|table| relation(table, schema)).collect();
    let sql = format!(
        "SELECT DISTINCT a.pid, a.usename, a.application_name, a.state, left(a.query, 200) AS query, \
         round(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000) AS age \
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.relation IN ({}) AND l.granted \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND a.xact_start < clock_timestamp() - interval '{LONG} s' ORDER BY a.pid",
        names.join(", ")
    );
    let rows = lock.session().rows("look for long transactions", &sql).await?;
    rows.iter().map(read_blocker).collect()
}

/// Tells of those that were found.
pub(super) fn tell(events: &Listener, step: &Step, sessions: Vec<Blocker>) {
    if !sessions.is_empty() {
        let reference = format!("{}/{}", step.track, step.migration.label);
        events(Event::LongTransactions { reference, sessions });
    }
}

/// A table as a query finds it: in the schema that is written, else in that of the track, else on the search path.
fn relation(table: &ObjectName, schema: Option<&str>) -> String {
    let name = quote_identifier(&table.name);
    let find = |text: String| format!("to_regclass({})::oid", quote_literal(&text));
    match (&table.schema, schema) {
        (Some(schema), _) => find(format!("{}.{name}", quote_identifier(schema))),
        (None, Some(schema)) => {
            format!("coalesce({}, {})", find(format!("{}.{name}", quote_identifier(schema))), find(name))
        }
        (None, None) => find(name),
    }
}
