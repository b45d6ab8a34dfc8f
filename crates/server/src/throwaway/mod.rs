//! The throwaway server: the server of shadow databases, which ends by itself.
//!
//! Must not keep anything that cannot be made again: a cluster that may be damaged is deleted.

mod boot;
mod in_use;
mod privacy;
mod server;
mod settings;
mod usage;
pub(crate) mod watcher;

pub use in_use::ServerInUse;
pub use privacy::PrivacyError;
pub use server::ThrowawayServer;
pub use settings::{IDLE, Lifetime, ThrowawaySettings};
