//! Inspect: what the database says, in two round trips of one read-only snapshot. Nothing is created; what is absent is empty.

use std::fmt::Write as _;

use crosstrack_database::{QueryError, Row, Snapshot, quote_literal};
use crosstrack_model::{JournalStep, Ledger, Mark, TrackState, standings};
use futures_util::future::{try_join, try_join_all};

pub(crate) mod unfinished;

use crate::discover::Track;
use crate::journal;

/// What one snapshot of the database says about a deployment.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The server and the database.
    pub server: ServerFacts,
    /// The tracks, in the order of the settings.
    pub tracks: Vec<TrackState>,
    /// What the journal remembers.
    pub journal: JournalView,
}

/// The server and the database, as the server describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// The version, as `15.18`.
    pub version: String,
    /// The database's name.
    pub database: String,
    /// The user that reads.
    pub user: String,
    /// Whether the server takes no writes because it replays another's.
    pub is_standby: bool,
    /// Whether the user's search path leads, or would lead, into the journal's schema: a user named `crosstrack` has it by
    /// `"$user"`, and the migrations' tables would land in the journal.
    pub finds_journal_by_search_path: bool,
}

/// What is read only for a person: it is not cheap on a large database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSize {
    /// The size on disk, in bytes.
    pub bytes: u64,
    /// How many tables there are outside PostgreSQL's own schemas and the journal's.
    pub tables: u64,
}

/// What the journal remembers, in the order in which it was written.
#[derive(Clone, Debug, Default)]
pub struct JournalView {
    /// The journal's format; `None` when there is no journal.
    pub format: Option<u32>,
    /// Whether the journal's triggers are there, which make it append-only.
    pub is_guarded: bool,
    /// Whether they are not, and this user can make them.
    pub wants_guard: bool,
    /// The last step of each migration that ended in success, and its last acceptance.
    pub steps: Vec<JournalStep>,
    /// Steps whose outcome nobody wrote down.
    pub open: Vec<OpenStep>,
    /// The last steps of scripts that run statement by statement and did not come to their end.
    pub unfinished: Vec<JournalStep>,
    /// Whether there are runs whose end nobody has written.
    pub has_running: bool,
    /// The environment that the database is marked with.
    pub mark: Option<Mark>,
    /// What the sessions of runs call themselves whose end nobody has written. Under the lock: of runs that are lost.
    pub running: Vec<String>,
}

impl JournalView {
    /// Whether the end of every run and of every step is written.
    pub fn is_settled(&self) -> bool {
        !self.has_running && self.open.is_empty()
    }
}

/// A step that was begun by a run which did not live to say how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenStep {
    /// The row.
    pub id: i64,
    /// The step.
    pub step: JournalStep,
}

/// Why the database could not be inspected.
#[derive(Debug, thiserror::Error)]
#[error("cannot read what is applied")]
pub struct InspectError {
    /// What the server said.
    #[from]
    pub source: QueryError,
}

/// Holds the tracks on disk against the database.
///
/// # Errors
/// When the server refuses to show a ledger or the journal.
pub async fn inspect(snapshot: &Snapshot<'_>, tracks: &[Track]) -> Result<Inspection, InspectError> {
    let facts = snapshot.rows("describe itself", &facts_query(tracks)).await?;
    let Some(facts) = facts.first() else { return Ok(Inspection::nothing()) };
    let ledgers = tracks.iter().enumerate().map(|(index, track)| ledger(snapshot, facts, index, track));
    let (ledgers, mut journal) =
        try_join(try_join_all(ledgers), journal::read(snapshot, journal_format(facts)?)).await?;
    journal.is_guarded = facts.truth("is_guarded")?;
    journal.wants_guard = facts.truth("wants_guard")?;
    let tracks =
        tracks.iter().zip(ledgers).map(|(track, ledger)| track_state(track, ledger, &journal)).collect();
    Ok(Inspection { server: read_facts(facts)?, tracks, journal })
}

/// Reads how large the database is.
///
/// # Errors
/// When the server refuses.
pub async fn database_size(snapshot: &Snapshot<'_>) -> Result<DatabaseSize, InspectError> {
    let sql = "SELECT pg_database_size(current_database()) AS bytes, (SELECT count(*) FROM pg_class c \
               JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') \
               AND n.nspname NOT IN ('information_schema', 'crosstrack') AND n.nspname NOT LIKE 'pg\\_%') AS tables";
    let rows = snapshot.rows("measure the database", sql).await?;
    let Some(row) = rows.first() else { return Ok(DatabaseSize { bytes: 0, tables: 0 }) };
    Ok(DatabaseSize { bytes: row.number("bytes")?, tables: row.number("tables")? })
}

/// Whether nobody has put anything into the database: no relation, function or type outside PostgreSQL's own, and no large object.
///
/// # Errors
/// When the server refuses.
pub async fn is_empty(snapshot: &Snapshot<'_>) -> Result<bool, InspectError> {
    let sql = "SELECT NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relnamespace::regnamespace::text NOT LIKE 'pg\\_%') \
               AND NOT EXISTS (SELECT FROM pg_proc WHERE oid >= 16384) AND NOT EXISTS (SELECT FROM pg_type WHERE oid >= 16384) \
               AND NOT EXISTS (SELECT FROM pg_largeobject_metadata) AS is_empty";
    let rows = snapshot.rows("see whether the database is empty", sql).await?;
    Ok(rows.first().map_or(Ok(false), |row| row.truth("is_empty"))?)
}

