//! The checks, in the order in which they are reported and mended.

use crate::check::Check;

/// The names by which phases ask for checks.
pub const CHECK_NAMES: &[&str] = &["indexes", "constraints"];

/// Every check. A new one is a file under `checks/` and its line here.
pub const CHECKS: &[&dyn Check] = &[];

#[cfg(test)]
mod tests {
    use super::{CHECK_NAMES, CHECKS};

    #[test]
    fn the_names_are_those_of_the_checks() {
        for check in CHECKS {
            assert!(CHECK_NAMES.contains(&check.name()), "{} is not named", check.name());
        }
    }
}
