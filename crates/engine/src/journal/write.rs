//! Writing the journal.

use std::time::Duration;

use crosstrack_database::quote_literal;
use crosstrack_model::{Migration, Script, Version};

use super::guard::GUARD;
use super::{CREATE, Checksum, Direction, FORMAT, LockedSession, Outcome, QueryError, Type, mark};
use crate::discover::Track;
use crate::inspect::{JournalView, OpenStep};

/// Who runs what from where: what an audit asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The command: `up`.
    pub command: String,
    /// The environment: `development`.
    pub environment: String,
    /// The person or the job.
    pub actor: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The commit that the migrations come from.
    pub git_commit: Option<String>,
    /// The version of crosstrack.
    pub tool_version: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Everything was done.
    Done,
    /// A step or a check failed.
    Failed,
    /// Somebody asked it to stop, or another program came first.
    Stopped,
}

impl RunOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// A step as it is announced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intent<'a> {
    pub(crate) track: &'a str,
    pub(crate) version: &'a str,
    pub(crate) label: &'a str,
    pub(crate) direction: Direction,
    pub(crate) checksum: &'a Checksum,
    pub(crate) transactional: bool,
    /// How many statements are counted; zero for a script that runs whole.
    pub(crate) statements: usize,
    /// Those that an earlier run has done.
    pub(crate) done: &'a Count,
    pub(crate) backward: Option<&'a Script>,
}

/// How many statements of a script are done, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) statements: usize,
    /// Their fingerprint; `None` for none.
    pub(crate) checksum: Option<Checksum>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) outcome: Outcome,
    /// Whether nobody has seen how the last statement ended.
    pub(crate) in_doubt: bool,
    pub(crate) duration: Duration,
    pub(crate) error: Option<&'a str>,
    /// An SQL expression that gives the stamp of the ledger row, for ledgers that have one.
    pub(crate) stamp: Option<&'a str>,
    /// An SQL expression that counts the ledger's rows for the version.
    pub(crate) rows: Option<&'a str>,
    /// The version, to which both expressions refer as [`VERSION`].
    pub(crate) version: &'a str,
}

/// How an [`Ending`]'s expressions name the version: as a parameter, so that the server keeps the statement prepared.
pub(crate) const VERSION: &str = "$5";

/// What was settled about a migration without a script.
struct Settled<'a> {
    version: &'a Version,
    label: &'a str,
    migration: Option<&'a Migration>,
    direction: Direction,
}

/// The journal of one run, open for writing.
#[derive(Debug)]
pub struct Journal<'a> {
    lock: &'a LockedSession,
    run: i64,
}

impl<'a> Journal<'a> {
    /// Opens the journal, makes it where there is none, and writes that a run begins.
    ///
    /// # Errors
    /// When the server refuses: the user needs the right to create a schema the first time.
    pub async fn begin_run(
        lock: &'a LockedSession,
        view: &JournalView,
        origin: &Origin,
        plan: Option<&Checksum>,
    ) -> Result<Self, QueryError> {
        let session = lock.session();
        make(lock, view, &origin.environment).await?;
        if !lock.database().is_behind_pooler() {
            session.rows("settle the journal's session", "SET synchronous_commit TO off").await?;
        }
        let sql = format!(
            "INSERT INTO crosstrack.run (command, environment, actor, host, git_commit, tool_version, plan, application) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE {} RETURNING id",
            lock.guard()
        );
        let plan = plan.map(Checksum::as_str);
        let application = lock.database().application();
        let run = lock
            .write(
                "write the beginning of the run into the journal",
                &sql,
                &[
                    (&origin.command, Type::TEXT),
                    (&origin.environment, Type::TEXT),
                    (&origin.actor, Type::TEXT),
                    (&origin.host, Type::TEXT),
                    (&origin.git_commit, Type::TEXT),
                    (&origin.tool_version, Type::TEXT),
                    (&plan, Type::TEXT),
                    (&application, Type::TEXT),
                ],
            )
            .await?;
        Ok(Self { lock, run: run.unwrap_or_default() })
    }

    /// The run's number.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// Writes that the file as it is now counts as what the ledger's row is about; no script ran.
    ///
    /// # Errors
    /// When the server refuses or the connection is gone.
    pub async fn record_acceptance(&self, track: &Track, migration: &Migration) -> Result<(), QueryError> {
        let settled = Settled {
            version: &migration.version,
            label: &migration.label,
            migration: Some(migration),
            direction: Direction::Up,
        };
        self.record(track, &settled, Outcome::Accepted).await
    }

