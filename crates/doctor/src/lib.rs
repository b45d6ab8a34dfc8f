//! What is wrong with a server, a database, a machine, and what mends it here: the checks of `doctor`, and the ways out that every
//! command's connection errors name.
//!
//! It reads, and changes nothing. A check is a file under `checks/` and a line in `checks.rs`.

mod check;
mod checks;
mod diagnosis;
mod examine;
mod local;
mod platform;
mod remedies;
mod session;

pub use diagnosis::{Diagnosis, Judgement, Verdict};
pub use examine::{Examination, Patient, examine};
pub use local::limits;
pub use platform::Platform;
pub use remedies::{connection_remedies, schema_remedy};
