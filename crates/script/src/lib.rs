//! What a SQL script says, without running it: its statements, its directives, its hazards, and places in it.
//!
//! Pure functions on text. Nothing here reads a file, asks a server or prints, and no text makes it panic, overflow the
//! stack or take more than linear time: a statement that PostgreSQL would refuse is passed on for PostgreSQL to refuse.

mod assembled;
mod block;
mod created;
mod directive;
mod executable;
mod harmless;
mod hazard;
mod identifier;
mod index;
mod literal;
mod locked;
mod position;
mod reach;
mod refusal;
mod routine;
mod scanner;
mod session;
mod statement;
mod token;
mod transaction;

pub use created::{Created, created};
pub use directive::{DirectiveError, directives};
pub use harmless::loses_nothing;
pub use hazard::hazards;
pub use identifier::ObjectName;
pub use index::{
    ConcurrentIndex, Reindexed, concurrent_index, dropped_index, index_on_another_table,
    reindexed_concurrently,
};
pub use locked::locked_tables;
pub use position::{Position, position_of_byte, position_of_character};
pub use reach::{Reach, reach, reaches_beyond_database};
pub use refusal::SplitError;
pub use session::{Kept, kept_by_session};
pub use statement::{Statement, statements};
pub use transaction::{
    ends_transaction, gives_up_transaction, needs_no_transaction, opens_transaction, own_transaction_control,
};
