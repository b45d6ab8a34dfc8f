//! The session in which an ORM works: scripts and ledger rows, and nothing about plans, locks or journals.

use std::time::Duration;

use async_trait::async_trait;
use crosstrack_database::ServerError;
use crosstrack_model::{Migration, Script, Version};

/// What of a step the server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A statement of the script.
    Script,
    /// The ledger row, or the commit of script and row.
    Ledger,
    /// The settings that the session is put back to before the script.
    Settings,
}

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The server refused something.
    #[error("{}", refused(*.part))]
    Refused {
        /// What it refused.
        part: Part,
        /// What it said.
        source: Box<ServerError>,
    },
    /// The connection broke, so that nobody can say from here whether the step was done.
    #[error("the connection broke")]
    Broken {
        /// What the driver says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Somebody else was building the same index, and has built it.
    #[error("somebody else built the index {index} meanwhile")]
    BuiltMeanwhile {
        /// The index, as SQL text.
        index: String,
    },
    /// The run was asked to stop before the server was asked for anything more.
    #[error("the run was asked to stop")]
    Stopped,
    /// An invalid index that is not what the statement would build stands in its place.
    #[error(
        "an invalid index {index} of another definition stands in the place of the one that would be built"
    )]
    InTheWay {
        /// The index, as SQL text.
        index: String,
    },
    /// The index that a statement drops was looked for, and what is there may be another one.
    #[error(
        "whether the index that the statement drops is gone cannot be told: {index} is there, and may be another one"
    )]
    AnotherIndex {
        /// The index that is there, as SQL text.
        index: String,
    },
    /// The ORM's own code refused before it asked the server.
    #[error("{tool} refused the migration")]
    Tool {
        /// The ORM.
        tool: &'static str,
        /// What it says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn refused(part: Part) -> &'static str {
    match part {
        Part::Script => "the server refused a statement of the script",
        Part::Ledger => "the server refused the ledger row or the commit",
        Part::Settings => "the server refused the session's settings",
    }
}

impl StepError {
    /// What became of a step when the server said this: refused, or broken off when it ended the session.
    pub fn from_server(part: Part, source: ServerError) -> Self {
        let source = Box::new(source);
        if source.ends_session() { Self::Broken { source } } else { Self::Refused { part, source } }
    }

    /// What the server said, if it said something.
    pub fn server_error(&self) -> Option<&ServerError> {
        match self {
            Self::Refused { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A session in which the ORM's published code runs scripts and writes its ledger.
///
/// What writes does so in the transaction that is open, if one is: see [`crate::Transaction`].
#[async_trait]
pub trait TrackSession: Send {
    /// Makes the ledger's table exactly as the ORM would, and the schemas that the settings name, in one transaction.
    async fn prepare_ledger(&mut self) -> Result<(), StepError>;

    /// Runs settings of the session: SQL that belongs to no migration.
    async fn settle(&mut self, sql: &str) -> Result<(), StepError>;

    /// Opens a transaction and runs settings that hold for it.
    async fn begin(&mut self, settings: &str) -> Result<(), StepError>;

    /// Runs what is to be run last, and commits.
    async fn commit(&mut self, last: &str) -> Result<(), StepError>;

    /// Gives up the transaction, if one is open. A connection that is gone has nothing to give up.
    async fn rollback(&mut self);

    /// Runs a transactional script forward, and writes the ledger row.
    async fn apply(&mut self, migration: &Migration) -> Result<(), StepError>;

    /// Runs a transactional script backward, and takes the ledger row away.
    async fn revert(&mut self, migration: &Migration, script: &Script) -> Result<(), StepError>;

    /// Runs one statement.
    async fn execute(&mut self, statement: &str) -> Result<(), StepError>;

    /// The schemas in which unqualified names are looked for at this moment, in their order, with those that are searched unasked.
    /// Behind a pooler only what is asked in an open transaction is sure to be about the script's session.
    async fn search_path(&mut self) -> Result<Vec<String>, StepError>;

    /// Writes the ledger row without running anything, exactly as the ORM would. `took` is how long the script ran, when it
    /// ran statement by statement; `None` when it did not run at all.
    async fn mark(&mut self, migration: &Migration, took: Option<Duration>) -> Result<(), StepError>;

    /// Writes the checksum of the script as it is now into the ledger row that is there, and nothing else. In a ledger without
    /// checksums there is nothing to write.
    async fn restamp(&mut self, migration: &Migration) -> Result<(), StepError>;

    /// Takes the ledger row away without running anything.
    async fn unmark(&mut self, version: &Version) -> Result<(), StepError>;
}
