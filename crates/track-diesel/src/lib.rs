//! The adapter for Diesel: folders of `up.sql` and `down.sql`, run by `diesel_migrations`.
//!
//! The format is Diesel's: <https://docs.rs/diesel_migrations/latest/diesel_migrations/struct.FileBasedMigrations.html>.
//! Nothing here writes the ledger by hand; the migration harness does, as it does for `diesel migration run`.

mod folder;
mod session;

use async_trait::async_trait;
use crosstrack_database::{ConnectError, Database, QueryError, Snapshot, quote_identifier};
use crosstrack_model::{Entry, Migration, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{Adapter, DiscoverError, NewFile, NewMigration, TrackSession};

use crate::session::DieselSession;

/// The table's name is fixed in Diesel.
const LEDGER: &str = "__diesel_schema_migrations";

/// Diesel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Diesel;

#[async_trait]
impl Adapter for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn discover(&self, track: &TrackSettings) -> Result<Vec<Migration>, DiscoverError> {
        folder::discover(track)
    }

    fn ledger_table(&self, track: &TrackSettings) -> String {
        match &track.schema {
            Some(schema) => format!("{}.{LEDGER}", quote_identifier(schema)),
            None => LEDGER.to_owned(),
        }
    }

    fn stamp(&self) -> Option<&'static str> {
        Some("run_on::text")
    }

    fn version_column(&self) -> (&'static str, &'static str) {
        ("version", "varchar")
    }

    fn own_lock(&self, _database: &str) -> Option<i64> {
        None
    }

    async fn read_ledger(
        &self,
        snapshot: &Snapshot<'_>,
        track: &TrackSettings,
    ) -> Result<Vec<Entry>, QueryError> {
        // Diesel sets its sessions to UTC, so that is what the column, which has no time zone, holds.
        let sql = format!(
            "SELECT version, run_on::text AS stamp, to_char(run_on, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS applied_at \
             FROM {} ORDER BY version COLLATE \"C\"",
            self.ledger_table(track)
        );
        let rows = snapshot.rows(&format!("read the ledger of `{}`", track.name), &sql).await?;
        rows.iter()
            .map(|row| {
                Ok(Entry {
                    version: Version::text(row.text("version")?),
                    name: None,
                    applied_at: row.optional("applied_at")?.map(str::to_owned),
                    stamp: row.optional("stamp")?.map(str::to_owned),
                    checksum: None,
                    failed: false,
                })
            })
            .collect()
    }

    async fn open(
        &self,
        database: &Database,
        track: &TrackSettings,
    ) -> Result<Box<dyn TrackSession>, ConnectError> {
        Ok(Box::new(DieselSession::open(database, track).await?))
    }

    fn template(&self, request: &NewMigration<'_>) -> Vec<NewFile> {
        folder::template(request)
    }
}
