//! The choice of the programs that a private shadow server runs.
//!
//! It must not start anything.

use std::cmp::Reverse;

use crosstrack_server::{Binaries, Search, find_binaries, fitting_binaries, inspect_binaries};

use crate::error::ShadowError;
use crate::server::PrivatePlace;

/// The programs of a private server for a target of this major version.
///
/// # Errors
/// When there are none, or all of them are older than the target.
pub(crate) fn choose_binaries(place: &PrivatePlace, major: Option<u32>) -> Result<Binaries, ShadowError> {
    let mut installed = Vec::new();
    for folder in &place.programs {
        match inspect_binaries(folder) {
            Ok(binaries) => installed.push(binaries),
            Err(error) if place.only_those => return Err(ShadowError::Programs(error)),
            // The development server's own may be gone, and others may be installed.
            Err(_) => {}
        }
    }
    if !place.only_those {
        installed.extend(find_binaries(&Search { path: place.search_path.clone(), usual_places: true }));
    }
    choose(installed, major)
}

/// The programs of the target's major version, otherwise the nearest newer ones; without a target the newest. Of equals the first.
fn choose(installed: Vec<Binaries>, major: Option<u32>) -> Result<Binaries, ShadowError> {
    if let Some(fitting) = major.and_then(|major| fitting_binaries(&installed, major)) {
        return Ok(fitting.clone());
    }
    let newest = installed.into_iter().min_by_key(|binaries| Reverse(binaries.version));
    match (newest, major) {
        (None, _) => Err(ShadowError::NoPrograms),
        (Some(newest), None) => Ok(newest),
        (Some(older), Some(major)) => {
            let Binaries { directory, version } = older;
            Err(ShadowError::OldPrograms { directory, version: version.to_string(), major })
        }
    }
}

#[cfg(test)]
mod tests {
    use crosstrack_server::Version;

    use super::*;

    /// The answer for programs of these versions: the chosen folder, or the reason.
    fn chosen(versions: &[(&str, u32, u32)], major: Option<u32>) -> String {
        let installed = versions.iter().map(|(folder, major, minor)| Binaries {
            directory: folder.into(),
            version: Version { major: *major, minor: *minor },
        });
        choose(installed.collect(), major)
            .map_or_else(|error| error.to_string(), |binaries| binaries.directory.display().to_string())
    }

    #[test]
    fn the_targets_version_comes_first_then_the_nearest_newer_one() {
        let installed = [("a", 18, 4), ("b", 16, 14), ("c", 15, 3), ("d", 15, 9)];
        assert_eq!(chosen(&installed, Some(15)), "d");
        assert_eq!(chosen(&installed, Some(16)), "b");
        assert_eq!(chosen(&installed, Some(17)), "a");
        assert_eq!(chosen(&installed, Some(14)), "d");
    }

    #[test]
    fn without_a_target_the_newest_is_chosen_and_of_equals_the_first() {
        assert_eq!(chosen(&[("a", 15, 3), ("b", 17, 10), ("c", 17, 10)], None), "b");
    }

    #[test]
    fn programs_that_are_older_than_the_target_are_refused_with_their_folder() {
        let refused = "no shadow server: the PostgreSQL programs in `b` are of version 16.1, older than the target's 17";
        assert_eq!(chosen(&[("a", 15, 18), ("b", 16, 1)], Some(17)), refused);
        let none = "no shadow server: this machine has no PostgreSQL server programs";
        assert_eq!(chosen(&[], Some(17)), none);
        assert_eq!(chosen(&[], None), none);
    }
}
