//! Where each migration of a track stands: what is on disk held against what the ledger and the journal say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::journal::{JournalStep, Outcome};
use crate::ledger::{Entry, Ledger};
use crate::migration::{Direction, Migration};
use crate::track::TrackName;
use crate::version::Version;

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// In the ledger, and the file is what was run as far as anybody knows.
    Applied,
    /// On disk, not in the ledger, and newer than everything that is applied.
    Pending,
    /// In the ledger, but the file is no longer what was run.
    Edited,
    /// In the ledger, but the file is gone.
    Missing,
    /// On disk, not in the ledger, and older than the newest applied one.
    Late,
    /// One of several files that claim its version, whether the ledger has the version or not.
    Duplicate,
    /// In the ledger as failed half-way.
    Failed,
}

impl Standing {
    /// Every standing, in the order of a summary.
    pub const ALL: [Self; 7] = [
        Self::Applied,
        Self::Pending,
        Self::Edited,
        Self::Missing,
        Self::Late,
        Self::Duplicate,
        Self::Failed,
    ];

    /// The word for people and for JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::Late => "late",
            Self::Duplicate => "duplicate",
            Self::Failed => "failed",
        }
    }

    /// Whether `up` would have to run it.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Pending | Self::Late)
    }

    /// Whether the ledger and the folder contradict each other, so that `up` stops until somebody decides.
    pub fn is_broken(self) -> bool {
        !matches!(self, Self::Applied | Self::Pending)
    }
}

/// One migration of a track and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The version, as the ledger writes it.
    pub version: Version,
    /// Version and name, from the folder, or from the ledger when the file is gone.
    pub label: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it was applied, RFC 3339 in UTC, if the ledger says so.
    pub applied_at: Option<String>,
    /// How long the forward script took, if the journal knows.
    pub duration: Option<Duration>,
    /// Whether the journal knows the script that the ledger's row is about.
    pub is_in_journal: bool,
    /// The run whose journal has the backward script as it was.
    pub way_back_in_journal: Option<i64>,
}

/// All that is known about one track, on disk and in the database.
#[derive(Clone, Debug)]
pub struct TrackState {
    /// The track.
    pub track: TrackName,
    /// What is on disk, in the order of the track's own tool.
    pub migrations: Vec<Arc<Migration>>,
    /// What the ledger says.
    pub ledger: Ledger,
    /// Where each migration stands, in the order of the versions.
    pub lines: Vec<Line>,
    /// The scripts that run statement by statement and did not come to their end.
    pub unfinished: Vec<Unfinished>,
}

/// A script that runs statement by statement and did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The version.
    pub version: Version,
    /// Which way it went.
    pub direction: Direction,
    /// How many statements are done.
    pub statements_done: usize,
    /// Whether nobody has seen how the statement after them ended.
    pub in_doubt: bool,
    /// Whether the script still begins with the statements that are done, so that a retry can go on behind them.
    pub can_go_on: bool,
}

impl TrackState {
    /// The migration on disk with this version; of several the first.
    pub fn migration(&self, version: &Version) -> Option<&Arc<Migration>> {
        let place = self.migrations.partition_point(|migration| migration.version < *version);
        self.migrations.get(place).filter(|migration| migration.version == *version)
    }

    /// How far the script of a version came that did not come to its end.
    pub fn unfinished(&self, version: &Version) -> Option<&Unfinished> {
        self.unfinished.iter().find(|unfinished| unfinished.version == *version)
    }

    /// How many migrations stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.lines.iter().filter(|line| line.standing == standing).count()
    }
}

/// Holds a track's folder against its ledger and the journal.
///
/// `journal` holds the journal's steps of this track, in the order in which they were done. Diesel keeps no checksum: there
/// the journal's is compared, and only if the ledger row is the one that the journal's step wrote, for a row that another
/// tool wrote since says nothing about our file. `may_be_missing` holds the versions whose files are not expected to be there.
pub fn standings(
    migrations: &[Arc<Migration>],
    ledger: &Ledger,
    journal: &[JournalStep],
    may_be_missing: &[String],
) -> Vec<Line> {
    let newest_applied = ledger.entries.iter().map(|entry| &entry.version).max();
    let mut on_disk: HashMap<&Version, usize> = HashMap::new();
    for migration in migrations {
        *on_disk.entry(&migration.version).or_default() += 1;
    }
    let done = journal.iter().filter(|step| step.outcome == Outcome::Done);
    let (last, last_done) = (last_steps(journal.iter()), last_steps(done));
    let known = Known { on_disk, ledger, last, last_done, newest_applied };
    let without_file = ledger.entries.iter().filter(|entry| !known.on_disk.contains_key(&entry.version));
    let mut lines: Vec<Line> = migrations
        .iter()
        .map(|migration| line_on_disk(migration, &known))
        .chain(without_file.map(|entry| line_without_file(entry, &known, may_be_missing)))
        .collect();
    lines.sort_by(|left, right| left.version.cmp(&right.version).then_with(|| left.label.cmp(&right.label)));
    lines
}

