//! The journal as an audit log: who ran what, when, from where, and how it ended. It is read as it is, and nothing is judged.

use std::collections::HashMap;
use std::time::Duration;

use crosstrack_database::{QueryError, Row, Snapshot, quote_literal};
use crosstrack_model::Reference;

/// Which runs are wanted. What is not said is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Only runs that had a step of this track, and only those steps.
    pub track: Option<String>,
    /// Only runs that had a step of this migration, and only those steps.
    pub migration: Option<Reference>,
    /// Only runs that began since then.
    pub since: Option<Since>,
    /// Only runs that ended so: `running`, `done`, `failed`, `stopped` or `lost`.
    pub outcome: Option<String>,
    /// Only runs of this command.
    pub command: Option<String>,
    /// Only so many, the newest; `None` for all.
    pub limit: Option<usize>,
}

/// From when on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long ago, by the server's clock.
    Ago(Duration),
    /// A moment as RFC 3339.
    Moment(String),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunHistory {
    /// Whether there is a journal at all.
    pub has_journal: bool,
    /// How many runs there are that are as they were asked for.
    pub total: usize,
    /// The newest of them, the newest first.
    pub runs: Vec<RecordedRun>,
}

/// A run, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRun {
    /// Its number.
    pub id: i64,
    /// The command: `up`.
    pub command: String,
    /// The environment.
    pub environment: String,
    /// The person or the job, as the run itself said.
    pub actor: Option<String>,
    /// The machine, as the run itself said.
    pub host: Option<String>,
    /// The commit that the migrations came from.
    pub git_commit: Option<String>,
    /// The version of crosstrack.
    pub tool_version: String,
    /// What the run's sessions called themselves.
    pub application: Option<String>,
    /// The user that had signed in, as the server says.
    pub database_user: String,
    /// The plan's fingerprint.
    pub plan: Option<String>,
    /// When it began, as RFC 3339.
    pub started_at: String,
    /// When it ended, as RFC 3339.
    pub finished_at: Option<String>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// How it ended: `running`, `done`, `failed`, `stopped` or `lost`.
    pub outcome: String,
    /// Its steps, in their order.
    pub steps: Vec<RecordedStep>,
}

/// A step of a run, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedStep {
    /// The track.
    pub track: String,
    /// The version, as the ledger writes it.
    pub version: String,
    /// Version and name.
    pub label: String,
    /// `up` or `down`.
    pub direction: String,
    /// How it ended: `intent` (nobody knows yet), `done`, `accepted` or `failed`.
    pub outcome: String,
    /// The checksum of the forward script.
    pub checksum: String,
    /// How many statements were counted; zero for a script that ran whole.
    pub statements: usize,
    /// How many of them are done.
    pub statements_done: usize,
    /// When it began, as RFC 3339.
    pub started_at: String,
    /// When it ended, as RFC 3339.
    pub finished_at: Option<String>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What the server said.
    pub error: Option<String>,
}

/// Reads the newest runs that are as they are asked for. Where there is no journal there are none.
///
/// # Errors
/// When the server refuses to show the journal, or the connection breaks.
pub async fn read_history(
    snapshot: &Snapshot<'_>,
    request: &HistoryRequest,
) -> Result<RunHistory, QueryError> {
    let sql = "SELECT FROM pg_class WHERE oid = to_regclass('crosstrack.run')";
    if snapshot.rows("read the journal", sql).await?.is_empty() {
        return Ok(RunHistory::default());
    }
    let rows = snapshot.rows("read the journal", &runs_query(request)).await?;
    let total = rows.first().map_or(Ok(0), |row| row.number("total"))?;
    let mut runs = rows.iter().map(read_run).collect::<Result<Vec<_>, _>>()?;
    if !runs.is_empty() {
        let ids: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
        let sql = steps_query(request, &ids.join(", "));
        give_steps(&mut runs, &snapshot.rows("read the journal", &sql).await?)?;
    }
    Ok(RunHistory { has_journal: true, total, runs })
}

fn give_steps(runs: &mut [RecordedRun], rows: &[Row]) -> Result<(), QueryError> {
    let places: HashMap<i64, usize> = runs.iter().enumerate().map(|(place, run)| (run.id, place)).collect();
    for row in rows {
        if let Some(place) = places.get(&row.number("run")?) {
            runs[*place].steps.push(read_step(row)?);
        }
    }
    Ok(())
}

/// A moment as RFC 3339 in UTC.
fn moment(column: &str) -> String {
    format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
}

