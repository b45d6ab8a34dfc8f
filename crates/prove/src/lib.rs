//! Proves that ways back lead back: on a scratch database every migration goes forward, back and forward again, and the catalog
//! is the judge.
//!
//! The target itself is never touched: a scratch database is made on its server and dropped at the end, whatever happened. What
//! a script does beyond its database, to roles for example, it does.

mod proof;
mod prove;
mod selection;

pub use proof::{MigrationProof, Proof, Verdict};
pub use prove::prove;
pub use selection::Selection;
