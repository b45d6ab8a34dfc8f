//! Which data goes when one catalog becomes another, and how much of it is there.
//!
//! What is lost is read from the differences, without a server; how much it is, a read-only view of the database that holds it says.
//! Must not judge whether it matters, and must not wait for long: what takes too long to count is estimated, and called so.

mod amount;
mod count;
mod identity;
mod kind;
mod loss;

pub use amount::{Amount, CountedLoss, counted};
pub use count::count;
pub use identity::{Identities, without_renamed};
pub use kind::{enum_values, is_wider};
pub use loss::{Loss, losses};
