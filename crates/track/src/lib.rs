//! The contract of an adapter: what the rest of crosstrack may ask of the code that speaks one ORM's format.
//!
//! This crate holds the contract and what every folder of scripts has in common. It knows no ORM; an adapter is a crate of
//! its own and a line in the list of adapters.

mod discover;
mod session;
mod template;
mod transaction;

use async_trait::async_trait;
use crosstrack_database::{ConnectError, Database, QueryError, Snapshot};
use crosstrack_model::{Entry, Migration};
use crosstrack_settings::TrackSettings;

pub use discover::{DiscoverError, Folder, Item, in_order, with_directives};
pub use session::{Part, StepError, TrackSession};
pub use template::{NewFile, NewMigration, NewScript, NewScripts, plain_timestamp};
pub use transaction::Transaction;

/// The code that speaks one ORM's format.
///
/// Discovering and reading never write; the ledger is written by the ORM's own code in the adapter's [`TrackSession`].
#[async_trait]
pub trait Adapter: Send + Sync {
    /// The word for `adapter = "..."` in `crosstrack.toml`.
    fn name(&self) -> &'static str;

    /// Reads the folder of a track: its migrations in the order in which the ORM would run them.
    ///
    /// # Errors
    /// When something in the folder is not what the ORM takes, with the file, and where it can be said the line.
    fn discover(&self, track: &TrackSettings) -> Result<Vec<Migration>, DiscoverError>;

    /// The ledger's table as SQL text, quoted and qualified as far as the settings say.
    fn ledger_table(&self, track: &TrackSettings) -> String;

    /// An SQL expression over a ledger row that tells it from one written earlier or later for the same version, for
    /// ledgers without checksums. The journal keeps its value.
    fn stamp(&self) -> Option<&'static str>;

    /// The ledger's column that holds the version, and its type.
    fn version_column(&self) -> (&'static str, &'static str);

    /// The advisory lock that the ORM itself takes on a database while it migrates, for ORMs that take one. While a track
    /// runs it is held, so that an application which migrates when it starts waits.
    fn own_lock(&self, database: &str) -> Option<i64>;

    /// Reads the ledger, which exists.
    ///
    /// # Errors
    /// When the server refuses or the table is not what the ORM makes.
    async fn read_ledger(
        &self,
        snapshot: &Snapshot<'_>,
        track: &TrackSettings,
    ) -> Result<Vec<Entry>, QueryError>;

    /// Opens the session in which the ORM works. Behind a pooler nothing of it may need to outlive a transaction: no setting, no
    /// prepared statement.
    ///
    /// # Errors
    /// When no session can be opened.
    async fn open(
        &self,
        database: &Database,
        track: &TrackSettings,
    ) -> Result<Box<dyn TrackSession>, ConnectError>;

    /// The files of an empty migration with a way back, in the ORM's own format.
    fn template(&self, request: &NewMigration<'_>) -> Vec<NewFile>;
}
