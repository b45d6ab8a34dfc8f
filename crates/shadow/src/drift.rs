//! Drift: the catalog of a database against a replay of the migrations that its ledgers say are applied.
//!
//! The database itself is only read, in one snapshot; the replay runs on a shadow database. Every fact of the replay has the track that made it, so that
//! a difference has an owner. How to fix a difference is not decided here.

mod basis;
mod cache;
mod cache_key;
mod compare;
mod declared;
mod finding;
mod ignore;
mod judge;
mod look;
mod name;
mod ownership;
mod privileges;
mod remainder;
mod replayed;
mod second_text;

pub use basis::Basis;
pub use compare::{Request, drift};
pub use declared::{Declared, DeclaredKey};

pub use finding::{Drift, Finding, Note, What};
pub use ignore::Ignore;
pub use look::{Live, look};
