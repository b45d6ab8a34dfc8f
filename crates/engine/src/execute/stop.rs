//! How a run is asked to stop. A stopped client is not a stopped server: what the run's sessions are doing is cancelled.

use std::sync::Arc;
use std::time::Duration;

use crosstrack_database::{Database, quote_literal};
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

/// How often what the run does is cancelled: a statement may have been on its way when it was done last.
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

    /// Cancels what the run's sessions are doing as soon as a stop is asked for, until the guard is dropped.
    ///
    /// It runs beside the step, on a connection of its own: Diesel's code blocks its thread.
    pub(crate) fn cancel_on_request(&self, database: &Database) -> CancelGuard {
        let mut receiver = self.sender.subscribe();
        let database = database.clone();
        let task = tokio::spawn(async move {
            if receiver.wait_for(Option::is_some).await.is_ok() {
                cancel_sessions(&database).await;
            }
        });
        CancelGuard(task.abort_handle())
    }
}

/// Ends the readiness to cancel.
pub(crate) struct CancelGuard(AbortHandle);

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Cancels the statements of the tracks' sessions until the run has ended. When the server cannot be reached any more there is nothing to cancel that
/// this could reach, and the step's own error says what happened.
async fn cancel_sessions(database: &Database) {
    let name = quote_literal(&format!("{} track=", database.application()));
    let sql = format!(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, {name}) \
         AND pid <> pg_backend_pid()"
    );
    let Ok(session) = database.session("stop").await else { return };
    while session.rows("cancel what the run is doing", &sql).await.is_ok() {
        tokio::time::sleep(BETWEEN_CANCELS).await;
    }
}
