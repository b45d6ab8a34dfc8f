//! A session for tests that ask and wait, whether they are asynchronous themselves or not.
//!
//! Must not be used for what is tested: it is how a test prepares a database and looks at it afterwards.

use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError};

use crosstrack_database::{Database, ServerError};
use crosstrack_settings::{Host, Target};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, SimpleQueryMessage};

/// A session that is opened when it is first needed, and again when it was lost.
#[derive(Debug)]
pub(crate) struct Connection {
    target: Target,
    client: Mutex<Option<Client>>,
}

impl Default for Connection {
    fn default() -> Self {
        let nowhere = Host::Socket { directory: std::path::PathBuf::new(), port: 0 };
        Self::new(Target::new(nowhere, "", ""))
    }
}

impl Connection {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, client: Mutex::new(None) }
    }

    /// Runs statements and gives the rows of all of them, columns joined by `|` and null as nothing, as `psql -At` does.
    #[track_caller]
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        match self.execute(sql) {
            Ok(rows) => rows,
            Err(error) => panic!("the server refused: {error}\n{sql}"),
        }
    }

    /// The only value of the only row.
    #[track_caller]
    pub(crate) fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        match rows.as_slice() {
            [value] => value.clone(),
            _ => panic!("one row was expected, not {}\n{sql}", rows.len()),
        }
    }

    /// Runs statements and gives the rows of all of them, or what the server said.
    pub(crate) fn execute(&self, sql: &str) -> Result<Vec<String>, Box<ServerError>> {
        let mut slot = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let open = slot.take().filter(|client| !client.is_closed());
        let (target, sql) = (self.target.clone(), sql.to_owned());
        let (client, result) = wait_for(async move {
            let client = match open {
                Some(client) => client,
                None => connect(target).await,
            };
            let result = query(&client, &sql).await;
            (client, result)
        });
        *slot = Some(client);
        result
    }

    /// Whether the server lets this session in.
    pub(crate) fn is_welcome(&self) -> bool {
        let target = self.target.clone();
        wait_for(async move { Database::connect(target, "crosstrack-testkit".to_owned()).await.is_ok() })
    }

    /// Ends the session.
    pub(crate) fn close(&self) {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

async fn connect(target: Target) -> Client {
    let (database, _) =
        Database::connect(target, "crosstrack-testkit".to_owned()).await.expect("the test server answers");
    database.session("test").await.expect("the test server answers").into_parts().0
}

async fn query(client: &Client, sql: &str) -> Result<Vec<String>, Box<ServerError>> {
    let messages = client.simple_query(sql).await.map_err(|error| match error.as_db_error() {
        Some(server) => Box::new(ServerError::from(server)),
        None => panic!("the connection of the test itself broke: {error}\n{sql}"),
    })?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows
        .map(|row| {
            (0..row.len()).map(|column| row.get(column).unwrap_or_default()).collect::<Vec<_>>().join("|")
        })
        .collect())
}

/// Runs a future to its end on a runtime of the testkit's own, so that it does not matter whether the caller is on one.
pub(crate) fn wait_for<F>(future: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime can be built")
    });
    let (sender, receiver) = std::sync::mpsc::channel();
    let task = runtime.spawn(future);
    runtime.spawn(async move { sender.send(task.await) });
    match receiver.recv().expect("the runtime lives as long as the process") {
        Ok(output) => output,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
