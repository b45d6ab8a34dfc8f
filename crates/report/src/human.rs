//! Text for people. Colour never carries meaning alone.

mod amounts;
mod baseline;
mod doctor;
mod history;
mod plan;
mod problem;
mod proof;
mod run;
mod server;
mod status;
mod style;
mod verify;

pub use baseline::{BaselineView, baseline};
pub use doctor::doctor;
pub use history::history;
pub use plan::{manual_steps, plan, script_sources};
pub use problem::problem;
pub(crate) use proof::{difference_text, words as verdict_words};
pub use proof::{migration_proof, proof};
pub use run::{blockers, created, event, lock_holder, nothing_pending, reverted, summary};
pub use server::server_progress;
pub use status::{StatusView, status};
pub use verify::verified;
