//! The cases, in the order in which they run.
//!
//! Must not hold a case itself: each is a file of its name.

mod all_the_way_back;
mod crosstrack_first;
mod half_and_half;
mod programs_first;
mod way_back;

use super::checks::Checks;
use super::ground::Ground;
use crate::failure::Failure;

/// A story with the three programs, on a database of its own.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) run: fn(&Ground, &mut Checks) -> Result<(), Failure>,
}

pub(super) const CASES: &[Case] = &[
    crosstrack_first::CASE,
    programs_first::CASE,
    half_and_half::CASE,
    way_back::CASE,
    all_the_way_back::CASE,
];