    /// Writes that a person says a migration is not applied; no script ran.
    ///
    /// # Errors
    /// When the server refuses or the connection is gone.
    pub async fn record_removal(
        &self,
        track: &Track,
        version: &Version,
        label: &str,
    ) -> Result<(), QueryError> {
        let migration = track.migrations.iter().find(|migration| migration.version == *version);
        let settled = Settled {
            version,
            label,
            migration: migration.map(|migration| &**migration),
            direction: Direction::Down,
        };
        self.record(track, &settled, Outcome::Done).await
    }

    async fn record(&self, track: &Track, settled: &Settled<'_>, outcome: Outcome) -> Result<(), QueryError> {
        let checksum =
            settled.migration.map_or(String::new(), |migration| migration.forward.checksum.to_string());
        let intent = Intent {
            track: track.name().as_str(),
            version: settled.version.as_str(),
            label: settled.label,
            direction: settled.direction,
            checksum: &Checksum::from_journal(checksum),
            transactional: true,
            statements: 0,
            done: &Count::default(),
            backward: settled.migration.and_then(|migration| migration.backward.as_ref()),
        };
        let id = self.announce(&intent).await?;
        let stamp = (settled.direction == Direction::Up).then(|| stamp_query(track, VERSION)).flatten();
        let ending = Ending {
            outcome,
            in_doubt: false,
            duration: Duration::ZERO,
            error: None,
            stamp: stamp.as_deref(),
            rows: None,
            version: settled.version.as_str(),
        };
        self.conclude(id, &ending).await.map(drop)
    }

    /// Announces a step; gives its row.
    pub(crate) async fn announce(&self, intent: &Intent<'_>) -> Result<i64, QueryError> {
        let sql = format!(
            "INSERT INTO crosstrack.step (run, track, version, label, direction, checksum, transactional, statements, \
             statements_done, statements_checksum, backward, backward_transactional) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE {} RETURNING id",
            self.lock.guard()
        );
        let direction = intent.direction.as_str();
        let checksum = intent.checksum.as_str();
        let (statements, done) = (as_integer(intent.statements), as_integer(intent.done.statements));
        let done_checksum = intent.done.checksum.as_ref().map(Checksum::as_str);
        let backward = intent.backward.map(|script| script.sql.as_str());
        let backward_transactional = intent.backward.map(|script| script.transactional);
        let id = self
            .lock
            .write(
                "announce a step in the journal",
                &sql,
                &[
                    (&self.run, Type::INT8),
                    (&intent.track, Type::TEXT),
                    (&intent.version, Type::TEXT),
                    (&intent.label, Type::TEXT),
                    (&direction, Type::TEXT),
                    (&checksum, Type::TEXT),
                    (&intent.transactional, Type::BOOL),
                    (&statements, Type::INT4),
                    (&done, Type::INT4),
                    (&done_checksum, Type::TEXT),
                    (&backward, Type::TEXT),
                    (&backward_transactional, Type::BOOL),
                ],
            )
            .await?;
        Ok(id.unwrap_or_default())
    }

    /// Writes how a step ended, and gives how many rows the ledger has for it, if that was asked.
    pub(crate) async fn conclude(&self, step: i64, ending: &Ending<'_>) -> Result<Option<i64>, QueryError> {
        let stamp = ending.stamp.unwrap_or("NULL");
        let rows = ending.rows.unwrap_or("NULL::bigint");
        let sql = format!(
            "UPDATE crosstrack.step SET outcome = $2, duration_microseconds = $3, error = $4, \
             finished_at = clock_timestamp(), ledger_stamp = {stamp}, in_doubt = $6, \
             statements_done = CASE WHEN $2 = 'done' THEN statements ELSE statements_done END WHERE id = $1 \
             AND $5 IS NOT NULL AND {} RETURNING {rows}",
            self.lock.guard()
        );
        let outcome = ending.outcome.as_str();
        let microseconds = i64::try_from(ending.duration.as_micros()).unwrap_or(i64::MAX);
        self.lock
            .write(
                "write the outcome of a step into the journal",
                &sql,
                &[
                    (&step, Type::INT8),
                    (&outcome, Type::TEXT),
                    (&microseconds, Type::INT8),
                    (&ending.error, Type::TEXT),
                    (&ending.version, Type::TEXT),
                    (&ending.in_doubt, Type::BOOL),
                ],
            )
            .await
    }

    /// Writes how many statements of a step that is not transactional are done.
    pub(crate) async fn count_statements(&self, step: i64, count: &Count) -> Result<(), QueryError> {
        let sql = format!("{} RETURNING 1::bigint", count_sql(step, count, self.lock.guard()));
        self.lock.write("count the statements of a step in the journal", &sql, &[]).await.map(drop)
    }

