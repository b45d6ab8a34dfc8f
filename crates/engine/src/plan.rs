//! Plan: from what is on disk and what is applied to what a run will do. Pure: equal values give equal plans.

mod baseline;
mod down;
mod error;
mod order;
mod reference;
mod step;
mod up;

pub use baseline::{BaselinePlan, Claim, ClaimKind, plan_baseline};
pub use down::{DownRequest, DownSelection, plan_down};
pub use error::PlanError;
pub use reference::resolve_reference;
pub use up::{UpSelection, plan_up};

#[cfg(test)]
mod sample;
