//! Who stands in the way: looked at from beside a step while it waits, because afterwards nobody knows.
//!
//! Behind a pooler no setting of a session holds, and what runs outside a transaction would wait for ever: there this is also
//! what ends a wait that is longer than `lock_timeout`. Must not end anything but the run's own wait.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crosstrack_database::{Database, QueryError, Row, ServerError, Session, quote_literal};
use crosstrack_model::{Blocker, Event, Step};
use crosstrack_track::StepError;
use tokio::task::AbortHandle;

use super::Listener;

/// Looks at the run's sessions while steps run.
pub(super) struct Watcher {
    database: Database,
    events: Listener,
    /// Opened when a step first takes long.
    session: Arc<tokio::sync::Mutex<Option<Session>>>,
    /// What was told last: who stood in the way of which step.
    told: Arc<Mutex<(String, Vec<i32>)>>,
}

/// A look at one step, for as long as this value lives.
pub(super) struct Look {
    seen: Arc<Mutex<Seen>>,
    task: AbortHandle,
}

#[derive(Default)]
struct Seen {
    blockers: Vec<Blocker>,
    has_timed_out: bool,
}

/// What a look needs to know.
#[derive(Clone)]
pub(super) struct Subject {
    /// `track/label`.
    pub(super) reference: String,
    /// How long a statement may wait.
    pub(super) lock_timeout: Duration,
    /// Whether the wait is to be ended from here.
    pub(super) ends_wait: bool,
}

impl Subject {
    pub(super) fn new(step: &Step, lock_timeout: Duration, ends_wait: bool) -> Self {
        let reference = format!("{}/{}", step.track, step.migration.label);
        Self { reference, lock_timeout, ends_wait }
    }
}

impl Watcher {
    pub(super) fn new(database: &Database, events: &Listener) -> Self {
        let (database, events) = (database.clone(), Arc::clone(events));
        Self { database, events, session: Arc::default(), told: Arc::default() }
    }

    /// Begins to look.
    pub(super) fn look(&self, subject: Subject) -> Look {
        let seen = Arc::<Mutex<Seen>>::default();
        let work = Work {
            database: self.database.clone(),
            events: Arc::clone(&self.events),
            session: Arc::clone(&self.session),
            told: Arc::clone(&self.told),
            seen: Arc::clone(&seen),
            subject,
        };
        Look { seen, task: tokio::spawn(work.run()).abort_handle() }
    }
}

impl Look {
    /// Who stood in the way when it was last looked.
    pub(super) fn blockers(&self) -> Vec<Blocker> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).blockers.clone()
    }

    /// What a wait that was ended from here really is: a lock timeout.
    pub(super) fn judge(&self, result: Result<(), StepError>) -> Result<(), StepError> {
        let has_timed_out = self.seen.lock().unwrap_or_else(PoisonError::into_inner).has_timed_out;
        match result {
            Err(StepError::Refused { part, source }) if has_timed_out && source.code == "57014" => {
                let message = "canceling statement due to lock timeout".to_owned();
                let source = ServerError { code: "55P03".to_owned(), message, ..*source };
                Err(StepError::Refused { part, source: Box::new(source) })
            }
            other => other,
        }
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Work {
    database: Database,
    events: Listener,
    session: Arc<tokio::sync::Mutex<Option<Session>>>,
    told: Arc<Mutex<(String, Vec<i32>)>>,
    seen: Arc<Mutex<Seen>>,
    subject: Subject,
}

impl Work {
    async fn run(self) {
        // Often enough to have looked before the wait is over; seldom enough not to be felt.
        let interval =
            (self.subject.lock_timeout / 4).clamp(Duration::from_millis(20), Duration::from_millis(500));
        let mut waits_since: Option<Instant> = None;
        loop {
            tokio::time::sleep(interval).await;
            // What cannot be looked at is not worth failing for.
            let Ok(blockers) = self.blockers().await else { continue };
            if blockers.is_empty() {
                waits_since = None;
                continue;
            }
            self.tell(blockers);
            let since = *waits_since.get_or_insert_with(Instant::now);
            let is_over = since.elapsed() >= self.subject.lock_timeout;
            if self.subject.ends_wait && is_over && !self.subject.lock_timeout.is_zero() {
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).has_timed_out = true;
                drop(self.ask(&cancel_query(&self.database)).await);
            }
        }
    }

    async fn blockers(&self) -> Result<Vec<Blocker>, QueryError> {
        self.ask(&blockers_query(&self.database)).await?.iter().map(read_blocker).collect()
    }

    /// Keeps what was seen, and tells it when it is news.
    fn tell(&self, blockers: Vec<Blocker>) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).blockers.clone_from(&blockers);
        let reference = self.subject.reference.clone();
        let news = (reference.clone(), blockers.iter().map(|blocker| blocker.pid).collect());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != news {
            *told = news;
            drop(told);
            (self.events)(Event::Blocked { reference, blockers });
        }
    }

    async fn ask(&self, sql: &str) -> Result<Vec<Row>, QueryError> {
        let mut slot = self.session.lock().await;
        if slot.as_ref().is_none_or(Session::is_closed) {
            *slot = self.database.session("watch").await.ok();
        }
        match slot.as_ref() {
            Some(session) => session.rows("see who stands in the way", sql).await,
            None => Ok(Vec::new()),
        }
    }
}

/// A condition that finds the sessions of a run's tracks.
pub(super) fn is_track_session(application: &str) -> String {
    let name = quote_literal(&format!("{application} track="));
    // The server cuts names at 63 bytes.
    format!("starts_with(a.application_name, left({name}, 63)) AND a.datname = current_database()")
}

fn blockers_query(database: &Database) -> String {
    format!(
        "SELECT DISTINCT b.pid, b.usename, b.application_name, b.state, \
         round(extract(epoch FROM clock_timestamp() - b.xact_start) * 1000) AS age, left(b.query, 200) AS query \
         FROM pg_stat_activity a, unnest(pg_blocking_pids(a.pid)) AS blocker, pg_stat_activity b \
         WHERE a.wait_event_type = 'Lock' AND b.pid = blocker AND {} ORDER BY b.pid",
        is_track_session(database.application())
    )
}

fn cancel_query(database: &Database) -> String {
    format!(
        "SELECT pg_cancel_backend(a.pid) FROM pg_stat_activity a WHERE a.wait_event_type = 'Lock' AND {}",
        is_track_session(database.application())
    )
}

/// Reads a session that stands in the way. What a user may not see of it is empty.
pub(super) fn read_blocker(row: &Row) -> Result<Blocker, QueryError> {
    let age = row.optional("age")?.and_then(|text| text.parse().ok());
    Ok(Blocker {
        pid: row.number("pid")?,
        user: row.text("usename")?.to_owned(),
        application: row.text("application_name")?.to_owned(),
        state: row.text("state")?.to_owned(),
        age: age.map(Duration::from_millis),
        query: row.text("query")?.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}
