//! The nouns of crosstrack and the rules between them: tracks, migrations, ledgers, standings, plans, findings and events.
//!
//! Everything here is plain data. This crate must not read a file, open a connection, look at the clock or print: what it
//! says is true of the same values on every machine, and its tests need nothing but values.

mod checksum;
mod event;
mod finding;
mod history;
mod journal;
mod ledger;
mod mark;
mod migration;
mod plan;
mod policy;
mod standing;
mod track;
mod version;

pub use checksum::Checksum;
pub use event::{Blocker, Event, GateOutcome, LockHolder};
pub use finding::{CheckReport, Finding, FindingKind};
pub use history::{HistoryFinding, HistoryKind};
pub use journal::{JournalStep, Outcome};
pub use ledger::{Entry, Ledger};
pub use mark::Mark;
pub use migration::{Direction, Directives, Migration, Script};
pub use plan::{Gate, Hazard, Item, Plan, Restamp, Start, Step};
pub use policy::RollbackPolicy;
pub use standing::{Line, Standing, TrackState, Unfinished, standings};
pub use track::{InvalidTrackName, TrackName};
pub use version::{InvalidReference, Reference, Version};
