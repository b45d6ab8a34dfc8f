//! Schemas as people have them (a database, files of SQL, a saved snapshot), and the tested statements from one to another.
//!
//! Files of SQL are run on a shadow database first, so that every schema is a catalog that the server has read. The statements that `alter`
//! writes are given to a caller only after they ran up and down on a shadow database, where the catalogs are compared. The named databases
//! are only read.

mod bench;
mod canonical;
mod capture;
mod error;
mod read;
mod rename;
mod rows;
mod saved;
mod script;
mod texts;
mod way;

pub use canonical::{Canonical, canonical};
pub use capture::{Captured, Created, capture};
pub use error::{SchemaError, Unproven};
pub use read::{read_database, read_scripts};
pub use rename::{Rename, RenameError, candidates};
pub use saved::{read_saved, save};
pub use script::find_scripts;
pub use texts::with_texts_of;
pub use way::{Direction, Journey, Way, find_way, that_matter};

#[cfg(test)]
mod tests;
