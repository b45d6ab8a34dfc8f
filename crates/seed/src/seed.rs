//! The one operation: files in, rows in the database, a transaction for each file, and what passes is tried again.
//!
//! It must not take the lock, print, or ask anybody: it is given the lock and tells what happens.

mod attempts;

use std::time::{Duration, Instant};

use crosstrack_database::{LockedSession, QueryError, Session, SessionLimits};

use crate::declared::Seed;
use crate::empty::{TableRows, empty};
use crate::error::{SeedError, SeedFailure};
use crate::load::Load;
use crate::read::{Content, SeedFile};
use crate::script;
use crate::sequence::SequenceState;
use crate::write::WrittenRows;
use attempts::{Attempts, LIMIT};

/// What is to be done, and who is told.
pub struct Seeding<'a> {
    /// The lock of the run, and the database.
    pub lock: &'a LockedSession,
    /// The limits of the session that loads.
    pub limits: SessionLimits,
    /// The files, in order.
    pub files: &'a [SeedFile],
    /// Whether the tables are emptied first.
    pub fresh: bool,
    /// How many copies are made of the rows of those files that can be copied.
    pub copies: u32,
    /// Whether somebody has asked to stop.
    pub is_stopped: &'a (dyn Fn() -> bool + Sync),
    /// Told what happens.
    pub on_event: &'a mut (dyn FnMut(&SeedEvent) + Send),
}

/// What happens while seeds are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeedEvent {
    /// The tables are empty.
    Emptied {
        /// The tables, with the rows that they had.
        tables: Vec<TableRows>,
    },
    /// A file is loaded.
    Loaded(Loaded),
    /// Something is tried again.
    Retried {
        /// The file, or what stands for it.
        file: String,
        /// The attempt that failed, from 1.
        attempt: usize,
        /// How many there may be.
        limit: usize,
        /// How long until the next one.
        pause: Duration,
        /// What went wrong.
        reason: String,
    },
}

/// A file that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The file's name.
    pub file: String,
    /// The table.
    pub table: String,
    /// How many copies of each row; `None` for the rows themselves.
    pub copies: Option<u32>,
    /// Rows that were not there.
    pub created: u64,
    /// Rows that were there and not the same. For an SQL file, the rows that it changed or deleted.
    pub changed: u64,
    /// Rows that were there as they are declared; nobody knows for an SQL file.
    pub present: Option<u64>,
    /// The sequences that stood before a value of the file's table.
    pub sequences: Vec<SequenceState>,
    /// How long it took.
    pub duration: Duration,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// The tables that were emptied first, with the rows that they had.
    pub emptied: Vec<TableRows>,
    /// The files, in order.
    pub files: Vec<Loaded>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What became of a file's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) created: u64,
    pub(crate) changed: u64,
    pub(crate) present: Option<u64>,
    pub(crate) sequences: Vec<SequenceState>,
}

impl Counts {
    pub(crate) fn of(written: WrittenRows) -> Self {
        let WrittenRows { created, changed } = written;
        Self { created, changed, ..Self::default() }
    }
}

/// Empties the tables when that is asked for, loads the files, then the copies.
///
/// # Errors
/// When something did not pass in several attempts, or never will. What was loaded before stays.
pub async fn seed(seeding: Seeding<'_>) -> Result<SeedReport, Box<SeedFailure>> {
    let began = Instant::now();
    let mut work = Work { seeding, session: None, report: SeedReport::default() };
    let result = work.run().await;
    let report = SeedReport { elapsed: began.elapsed(), ..work.report };
    match result {
        Ok(()) => Ok(report),
        Err(source) => Err(Box::new(SeedFailure { report, source })),
    }
}

struct Work<'a> {
    seeding: Seeding<'a>,
    session: Option<Session>,
    report: SeedReport,
}

/// What one transaction does.
#[derive(Clone, Copy)]
enum Task<'a> {
    Empty(&'a [SeedFile]),
    File(&'a SeedFile, Option<u32>),
}

/// What one transaction did.
enum Done {
    Emptied(Vec<TableRows>),
    Loaded(Counts),
}

impl Task<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Empty(_) => "the emptying of the tables",
            Self::File(file, _) => &file.seed.file,
        }
    }

    fn refused(&self, source: QueryError) -> SeedError {
        match self {
            Self::Empty(_) => SeedError::Empty(source),
            Self::File(file, _) => SeedError::Query { file: file.seed.file.clone(), source },
        }
    }
}

