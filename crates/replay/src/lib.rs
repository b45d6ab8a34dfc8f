//! Migrations run on a scratch database, and the catalog they leave.
//!
//! The target itself is never touched: a scratch database is made on its server, and whoever asked for it removes it, whatever
//! happened. What a script does beyond its database, to roles for example, it does. What is found there this crate does not judge.

mod ground;
mod look;
mod objects;
mod replaying;

pub use ground::Ground;
pub use look::catalog_without_ledgers;
pub use objects::{OBJECTS, Object, read_object};
pub use replaying::{ReplayError, Replaying};
