//! Backups through PostgreSQL's own client programs, and the way back from them.
//!
//! A backup is a file and a manifest beside it, by which it is known again: what it is of, what was in it, its size and its
//! checksum. A restore makes a new database, holds it against the manifest, and only then changes the names. Nothing here knows
//! what a migration is, asks a person, or touches the database that is in use before the new one is whole.

mod child;
mod contents;
mod error;
mod folder;
mod manifest;
mod programs;
mod restore;
mod schema;
mod swap;
mod table;
mod take;

pub use child::{Connection, Progress};
pub use error::BackupError;
pub use folder::{Kept, Listed, Retention, check, list, newest, prune};
pub use manifest::{Compression, Form, Manifest, TableRows, TrackVersions};
pub use programs::{Programs, Where, find_program, program_version};
pub use restore::{Restore, Restored, restore};
pub use schema::{SchemaCopy, copy_schema};
pub use swap::settle_like;
pub use table::restore_table;
pub use take::{Backup, Taking, take_backup};