/// Counts the rows of each table outside PostgreSQL's own schemas and the journal's, those of partitions in their own names; the
/// fullest first. `left_out` are tables that do not count, as SQL text; of the others, those that are `wanted` by their names are counted.
///
/// # Errors
/// When the server refuses.
pub async fn rows_by_table(
    snapshot: &Snapshot<'_>,
    left_out: &[String],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, u64)>, InspectError> {
    let left_out: Vec<String> =
        left_out.iter().map(|table| format!("to_regclass({})", quote_literal(table))).collect();
    let sql = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c \
               JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' \
               AND n.nspname NOT IN ('information_schema', 'crosstrack') AND n.nspname NOT LIKE 'pg\\_%' \
               AND c.oid <> ALL (array_remove(ARRAY[{}]::regclass[], NULL)::oid[])",
        left_out.join(", ")
    );
    let tables = snapshot.rows("list the tables", &sql).await?;
    let names: Vec<&str> = tables.iter().map(|table| table.text("name")).collect::<Result<_, _>>()?;
    let counts = names.into_iter().filter(|name| wanted(name)).map(|name| async move {
        let rows = snapshot.rows("count rows", &format!("SELECT count(*) AS rows FROM {name}")).await?;
        let count = rows.first().map_or(Ok(0), |row| row.number("rows"))?;
        Ok::<(String, u64), QueryError>((name.to_owned(), count))
    });
    let mut counts = try_join_all(counts).await?;
    counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    Ok(counts)
}

fn facts_query(tracks: &[Track]) -> String {
    let mut sql = String::from(
        "SELECT current_setting('server_version') AS version, current_database() AS database, \
         current_user AS user_name, pg_is_in_recovery() AS is_standby, \
         'crosstrack' = ANY (current_schemas(false)) OR (current_user = 'crosstrack' \
         AND current_setting('search_path') LIKE '%$user%') AS finds_journal, \
         CASE WHEN to_regclass('crosstrack.step') IS NOT NULL THEN coalesce(substring( \
         obj_description(to_regnamespace('crosstrack'), 'pg_namespace') FROM 'format (\\d+)'), '1') END AS journal_format",
    );
    // Writing to a String cannot fail.
    let _ =
        write!(sql, ", {} AS is_guarded, {} AS wants_guard", journal::is_guarded(), journal::wants_guard());
    for (index, track) in tracks.iter().enumerate() {
        let table = quote_literal(&track.adapter.ledger_table(&track.settings));
        let _ = write!(sql, ", to_regclass({table}) IS NOT NULL AS ledger_{index}");
    }
    sql
}

fn journal_format(row: &Row) -> Result<Option<u32>, QueryError> {
    match row.optional("journal_format")? {
        Some(_) => row.number("journal_format").map(Some),
        None => Ok(None),
    }
}

fn read_facts(row: &Row) -> Result<ServerFacts, QueryError> {
    Ok(ServerFacts {
        // Debian's packages add their own version in parentheses.
        version: row.text("version")?.split(' ').next().unwrap_or_default().to_owned(),
        database: row.text("database")?.to_owned(),
        user: row.text("user_name")?.to_owned(),
        is_standby: row.truth("is_standby")?,
        finds_journal_by_search_path: row.truth("finds_journal")?,
    })
}

async fn ledger(
    snapshot: &Snapshot<'_>,
    facts: &Row,
    index: usize,
    track: &Track,
) -> Result<Ledger, QueryError> {
    if !facts.truth(&format!("ledger_{index}"))? {
        return Ok(Ledger::default());
    }
    let entries = track.adapter.read_ledger(snapshot, &track.settings).await?;
    Ok(Ledger::of(entries))
}

fn track_state(track: &Track, ledger: Ledger, journal: &JournalView) -> TrackState {
    let steps: Vec<JournalStep> =
        journal.steps.iter().filter(|step| step.track == track.name().as_str()).cloned().collect();
    let lines = standings(&track.migrations, &ledger, &steps, &track.settings.allow_missing);
    let unfinished: Vec<&JournalStep> =
        journal.unfinished.iter().filter(|step| step.track == track.name().as_str()).collect();
    unfinished::add(
        TrackState {
            track: track.name().clone(),
            migrations: track.migrations.clone(),
            ledger,
            lines,
            unfinished: Vec::new(),
        },
        &unfinished,
    )
}

impl Inspection {
    /// The inspection of a database that has neither migrations tables nor an audit log.
    pub fn of_nothing(tracks: &[Track]) -> Self {
        let journal = JournalView::default();
        let states = tracks.iter().map(|track| track_state(track, Ledger::default(), &journal)).collect();
        Self { tracks: states, ..Self::nothing() }
    }

    fn nothing() -> Self {
        Self {
            server: ServerFacts {
                version: String::new(),
                database: String::new(),
                user: String::new(),
                is_standby: false,
                finds_journal_by_search_path: false,
            },
            tracks: Vec::new(),
            journal: JournalView::default(),
        }
    }

    /// The state of a track.
    pub fn track(&self, name: &crosstrack_model::TrackName) -> Option<&TrackState> {
        self.tracks.iter().find(|state| state.track == *name)
    }
}