/// The last of these steps for each version.
fn last_steps<'a>(steps: impl Iterator<Item = &'a JournalStep>) -> HashMap<&'a str, &'a JournalStep> {
    steps.map(|step| (step.version.as_str(), step)).collect()
}

/// What a migration is held against.
struct Known<'a> {
    /// The number of files of each version.
    on_disk: HashMap<&'a Version, usize>,
    ledger: &'a Ledger,
    /// The last step of each version.
    last: HashMap<&'a str, &'a JournalStep>,
    /// The last step of each version that was done.
    last_done: HashMap<&'a str, &'a JournalStep>,
    newest_applied: Option<&'a Version>,
}

fn line_on_disk(migration: &Migration, known: &Known<'_>) -> Line {
    let entry = known.ledger.entry(&migration.version);
    let step = entry.and_then(|entry| step_that_wrote(entry, known));
    let is_shared = known.on_disk.get(&migration.version).is_some_and(|files| *files > 1);
    let is_edited = entry.is_some_and(|entry| was_edited(migration, entry, step));
    let standing = match entry {
        _ if is_shared || migration.second_backward.is_some() => Standing::Duplicate,
        Some(entry) if entry.failed => Standing::Failed,
        Some(_) if is_edited => Standing::Edited,
        Some(_) => Standing::Applied,
        None if known.newest_applied.is_some_and(|newest| migration.version < *newest) => Standing::Late,
        None => Standing::Pending,
    };
    // Of several with one version, the row is about the one whose script it knows.
    let row = entry.filter(|_| !(is_shared && is_edited));
    Line {
        version: migration.version.clone(),
        label: migration.label.clone(),
        standing,
        applied_at: row.and_then(|entry| entry.applied_at.clone()),
        duration: row.and_then(|entry| duration(entry, known)),
        is_in_journal: step.is_some(),
        way_back_in_journal: step.filter(|step| step.has_backward).map(|step| step.run),
    }
}

fn line_without_file(entry: &Entry, known: &Known<'_>, may_be_missing: &[String]) -> Line {
    let step = step_that_wrote(entry, known);
    let label = match (step, &entry.name) {
        (Some(step), _) => step.label.clone(),
        (None, Some(name)) => format!("{}_{}", entry.version, name.replace(' ', "_")),
        (None, None) => entry.version.to_string(),
    };
    Line {
        version: entry.version.clone(),
        label,
        standing: match entry.failed {
            true => Standing::Failed,
            false if may_be_missing.iter().any(|version| version == entry.version.as_str()) => {
                Standing::Applied
            }
            false => Standing::Missing,
        },
        applied_at: entry.applied_at.clone(),
        duration: duration(entry, known),
        is_in_journal: step.is_some(),
        way_back_in_journal: step.filter(|step| step.has_backward).map(|step| step.run),
    }
}

fn step_that_wrote<'a>(entry: &Entry, known: &Known<'a>) -> Option<&'a JournalStep> {
    known.last.get(entry.version.as_str()).copied().filter(|step| {
        step.left_applied() && (step.ledger_stamp.is_none() || step.ledger_stamp == entry.stamp)
    })
}

/// How long the script took that wrote the row, whatever was accepted since.
fn duration(entry: &Entry, known: &Known<'_>) -> Option<Duration> {
    known.last_done.get(entry.version.as_str()).filter(|step| step.applied())?.duration
}

