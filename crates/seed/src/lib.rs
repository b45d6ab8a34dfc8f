//! Seeds: the rows that a folder declares are in the database.
//!
//! A folder `scripts/seeds/<environment>/` has files of rows and one `seeds.toml` that says what each of them is. Nothing here knows
//! what a migration is, prints, or asks a person: it reads files, loads rows and gives counts.

mod blame;
mod check;
mod copies;
mod csv;
mod declared;
mod empty;
mod error;
mod file;
mod folder;
mod json;
mod key;
mod load;
mod mistake;
mod password;
mod query;
mod read;
mod rows;
mod script;
mod seed;
mod sequence;
mod table;
mod write;

pub use check::{Lacking, LackingRow, lacking_rows};
pub use declared::{Format, Seed};
pub use empty::{Emptying, TableRows, rows_to_lose};
pub use error::{SeedError, SeedFailure};
pub use folder::{FolderError, SeedFolder};
pub use mistake::{FileMistake, RowProblem};
pub use read::{ReadError, SeedFile, read_files};
pub use seed::{Loaded, SeedEvent, SeedReport, Seeding, seed};
pub use sequence::SequenceState;
