//! The order of all migrations: phases first, then requirements, then versions.

use std::cmp::Ordering;

use crosstrack_model::{Migration, Reference, TrackState, Version};
use crosstrack_settings::PhaseSettings;

use super::PlanError;
use super::reference::nearest;

/// Where a migration stands: indices of its phase, its track and its place in the track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) phase: usize,
    pub(crate) track: usize,
    pub(crate) migration: usize,
}

/// Orders all migrations on disk.
///
/// # Errors
/// When a requirement is unknown, forbidden by the phases, or part of a circle.
pub(crate) fn order(states: &[TrackState], phases: &[PhaseSettings]) -> Result<Vec<Place>, PlanError> {
    let mut places = Vec::new();
    for phase in 0..phases.len() {
        let mut merge = Merge::new(states, phases, phase)?;
        while let Some(place) = merge.next()? {
            places.push(place);
        }
    }
    Ok(places)
}

/// Merges the tracks of one phase: of the migrations that are next in their track and whose requirements are met, the one
/// with the smallest version.
struct Merge<'a> {
    states: &'a [TrackState],
    phase: usize,
    /// The tracks of the phase, and how many of their migrations are placed.
    heads: Vec<(usize, usize)>,
    /// For each track and migration, the requirements inside this phase.
    requirements: Vec<Vec<Vec<(usize, usize)>>>,
}

impl<'a> Merge<'a> {
    fn new(states: &'a [TrackState], phases: &[PhaseSettings], phase: usize) -> Result<Self, PlanError> {
        let heads: Vec<(usize, usize)> = phases[phase]
            .tracks
            .iter()
            .filter_map(|name| states.iter().position(|state| state.track == *name))
            .map(|track| (track, 0))
            .collect();
        let mut requirements = vec![Vec::new(); states.len()];
        for (track, _) in &heads {
            for migration in &states[*track].migrations {
                let inside = requirements_inside(states, phases, (phase, *track), migration)?;
                requirements[*track].push(inside);
            }
        }
        Ok(Self { states, phase, heads, requirements })
    }

    fn next(&mut self) -> Result<Option<Place>, PlanError> {
        let mut best: Option<usize> = None;
        let mut has_more = false;
        for index in 0..self.heads.len() {
            let Some(version) = self.version(index) else { continue };
            has_more = true;
            let is_better = best
                .and_then(|best| self.version(best))
                .is_none_or(|other| compare(version, other) == Ordering::Less);
            if self.blocker(index).is_none() && is_better {
                best = Some(index);
            }
        }
        match best {
            Some(index) => {
                let (track, migration) = self.heads[index];
                self.heads[index].1 += 1;
                Ok(Some(Place { phase: self.phase, track, migration }))
            }
            None if has_more => Err(self.cycle()),
            None => Ok(None),
        }
    }

    fn version(&self, index: usize) -> Option<&Version> {
        let (track, migration) = self.heads[index];
        self.states[track].migrations.get(migration).map(|migration| &migration.version)
    }

    /// The first requirement of a head that is not placed yet.
    fn blocker(&self, index: usize) -> Option<(usize, usize)> {
        let (track, migration) = self.heads[index];
        let requirements = self.requirements[track].get(migration)?;
        requirements.iter().copied().find(|required| {
            self.heads.iter().any(|(track, placed)| *track == required.0 && *placed <= required.1)
        })
    }

    /// Follows the heads that wait for each other until one comes again.
    fn cycle(&self) -> PlanError {
        let mut path: Vec<(usize, String)> = Vec::new();
        let mut index =
            (0..self.heads.len()).find(|index| self.version(*index).is_some()).unwrap_or_default();
        loop {
            if let Some(start) = path.iter().position(|(seen, _)| *seen == index) {
                return PlanError::Cycle {
                    path: path.split_off(start).into_iter().map(|(_, said)| said).collect(),
                };
            }
            let Some(required) = self.blocker(index) else { return PlanError::Cycle { path: Vec::new() } };
            let head = self.heads[index];
            let next = self.heads.iter().position(|(track, _)| *track == required.0).unwrap_or_default();
            let mut said = format!("`{}` requires `{}`", self.name(head), self.name(required));
            if self.heads[next] != required {
                said += &format!(", which comes after `{}`", self.name(self.heads[next]));
            }
            path.push((index, said));
            index = next;
        }
    }

    fn name(&self, (track, migration): (usize, usize)) -> String {
        let state = &self.states[track];
        format!("{}/{}", state.track, state.migrations[migration].label)
    }
}