fn was_edited(migration: &Migration, entry: &Entry, step: Option<&JournalStep>) -> bool {
    match (&entry.checksum, step) {
        (Some(recorded), _) => !migration.is_known_by(recorded),
        (None, Some(step)) => step.checksum != migration.forward.checksum,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, standings};
    use crate::{
        Checksum, Direction, Directives, Entry, JournalStep, Ledger, Migration, Outcome, Script, Version,
    };
    use std::sync::Arc;

    fn migration(version: &str, sql: &str) -> Arc<Migration> {
        Arc::new(Migration {
            version: Version::text(version),
            name: "name".into(),
            label: format!("{version}_name"),
            forward: Script::new(None, sql.into(), true),
            backward: None,
            second_backward: None,
            directives: Directives::default(),
            ledger_checksums: Vec::new(),
            alternate_checksums: Vec::new(),
        })
    }

    fn entry(version: &str) -> Entry {
        Entry {
            version: Version::text(version),
            name: None,
            applied_at: None,
            stamp: Some("stamp".into()),
            checksum: None,
            failed: false,
        }
    }

    fn ledger(entries: impl IntoIterator<Item = Entry>) -> Ledger {
        Ledger::of(entries.into_iter().collect())
    }

    fn step(version: &str, sql: &str, stamp: &str) -> JournalStep {
        JournalStep {
            run: 1,
            track: "auth".into(),
            version: version.into(),
            label: format!("{version}_name"),
            direction: Direction::Up,
            outcome: Outcome::Done,
            checksum: Checksum::of(sql),
            ledger_stamp: Some(stamp.into()),
            duration: None,
            statements_done: 0,
            statements_checksum: None,
            in_doubt: false,
            has_backward: false,
        }
    }

    fn words(lines: &[super::Line]) -> Vec<(&str, &str)> {
        lines.iter().map(|line| (line.version.as_str(), line.standing.as_str())).collect()
    }

    #[test]
    fn what_is_not_in_the_ledger_is_pending_or_late() {
        let disk = [migration("1", "a"), migration("2", "b"), migration("3", "c")];
        let lines = standings(&disk, &ledger([entry("2")]), &[], &[]);
        assert_eq!(words(&lines), [("1", "late"), ("2", "applied"), ("3", "pending")]);
    }

    #[test]
    fn what_is_in_the_ledger_without_a_file_is_missing() {
        let lines = standings(&[migration("2", "b")], &ledger([entry("1"), entry("2")]), &[], &[]);
        assert_eq!(words(&lines), [("1", "missing"), ("2", "applied")]);
    }

    #[test]
    fn several_files_of_one_version_are_duplicates_and_the_row_is_about_the_one_it_knows() {
        let renamed = |version: &str, sql: &str, label: &str| {
            let mut other = (*migration(version, sql)).clone();
            other.label = label.into();
            Arc::new(other)
        };
        let disk = [migration("1", "a"), renamed("1", "b", "1_other"), migration("2", "c")];
        let lines = standings(&disk, &ledger([]), &[], &[]);
        assert_eq!(words(&lines), [("1", "duplicate"), ("1", "duplicate"), ("2", "pending")]);
        let mut row = entry("1");
        row.applied_at = Some("then".into());
        let lines = standings(&disk, &ledger([row]), &[step("1", "b", "stamp")], &[]);
        let about: Vec<_> = lines.iter().filter(|line| line.applied_at.is_some()).collect();
        assert_eq!((about.len(), about[0].label.as_str()), (1, "1_other"));
    }

    #[test]
    fn two_ways_back_of_one_version_are_a_duplicate() {
        let mut doubled = (*migration("1", "a")).clone();
        doubled.second_backward = Some("1_b.down.sql".into());
        let lines = standings(&[Arc::new(doubled)], &ledger([entry("1")]), &[], &[]);
        assert_eq!(lines[0].standing, Standing::Duplicate);
    }

    #[test]
    fn a_script_that_was_accepted_as_it_is_is_not_edited() {
        let disk = [migration("1", "changed")];
        let accepted = JournalStep { outcome: Outcome::Accepted, run: 2, ..step("1", "changed", "stamp") };
        let journal = [step("1", "original", "stamp"), accepted];
        assert_eq!(standings(&disk, &ledger([entry("1")]), &journal, &[])[0].standing, Standing::Applied);
    }

    #[test]
    fn a_version_that_may_be_missing_is_applied() {
        let lines = standings(&[], &ledger([entry("1"), entry("2")]), &[], &["1".into()]);
        assert_eq!(words(&lines), [("1", "applied"), ("2", "missing")]);
    }

    #[test]
    fn a_ledger_without_checksums_is_held_against_the_journal() {
        let disk = [migration("1", "changed")];
        let lines = standings(&disk, &ledger([entry("1")]), &[step("1", "original", "stamp")], &[]);
        assert_eq!(lines[0].standing, Standing::Edited);
    }

    #[test]
    fn a_row_that_another_tool_wrote_since_is_not_held_against_the_journal() {
        let disk = [migration("1", "changed")];
        let lines = standings(&disk, &ledger([entry("1")]), &[step("1", "original", "an older stamp")], &[]);
        assert_eq!(lines[0].standing, Standing::Applied);
    }

    #[test]
    fn a_ledger_with_checksums_is_believed() {
        let mut disk = (*migration("1", "a")).clone();
        disk.ledger_checksums = vec![vec![1], vec![2]];
        let mut row = entry("1");
        row.checksum = Some(vec![2]);
        let known = standings(&[Arc::new(disk.clone())], &ledger([row.clone()]), &[], &[]);
        assert_eq!(known[0].standing, Standing::Applied);
        row.checksum = Some(vec![3]);
        let unknown = standings(&[Arc::new(disk)], &ledger([row]), &[], &[]);
        assert_eq!(unknown[0].standing, Standing::Edited);
    }

    #[test]
    fn a_row_that_failed_is_failed_whether_or_not_the_file_is_there() {
        let mut row = entry("1");
        row.failed = true;
        let with_file = standings(&[migration("1", "a")], &ledger([row.clone()]), &[], &[]);
        let without_file = standings(&[], &ledger([row]), &[], &[]);
        assert_eq!(with_file[0].standing, Standing::Failed);
        assert_eq!(without_file[0].standing, Standing::Failed);
    }
}