    /// The same as SQL for another session, in whose transaction the counted statement itself has run: both are there or neither
    /// is. Refused with [`LOST`] when the lock is lost.
    pub(crate) fn count_elsewhere(&self, step: i64, count: &Count) -> String {
        // A statement of the script may have taken another role.
        format!(
            "SET LOCAL ROLE NONE; WITH counted AS ({} RETURNING 1) SELECT 1 / count(*) FROM counted",
            count_sql(step, count, &self.lock.guard_elsewhere())
        )
    }

    /// Writes how the run ended, and waits until everything before it is on disk.
    ///
    /// # Errors
    /// When the server refuses or the connection, and with it the lock, is gone.
    pub async fn finish_run(&self, outcome: RunOutcome) -> Result<(), QueryError> {
        let sql = format!(
            "RESET synchronous_commit; UPDATE crosstrack.run SET outcome = '{}', finished_at = clock_timestamp() \
             WHERE id = {} AND {}",
            outcome.as_str(),
            self.run,
            self.lock.guard()
        );
        self.lock.session().rows("write the end of the run into the journal", &sql).await.map(drop)
    }
}

/// Makes the journal where there is none of this format, and marks the database with its environment; makes the triggers where they are
/// missing and this user can make them.
async fn make(lock: &LockedSession, view: &JournalView, environment: &str) -> Result<(), QueryError> {
    let is_old = view.format.is_none_or(|format| format < FORMAT);
    let create = if is_old { format!("{CREATE}{}", mark::CREATE) } else { String::new() };
    let guard = if view.wants_guard { GUARD } else { "" };
    if !create.is_empty() || !guard.is_empty() {
        let sql = format!("{create}{guard}");
        lock.session().rows("create the journal, schema `crosstrack`", &sql).await?;
    }
    if is_old {
        mark::mark(lock, environment).await?;
    }
    Ok(())
}

/// Puts right what runs that are lost could not write: the steps that the ledgers show to be done, the rest, and the runs
/// themselves. Under the lock, so that no run is under way.
pub(crate) async fn reconcile(
    lock: &LockedSession,
    (view, environment): (&JournalView, &str),
    (done, lost): (&[OpenStep], &[OpenStep]),
) -> Result<(), QueryError> {
    make(lock, view, environment).await?;
    let ids = |steps: &[OpenStep]| {
        let ids: Vec<String> = steps.iter().map(|open| open.id.to_string()).collect();
        if ids.is_empty() { "NULL".to_owned() } else { ids.join(", ") }
    };
    let sql = format!(
        "UPDATE crosstrack.step SET outcome = 'done', finished_at = clock_timestamp(), \
         error = 'the run was lost; the ledger shows that this step was done' WHERE id IN ({}) AND {guard}; \
         UPDATE crosstrack.step SET outcome = 'failed', finished_at = clock_timestamp(), in_doubt = NOT transactional, \
         error = 'the run was lost; the ledger shows that this step was not done' WHERE id IN ({}) AND {guard}; \
         UPDATE crosstrack.run SET outcome = 'lost', finished_at = clock_timestamp() \
         WHERE outcome = 'running' AND {guard}",
        ids(done),
        ids(lost),
        guard = lock.guard()
    );
    lock.session().rows("put the journal right", &sql).await.map(drop)
}

/// The SQLSTATE with which [`Journal::count_elsewhere`] is refused when the lock is lost: a division by zero.
pub(crate) const LOST: &str = "22012";

fn count_sql(step: i64, count: &Count, guard: &str) -> String {
    let checksum =
        count.checksum.as_ref().map_or("NULL".to_owned(), |checksum| quote_literal(checksum.as_str()));
    format!(
        "UPDATE crosstrack.step SET statements_done = {}, statements_checksum = {checksum} WHERE id = {step} AND {guard}",
        count.statements
    )
}

fn as_integer(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The row of a version in its ledger, as a query's `FROM`. `version` is an SQL expression that gives the version as text.
fn ledger_row(track: &Track, version: &str) -> String {
    let (column, kind) = track.adapter.version_column();
    format!("FROM {} WHERE {column} = CAST({version} AS {kind})", track.adapter.ledger_table(&track.settings))
}

/// A query that counts the rows of a version in its ledger.
pub(crate) fn rows_query(track: &Track, version: &str) -> String {
    format!("(SELECT count(*) {})", ledger_row(track, version))
}

/// A query for the stamp of a ledger row, for ledgers that have one.
pub(crate) fn stamp_query(track: &Track, version: &str) -> Option<String> {
    let expression = track.adapter.stamp()?;
    Some(format!("(SELECT {expression} {})", ledger_row(track, version)))
}
