//! Drift: the catalog of a database against a replay of the migrations that its ledgers say are applied.
//!
//! The database itself is only read, in one snapshot; the replay stands on a scratch database that is dropped at the end, whatever
//! happened. Every fact of the replay knows which track made it, so that a difference is somebody's. What would mend a difference
//! is not decided here.

mod basis;
mod cache;
mod cache_key;
mod declared;
mod drift;
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
pub use declared::{Declared, DeclaredKey};
pub use drift::{Request, drift};
pub use finding::{Drift, Finding, Note, What};
pub use ignore::Ignore;
pub use look::{Live, look};
