//! How a run is asked to stop. A stopped client is not a stopped server: what the run's sessions are doing is cancelled.

use std::sync::Arc;
use std::time::Duration;

use crosstrack_database::{CLEARS_UP, Database, quote_literal};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// How often what the run does is cancelled.
const BETWEEN_CANCELS: Duration = Duration::from_millis(250);

/// A request to stop that may come at any time.
#[derive(Clone, Debug)]
pub struct Stop {
    sender: Arc<watch::Sender<Option<StopSignal>>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self { sender: Arc::new(watch::Sender::new(None)) }
    }
}

impl Stop {
    /// Asks the run to stop.
    pub fn request(&self, signal: StopSignal) {
        self.sender.send_replace(Some(signal));
    }

    /// Who asked, if somebody did.
    pub fn requested(&self) -> Option<StopSignal> {
        *self.sender.borrow()
    }

    /// Waits until somebody asks.
    pub async fn wait(&self) {
        // The sender lives as long as this value.
        drop(self.sender.subscribe().wait_for(Option::is_some).await);
    }

    /// Cancels what sessions are doing whose purpose begins so, as soon as a stop is asked for and until the guard is dropped.
    ///
    /// It runs beside the step, on a connection of its own: Diesel's code blocks its thread.
    pub fn cancel_on_request(&self, database: &Database, purpose: &'static str) -> CancelGuard {
        let (stop, database) = (self.clone(), database.clone());
        let task = tokio::spawn(async move {
            stop.wait().await;
            cancel_sessions(&database, purpose).await;
        });
        CancelGuard(task.abort_handle())
    }
}

/// Cancels again and again, for a statement may have been on its way when it was done last; but not what clears up after another.
/// When the server cannot be reached any more there is nothing to cancel that this could reach, and the step's own error says what
/// happened.
async fn cancel_sessions(database: &Database, purpose: &str) {
    let name = quote_literal(&format!("{} {purpose}", database.application()));
    let sql = format!(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, left({name}, 63)) \
         AND NOT starts_with(query, {}) AND pid <> pg_backend_pid()",
        quote_literal(CLEARS_UP)
    );
    let Ok(session) = database.session("stop").await else { return };
    while session.rows("cancel what the run is doing", &sql).await.is_ok() {
        tokio::time::sleep(BETWEEN_CANCELS).await;
    }
}

/// Ends the readiness to cancel.
#[derive(Debug)]
pub struct CancelGuard(AbortHandle);

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}