/// A journal of the first format does not know what the sessions called themselves.
fn runs_query(request: &HistoryRequest) -> String {
    let mut conditions = vec!["true".to_owned()];
    if let Some(steps) = step_condition(request) {
        conditions.push(format!("id IN (SELECT run FROM crosstrack.step WHERE {steps})"));
    }
    conditions
        .extend(request.outcome.as_ref().map(|outcome| format!("outcome = {}", quote_literal(outcome))));
    conditions
        .extend(request.command.as_ref().map(|command| format!("command = {}", quote_literal(command))));
    conditions.extend(request.since.as_ref().map(|since| match since {
        Since::Ago(duration) => {
            format!("started_at >= clock_timestamp() - interval '{} seconds'", duration.as_secs())
        }
        Since::Moment(moment) => format!("started_at >= CAST({} AS timestamptz)", quote_literal(moment)),
    }));
    let limit = request.limit.map_or(String::new(), |limit| format!("LIMIT {limit}"));
    format!(
        "SELECT id, command, environment, actor, host, git_commit, tool_version, to_jsonb(run) ->> 'application' AS application, \
         database_user, plan, outcome, {started} AS started, {finished} AS finished, \
         (extract(epoch FROM finished_at - started_at) * 1000000)::bigint AS microseconds, count(*) OVER () AS total \
         FROM crosstrack.run WHERE {} ORDER BY id DESC {limit}",
        conditions.join(" AND "),
        started = moment("started_at"),
        finished = moment("finished_at"),
    )
}

fn steps_query(request: &HistoryRequest, runs: &str) -> String {
    format!(
        "SELECT run, track, version, label, direction, outcome, checksum, statements, statements_done, {started} AS started, \
         {finished} AS finished, duration_microseconds AS microseconds, error FROM crosstrack.step \
         WHERE run IN ({runs}) AND {} ORDER BY id",
        step_condition(request).unwrap_or_else(|| "true".to_owned()),
        started = moment("started_at"),
        finished = moment("finished_at"),
    )
}

/// The steps that are asked for, when not all are. A version is written as the ledger writes it or as the folder does.
fn step_condition(request: &HistoryRequest) -> Option<String> {
    let mut conditions = Vec::new();
    conditions.extend(request.track.as_ref().map(|track| format!("track = {}", quote_literal(track))));
    conditions.extend(request.migration.as_ref().map(|reference| {
        let (track, written) = (quote_literal(reference.track.as_str()), quote_literal(&reference.migration));
        format!("track = {track} AND {written} IN (version, label, split_part(label, '_', 1))")
    }));
    (!conditions.is_empty()).then(|| format!("({})", conditions.join(" AND ")))
}

fn read_run(row: &Row) -> Result<RecordedRun, QueryError> {
    Ok(RecordedRun {
        id: row.number("id")?,
        command: row.text("command")?.to_owned(),
        environment: row.text("environment")?.to_owned(),
        actor: owned(row, "actor")?,
        host: owned(row, "host")?,
        git_commit: owned(row, "git_commit")?,
        tool_version: row.text("tool_version")?.to_owned(),
        application: owned(row, "application")?,
        database_user: row.text("database_user")?.to_owned(),
        plan: owned(row, "plan")?,
        started_at: row.text("started")?.to_owned(),
        finished_at: owned(row, "finished")?,
        duration: duration(row)?,
        outcome: row.text("outcome")?.to_owned(),
        steps: Vec::new(),
    })
}

fn read_step(row: &Row) -> Result<RecordedStep, QueryError> {
    Ok(RecordedStep {
        track: row.text("track")?.to_owned(),
        version: row.text("version")?.to_owned(),
        label: row.text("label")?.to_owned(),
        direction: row.text("direction")?.to_owned(),
        outcome: row.text("outcome")?.to_owned(),
        checksum: row.text("checksum")?.to_owned(),
        statements: row.number("statements")?,
        statements_done: row.number("statements_done")?,
        started_at: row.text("started")?.to_owned(),
        finished_at: owned(row, "finished")?,
        duration: duration(row)?,
        error: owned(row, "error")?,
    })
}

fn owned(row: &Row, column: &str) -> Result<Option<String>, QueryError> {
    Ok(row.optional(column)?.map(str::to_owned))
}

/// A clock that was put back can make a run end before it began: then nobody knows how long it took.
fn duration(row: &Row) -> Result<Option<Duration>, QueryError> {
    let microseconds = row.optional("microseconds")?.and_then(|text| text.parse().ok());
    Ok(microseconds.map(Duration::from_micros))
}
