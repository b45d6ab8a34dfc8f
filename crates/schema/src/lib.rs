//! Schemas as people have them (a database, files of SQL, a saved snapshot), and the proven way from one to another.
//!
//! What is only text is made on a shadow database first, so that every schema is a catalog and the server has read it. A way is the
//! statements that `alter` writes, and it is given to nobody before it was gone on a shadow database, there and back, with the catalog
//! as the judge. The databases that are named are only read.

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
