//! The audit log of a database that another one replaces: its rows go on in the new one, and a run of their own says what happened.
//!
//! It writes to the copy only, in one transaction. The steps of the copy are those by which its template was made.

use crosstrack_database::{LockedSession, QueryError, Session, Snapshot, quote_literal};
use crosstrack_model::Checksum;

use super::Origin;

/// A description of everything in the schema of the audit log beside the rows: owners, privileges, columns, constraints, triggers,
/// functions. Nothing where there is no such schema.
const SHAPE: &str = "
SELECT coalesce(string_agg(line, chr(10) ORDER BY line COLLATE \"C\"), '') AS shape FROM (
    SELECT format('schema %s %s %s', nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace')) FROM pg_namespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('relation %s %s %s %s %s %s', relkind, relname, relowner::regrole, relacl, relrowsecurity, obj_description(c.oid, 'pg_class'))
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('column %s %s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull, attacl, pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE nspname = 'crosstrack' AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(t.oid)) FROM pg_constraint t
        JOIN pg_namespace n ON n.oid = connamespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('trigger %s %s', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t
        JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('function %s %s %s', proname, proacl, md5(prosrc)) FROM pg_proc
        JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('type %s %s %s', typtype, typname, typacl) FROM pg_type
        JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = 'crosstrack'
    UNION ALL SELECT format('rule or policy on %s', relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = 'crosstrack' AND (relhasrules OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))
) AS lines(line)";

/// Reads the description of the audit log's tables.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn journal_shape(snapshot: &Snapshot<'_>) -> Result<String, QueryError> {
    let rows = snapshot.rows("describe the audit log", SHAPE).await?;
    rows.first().map_or(Ok(String::new()), |row| row.text("shape").map(str::to_owned))
}

/// The rows of an audit log, each as JSON.
#[derive(Clone, Debug, Default)]
pub struct JournalRows {
    runs: Vec<String>,
    steps: Vec<String>,
    mark: Option<String>,
}

impl JournalRows {
    /// Reads them; none where there is no audit log.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks.
    pub async fn read(session: &Session) -> Result<Self, QueryError> {
        let purpose = "read the audit log";
        let is_there = "SELECT to_regclass('crosstrack.mark') IS NOT NULL AS is_there";
        let there = session.rows(purpose, is_there).await?;
        if !there.first().map_or(Ok(false), |row| row.truth("is_there"))? {
            return Ok(Self::default());
        }
        let sql = |table: &str, order: &str| {
            format!(
                "SELECT '{table}' AS source, to_json(r)::text AS row FROM crosstrack.{table} r ORDER BY {order}; "
            )
        };
        let sql = sql("run", "id") + &sql("step", "id") + &sql("mark", "singleton");
        let mut read = Self::default();
        for row in session.rows(purpose, &sql).await? {
            let text = row.text("row")?.to_owned();
            match row.text("source")? {
                "run" => read.runs.push(text),
                "step" => read.steps.push(text),
                _ => read.mark = Some(text),
            }
        }
        Ok(read)
    }
}

/// The run that replaced a database.
#[derive(Clone, Copy, Debug)]
pub struct ReplacementRun<'a> {
    /// The user and the host that ran it.
    pub origin: &'a Origin,
    /// The fingerprint of its plan.
    pub plan: &'a Checksum,
    /// The name that the copy will have.
    pub database: &'a str,
}

/// Puts the audit log of the replaced database into the copy, and behind it the run that replaced it, with a step for each of the
/// migrations of the copy where the audit log does not have these steps already. Gives the number of that run.
///
/// # Errors
/// When the server refuses, as it does a user who is no superuser, or the connection breaks.
pub async fn carry_over(
    lock: &LockedSession,
    rows: &JournalRows,
    run: &ReplacementRun<'_>,
) -> Result<i64, QueryError> {
    // The triggers that keep the audit log append-only do not fire here: what they would refuse is the template's own log.
    let mut sql = String::from(
        // No change of the catalogs, by whose fingerprint a copy is known, and none that would have to wait for the disk: the exchange
        // of the names waits for everything before it.
        "BEGIN; SET LOCAL session_replication_role TO replica; SET LOCAL synchronous_commit TO off; \
         SELECT set_config('crosstrack.replayed', (SELECT coalesce(json_agg(s ORDER BY id), '[]')::text FROM crosstrack.step s \
         WHERE outcome = 'done' AND direction = 'up'), true) IS NULL AS is_lost; \
         DELETE FROM crosstrack.run; DELETE FROM crosstrack.step; DELETE FROM crosstrack.mark; ",
    );
    sql += &insert("run", &rows.runs);
    sql += &insert("step", &rows.steps);
    for table in ["run", "step"] {
        sql += &format!(
            "SELECT setval(pg_get_serial_sequence('crosstrack.{table}', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM crosstrack.{table}; "
        );
    }
    sql += &mark(rows.mark.as_deref(), run);
    sql += &run_and_steps(run, lock.database().application());
    sql += "SELECT max(id) AS run FROM crosstrack.run; COMMIT";
    let rows = lock.session().rows("write the audit log of the copy", &sql).await?;
    rows.last().map_or(Ok(0), |row| row.number("run"))
}

/// The rows of a table in pieces of a size that the server takes easily.
fn insert(table: &str, rows: &[String]) -> String {
    let insert = |rows: &[String]| {
        format!(
            "INSERT INTO crosstrack.{table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::crosstrack.{table}, {}); ",
            quote_literal(&format!("[{}]", rows.join(",")))
        )
    };
    rows.chunks(1000).map(insert).collect()
}

/// The mark, which has to name the transaction and the database that it is in.
fn mark(former: Option<&str>, run: &ReplacementRun<'_>) -> String {
    let former = match former {
        Some(row) => {
            format!(
                "(SELECT environment, marked_at FROM json_populate_record(NULL::crosstrack.mark, {}))",
                quote_literal(row)
            )
        }
        None => format!(
            "(SELECT {}::text AS environment, clock_timestamp() AS marked_at)",
            quote_literal(&run.origin.environment)
        ),
    };
    format!(
        "INSERT INTO crosstrack.mark (environment, database, marked_at, database_oid) SELECT environment, {}, marked_at, \
         (SELECT oid FROM pg_database WHERE datname = current_database()) FROM {former} AS former; ",
        quote_literal(run.database)
    )
}

/// The run, and its steps where they are not those of an earlier run that filled the database from the same template: the audit log of a
/// database that is replaced every few minutes does not grow by its whole history each time.
fn run_and_steps(run: &ReplacementRun<'_>, application: &str) -> String {
    let optional = |text: &Option<String>| text.as_deref().map_or("NULL".to_owned(), quote_literal);
    let Origin { command, environment, actor, host, git_commit, tool_version } = run.origin;
    format!(
        "INSERT INTO crosstrack.run (command, environment, actor, host, git_commit, tool_version, plan, application, outcome, finished_at) \
         VALUES ({}, {}, {}, {}, {}, {}, {}, {}, 'done', clock_timestamp()); \
         WITH replayed AS (SELECT * FROM json_populate_recordset(NULL::crosstrack.step, current_setting('crosstrack.replayed')::json)), \
         latest AS (SELECT DISTINCT ON (track, version) * FROM crosstrack.step WHERE outcome IN ('done', 'accepted') \
         ORDER BY track, version, id DESC), \
         known AS (SELECT count(*) AS steps, count(DISTINCT l.run) AS runs FROM latest l JOIN replayed r USING (track, version) \
         WHERE l.outcome = 'done' AND l.direction = 'up' AND l.checksum = r.checksum AND l.ledger_stamp IS NOT DISTINCT FROM r.ledger_stamp) \
         INSERT INTO crosstrack.step (run, track, version, label, direction, checksum, transactional, outcome, statements, statements_done, \
         ledger_stamp, started_at, finished_at, duration_microseconds, backward, backward_transactional, statements_checksum) \
         SELECT (SELECT max(id) FROM crosstrack.run), track, version, label, direction, checksum, transactional, outcome, statements, \
         statements_done, ledger_stamp, clock_timestamp(), clock_timestamp(), 0, backward, backward_transactional, statements_checksum \
         FROM replayed, known WHERE NOT (known.runs = 1 AND known.steps = (SELECT count(*) FROM replayed)) ORDER BY id; ",
        quote_literal(command),
        quote_literal(environment),
        optional(actor),
        optional(host),
        optional(git_commit),
        quote_literal(tool_version),
        quote_literal(run.plan.as_str()),
        quote_literal(application),
    )
}