impl Work<'_> {
    async fn run(&mut self) -> Result<(), SeedError> {
        let files = self.seeding.files;
        if self.seeding.fresh && !files.is_empty() {
            self.attempt(Task::Empty(files)).await?;
        }
        for file in files {
            self.attempt(Task::File(file, None)).await?;
        }
        let copies = self.seeding.copies;
        for file in files.iter().filter(|file| copies > 0 && !file.seed.numbered.is_empty()) {
            self.attempt(Task::File(file, Some(copies))).await?;
        }
        Ok(())
    }

    /// Does a task, again and again while what stopped it may pass.
    async fn attempt(&mut self, task: Task<'_>) -> Result<(), SeedError> {
        let began = Instant::now();
        let mut attempts = Attempts::new();
        loop {
            if (self.seeding.is_stopped)() {
                return Err(SeedError::Stopped { file: task.name().to_owned() });
            }
            let error = match self.transaction(task).await {
                Ok(done) => {
                    self.note(task, done, began.elapsed());
                    return Ok(());
                }
                Err(error) => error,
            };
            // A session that failed is not worth mending.
            self.session = None;
            let Some(pause) = attempts.pause_after(&error) else {
                return Err(self.unless_stopped(task, error));
            };
            (self.seeding.on_event)(&SeedEvent::Retried {
                file: task.name().to_owned(),
                attempt: attempts.failed,
                limit: LIMIT,
                pause,
                reason: reason(&error),
            });
            tokio::time::sleep(pause).await;
        }
    }

    /// A statement that is cancelled for a stop fails because of the stop.
    fn unless_stopped(&self, task: Task<'_>, error: SeedError) -> SeedError {
        let is_stopped = (self.seeding.is_stopped)();
        if is_stopped { SeedError::Stopped { file: task.name().to_owned() } } else { error }
    }

    fn note(&mut self, task: Task<'_>, done: Done, duration: Duration) {
        match (task, done) {
            (_, Done::Emptied(tables)) => {
                (self.seeding.on_event)(&SeedEvent::Emptied { tables: tables.clone() });
                self.report.emptied = tables;
            }
            (Task::File(file, copies), Done::Loaded(Counts { created, changed, present, sequences })) => {
                let (file, table) = (file.seed.file.clone(), file.seed.table.clone());
                let loaded = Loaded { file, table, copies, created, changed, present, sequences, duration };
                (self.seeding.on_event)(&SeedEvent::Loaded(loaded.clone()));
                self.report.files.push(loaded);
            }
            (Task::Empty(_), Done::Loaded(_)) => {}
        }
    }

    /// One transaction. It commits only while the run still has its lock.
    async fn transaction(&mut self, task: Task<'_>) -> Result<Done, SeedError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.seeding.lock.database().session("seed").await?,
        };
        let refused = |source| task.refused(source);
        let opening = format!("BEGIN; {}", self.seeding.limits.as_transaction_sql());
        session.rows("open a transaction", &opening).await.map_err(refused)?;
        let done = match task {
            Task::Empty(files) => {
                let seeds: Vec<&Seed> = files.iter().map(|file| &file.seed).collect();
                Done::Emptied(empty(&session, &seeds).await?)
            }
            Task::File(file, copies) => Done::Loaded(load(&session, file, copies).await?),
        };
        let guard = format!("SELECT ({}) AS is_held", self.seeding.lock.guard_elsewhere());
        let held = session.rows("look whether the run still has its lock", &guard).await.map_err(refused)?;
        if !held.first().map_or(Ok(false), |row| row.truth("is_held")).map_err(refused)? {
            return Err(refused(QueryError::LockLost { purpose: "commit the rows".to_owned() }));
        }
        session.rows("commit the rows", "COMMIT").await.map_err(refused)?;
        // A script may have changed the session.
        let is_script = matches!(task, Task::File(file, _) if matches!(file.content, Content::Script));
        self.session = (!is_script).then_some(session);
        Ok(done)
    }
}

async fn load(session: &Session, file: &SeedFile, copies: Option<u32>) -> Result<Counts, SeedError> {
    match &file.content {
        Content::Rows(rows) => Load { session, file, rows, copies }.run().await,
        Content::Script => script::run(session, file).await,
    }
}

/// The last of the causes says most.
fn reason(error: &SeedError) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
