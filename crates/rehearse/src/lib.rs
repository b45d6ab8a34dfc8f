//! What migrations will do to the database that is named, found out where nobody is hurt: on a scratch database.
//!
//! The target is only read. What is found is measured and not judged: whether it matters is for a person.

mod way_back;

pub use way_back::{Foreseen, Unrehearsed, losses_of_way_back};
