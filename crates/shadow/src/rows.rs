//! Rows for the tables of a shadow database, and what became of them: an empty schema hides a migration that destroys data.
//!
//! Must not touch the target, and must not judge a change: [`unannounced`] only removes the changes that a loss names.

mod builtin;
mod candidate;
mod change;
mod compare;
mod fill;
mod group;
mod meaning;
mod order;
mod pattern;
mod picture;
mod related;
mod renew;
mod repair;
mod row;
mod scope;
mod sequence;
mod shape;
mod value;
mod witness;

pub use change::{RowChange, unannounced};
pub use compare::compare;
pub use fill::{Filled, Unfilled, fill};
pub use picture::{Picture, picture};
pub use related::related;
pub use renew::{empty, renew};
pub use scope::Tables;
pub use sequence::{StuckSequence, stuck_sequences};
pub use witness::{Witness, refuses_rows};
