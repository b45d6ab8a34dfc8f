//! Text for people. Colour never carries meaning alone.

mod amounts;
mod baseline;
mod change;
mod doctor;
mod history;
mod loss;
mod plan;
mod problem;
mod proof;
mod rehearsal;
mod run;
mod seed;
mod server;
mod status;
mod style;
mod verify;

pub(crate) use amounts::{bytes, count, duration, moment};
pub use baseline::{BaselineView, baseline};
pub use change::{change, rows_by_table};
pub use doctor::doctor;
pub use history::history;
pub use loss::{losses, losses_in_full};
pub use plan::{manual_steps, plan, script_sources};
pub use problem::problem;
pub(crate) use proof::{difference_text, words as verdict_words};
pub use proof::{migration_proof, proof};
pub(crate) use rehearsal::difference_line;
pub use rehearsal::{rehearsal, rehearsed_step};
pub use run::{blockers, created, event, lock_holder, nothing_pending, reverted, summary};
pub use seed::{rows_to_lose, seed_check, seed_event, seeded};
pub use server::server_progress;
pub use status::{StatusView, status};
pub use verify::verified;
