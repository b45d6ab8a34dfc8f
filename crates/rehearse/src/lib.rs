//! What migrations will do to the database that is named, found out where nobody is hurt: on a scratch database.
//!
//! The target is only read. What is found is measured and not judged: whether it matters is for a person.

mod error;
mod measured;
mod observe;
mod obstacle;
mod outside;
mod place;
mod rehearsal;
mod rehearse;
mod run;
mod size;
mod way_back;

pub use error::RehearseError;
pub use measured::{Effects, IndexBuild, Strength, TableLock};
pub use place::Copying;
pub use rehearsal::{Base, Failure, Obstacle, Rehearsal, RehearsedStatement, RehearsedStep, Size};
pub use rehearse::{Rehearsing, rehearse};
pub use size::sizes;
pub use way_back::{Foreseen, Unrehearsed, losses_of_way_back, may_lose};
