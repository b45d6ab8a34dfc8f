//! What people do around a run: create a migration, settle what a ledger says, adopt a database, look at a merge that
//! is to come.
//!
//! Each operation is a module with its own error. Operations use the engine's stages; on the database that is named they do
//! not plan or execute steps themselves.

mod base;
mod baseline;
mod create;
mod fresh;
mod guard;
mod hooks;
mod resolve;
mod saved_plan;

pub use base::{BaseError, BaseRequest, compare_with_base};
pub use baseline::{BaselineError, baseline};
pub use create::{CreateError, create, create_with, take_back};
pub use fresh::{FreshError, drop_objects};
pub use guard::{Answers, Demand, GuardError, Guarded};
pub use hooks::{HookError, Hooked, hooks_at, run_hook};
pub use resolve::{Resolution, ResolveError, Resolved, Scene, resolve};
pub use saved_plan::{Identity, Now, PlanFileError, SavedPlan, SavedSelection, Saving, read_identity};
