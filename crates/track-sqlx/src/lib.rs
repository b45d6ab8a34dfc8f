//! The adapter for sqlx: `<version>_<name>.up.sql`, `.down.sql` and plain `.sql`, run by sqlx's own migrate API.
//!
//! The format is sqlx's: <https://docs.rs/sqlx/latest/sqlx/migrate/trait.MigrationSource.html>. Migrations go one at a time
//! through sqlx's `Migrate` trait, because `Migrator::run` keeps its advisory lock when a migration fails.

mod checksum;
mod connect;
mod folder;
mod session;

use async_trait::async_trait;
use crosstrack_database::{ConnectError, Database, QueryError, Row, Snapshot, quote_identifier};
use crosstrack_model::{Entry, Migration, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{Adapter, DiscoverError, NewFile, NewMigration, TrackSession};

use crate::session::SqlxSession;

/// The table's name when `sqlx.toml` and `crosstrack.toml` name none.
const LEDGER: &str = "_sqlx_migrations";

/// sqlx.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sqlx;

/// The ledger's table as sqlx writes it into its statements: SQL text, possibly qualified or quoted.
fn table(track: &TrackSettings) -> &str {
    track.table.as_deref().unwrap_or(LEDGER)
}

#[async_trait]
impl Adapter for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn discover(&self, track: &TrackSettings) -> Result<Vec<Migration>, DiscoverError> {
        folder::discover(track)
    }

    fn ledger_table(&self, track: &TrackSettings) -> String {
        match &track.schema {
            Some(schema) if !table(track).contains('.') => {
                format!("{}.{}", quote_identifier(schema), table(track))
            }
            _ => table(track).to_owned(),
        }
    }

    fn stamp(&self) -> Option<&'static str> {
        None
    }

    fn version_column(&self) -> (&'static str, &'static str) {
        ("version", "bigint")
    }

    /// sqlx's `generate_lock_id`: a constant of its own times the CRC-32 of the database's name.
    fn own_lock(&self, database: &str) -> Option<i64> {
        const CONSTANT: i64 = 0x3d32_ad9e;
        Some(CONSTANT * i64::from(crc32fast::hash(database.as_bytes())))
    }

    async fn read_ledger(
        &self,
        snapshot: &Snapshot<'_>,
        track: &TrackSettings,
    ) -> Result<Vec<Entry>, QueryError> {
        let sql = format!(
            "SELECT version, description, success, encode(checksum, 'hex') AS checksum, \
             to_char(installed_on AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS applied_at \
             FROM {} ORDER BY version",
            self.ledger_table(track)
        );
        let rows = snapshot.rows(&format!("read the ledger of `{}`", track.name), &sql).await?;
        rows.iter().map(read_entry).collect()
    }

    async fn open(
        &self,
        database: &Database,
        track: &TrackSettings,
    ) -> Result<Box<dyn TrackSession>, ConnectError> {
        Ok(Box::new(SqlxSession::open(database, track).await?))
    }

    fn template(&self, request: &NewMigration<'_>) -> Vec<NewFile> {
        folder::template(request)
    }
}

fn read_entry(row: &Row) -> Result<Entry, QueryError> {
    Ok(Entry {
        version: Version::number(row.number("version")?),
        name: row.optional("description")?.map(str::to_owned),
        applied_at: row.optional("applied_at")?.map(str::to_owned),
        stamp: None,
        checksum: row.optional("checksum")?.map(checksum::from_hexadecimal),
        failed: !row.truth("success")?,
    })
}
