//! What a plan will do to the target, found out on a shadow database.
//!
//! The target is only read. The findings are measured and not judged: whether they matter is for a person.

mod error;
mod measured;
mod observe;
mod obstacle;
mod outside;
mod place;
mod plan;
mod rehearsal;
mod run;
mod size;
mod way_back;
mod words;

pub use error::RehearseError;
pub use measured::{Effects, IndexBuild, Strength, TableLock};
pub use place::Copying;
pub use plan::{Rehearsing, rehearse};
pub use rehearsal::{Base, Failure, Obstacle, Rehearsal, RehearsedStatement, RehearsedStep, Size, Unasked};

pub use size::sizes;
pub use way_back::{Foreseen, Revert, Unrehearsed, may_lose, try_revert};
