//! Tests that every down migration restores the schema: on a shadow database each migration goes up, down and up again, and the catalog
//! is the judge.
//!
//! The target itself is never touched.

mod lane;
mod proof;
mod rows;
mod run;
mod selection;
mod trial;

pub use proof::{MigrationProof, Proof, Verdict};
pub use run::prove;
pub use selection::Selection;
