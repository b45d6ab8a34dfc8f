//! Everything that is only tried: migrations and statements run on a shadow database, and the catalog says what they did.
//!
//! A shadow database lives on a shadow server, which is not the target's unless the settings say so. It is opened and dropped in one
//! place, [`with_shadow`]; a history of migrations is replayed there by [`with_replay`], which begins from a kept template where one
//! fits. The target itself is only read.

mod catalog;
mod claims;
mod database;
mod error;
mod forecast;
mod history;
mod made;
mod objects;
mod programs;
mod reach;
mod replacement;
mod replay;
mod roles;
mod script;
mod server;
mod shadow;
mod surroundings;
mod template;

pub mod drift;
pub mod prove;
pub mod rehearse;
pub mod rows;

pub use catalog::catalog_without_ledgers;
pub use claims::missing_of_claims;
pub use error::ShadowError;
pub use forecast::Forecast;
pub use history::{History, Steps};
pub use made::objects_of_migrations;
pub use objects::{OBJECTS, Object, read_object};
pub use replacement::{Contents, Fingerprint, Replacement};
pub use replay::{Replay, ReplayView, with_replay, with_view};
pub use script::Script;
pub use server::{Place, PrivatePlace, ShadowEvent, ShadowListener, ShadowRequest, ShadowServer};
pub use shadow::{Shadow, with_shadow};
