//! The list of adapters. A new one is a crate and its line here.

use crosstrack_track::Adapter;
use crosstrack_track_diesel::Diesel;
use crosstrack_track_sqlx::Sqlx;

/// The names, as `adapter = "..."` has them.
pub(crate) const NAMES: &[&str] = &["diesel", "sqlx"];

/// The adapters.
pub(crate) const ADAPTERS: &[&dyn Adapter] = &[&Diesel, &Sqlx];

#[cfg(test)]
mod tests {
    use super::{ADAPTERS, NAMES};

    #[test]
    fn the_names_are_those_of_the_adapters() {
        let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name()).collect();
        assert_eq!(names, NAMES);
    }
}
