//! The checks, in the order in which they are reported and mended.
//!
//! This file must not say what a check does.

mod enum_types;
mod foreign_keys;
mod indexes;
mod primary_keys;
mod tables;

use crate::check::Check;

/// The names by which phases ask for checks.
pub const CHECK_NAMES: &[&str] = &["indexes", "constraints"];

/// Every check. A new one is a file under `checks/` and its line here.
pub const CHECKS: &[&dyn Check] = &[
    &indexes::Indexes,
    &tables::Tables,
    &primary_keys::PrimaryKeys,
    &foreign_keys::ForeignKeys,
    &enum_types::EnumTypes,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CHECK_NAMES, CHECKS};
    use crate::declared::Expectations;

    #[test]
    fn every_name_is_that_of_a_check_and_every_check_has_one_of_the_names() {
        let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.name()).collect();
        assert_eq!(names, CHECK_NAMES.iter().copied().collect());
    }

    #[test]
    fn every_check_has_objects_of_its_own() {
        let objects: BTreeSet<&str> = CHECKS.iter().map(|check| check.objects()).collect();
        assert_eq!(objects.len(), CHECKS.len());
    }

    #[test]
    fn a_check_of_which_nothing_is_declared_asks_nothing() {
        for check in CHECKS {
            assert_eq!(check.query(&Expectations::default()), None, "{}", check.objects());
            assert!(check.compare(&Expectations::default(), &[]).unwrap().is_empty());
        }
    }
}