/// The requirements of a migration that lie in its own phase; those in earlier phases are met by the order of the phases.
fn requirements_inside(
    states: &[TrackState],
    phases: &[PhaseSettings],
    (phase, track): (usize, usize),
    migration: &Migration,
) -> Result<Vec<(usize, usize)>, PlanError> {
    let mut inside = Vec::new();
    for requirement in &migration.directives.requires {
        let name = format!("{}/{}", states[track].track, migration.label);
        let Some(required) = find(states, requirement) else {
            return Err(PlanError::UnknownRequirement {
                migration: name,
                requirement: requirement.to_string(),
                nearest: nearest(requirement, states),
            });
        };
        match phase_of(states, phases, required.0) {
            Some(other) if other > phase => {
                return Err(PlanError::ForbiddenByPhases {
                    migration: name,
                    phase: phases[phase].name.clone(),
                    requirement: requirement.to_string(),
                    requirement_phase: phases[other].name.clone(),
                });
            }
            Some(other) if other == phase => inside.push(required),
            _ => {}
        }
    }
    Ok(inside)
}

/// The track and the place of the migration that a requirement means.
pub(crate) fn find(states: &[TrackState], requirement: &Reference) -> Option<(usize, usize)> {
    let track = states.iter().position(|state| state.track == requirement.track)?;
    let migration = states[track]
        .migrations
        .iter()
        .position(|migration| requirement.means(&migration.version, &migration.label))?;
    Some((track, migration))
}

fn phase_of(states: &[TrackState], phases: &[PhaseSettings], track: usize) -> Option<usize> {
    phases.iter().position(|phase| phase.tracks.contains(&states[track].track))
}

/// Versions of different tracks, in the order in which people read them: numbers as numbers.
fn compare(left: &Version, right: &Version) -> Ordering {
    let number = |version: &Version| version.as_str().parse::<u128>().ok();
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.as_str().cmp(right.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::order;
    use crate::plan::sample::{Sample, phases};

    fn labels(sample: &Sample, phases: &[crosstrack_settings::PhaseSettings]) -> Vec<String> {
        let states = sample.states();
        order(&states, phases)
            .unwrap()
            .iter()
            .map(|place| {
                let state = &states[place.track];
                format!("{}/{}", state.track, state.migrations[place.migration].version)
            })
            .collect()
    }

    #[test]
    fn phases_come_before_versions() {
        let sample = Sample::new().track("auth", &["5", "6"]).track("cms", &["1", "2"]);
        let order = labels(&sample, &phases(&[("first", &["auth"]), ("second", &["cms"])]));
        assert_eq!(order, ["auth/5", "auth/6", "cms/1", "cms/2"]);
    }

    #[test]
    fn inside_a_phase_versions_are_merged_and_requirements_come_first() {
        let sample = Sample::new()
            .track("auth", &["10", "30"])
            .track("cms", &["20", "40"])
            .requires("cms/20", "auth/30");
        let order = labels(&sample, &phases(&[("all", &["auth", "cms"])]));
        assert_eq!(order, ["auth/10", "auth/30", "cms/20", "cms/40"]);
    }

    #[test]
    fn a_requirement_on_nothing_names_the_nearest() {
        let sample = Sample::new()
            .track("auth", &["20251019000000"])
            .track("cms", &["1"])
            .requires("cms/1", "auth/20251019000001");
        let error = order(&sample.states(), &phases(&[("all", &["auth", "cms"])])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`cms/1_name` requires `auth/20251019000001`, and there is no such migration"
        );
        assert_eq!(error.hint(), "did you mean `auth/20251019000000_name`?");
    }

    #[test]
    fn a_requirement_on_a_later_phase_is_forbidden() {
        let sample = Sample::new().track("auth", &["1"]).track("cms", &["1"]).requires("auth/1", "cms/1");
        let error =
            order(&sample.states(), &phases(&[("first", &["auth"]), ("second", &["cms"])])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`auth/1_name` in the phase `first` requires `cms/1`, which the phase `second` runs only afterwards"
        );
    }

    #[test]
    fn a_cycle_shows_its_path() {
        let sample = Sample::new()
            .track("auth", &["1", "2"])
            .track("cms", &["1", "2"])
            .requires("auth/1", "cms/2")
            .requires("cms/1", "auth/2");
        let error = order(&sample.states(), &phases(&[("all", &["auth", "cms"])])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the migrations wait for each other: `auth/1_name` requires `cms/2_name`, which comes after `cms/1_name`, \
             `cms/1_name` requires `auth/2_name`, which comes after `auth/1_name`"
        );
    }

    #[test]
    fn a_migration_that_requires_a_later_one_of_its_own_track_is_a_cycle() {
        let sample = Sample::new().track("auth", &["1", "2"]).requires("auth/1", "auth/2");
        let error = order(&sample.states(), &phases(&[("all", &["auth"])])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the migrations wait for each other: `auth/1_name` requires `auth/2_name`, which comes after `auth/1_name`"
        );
    }
}
