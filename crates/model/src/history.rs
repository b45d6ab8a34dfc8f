//! Findings about a history: where a folder and a ledger, or a folder and the branch it will be merged into, contradict each other.
//!
//! The words that a person reads about them, and the way on from each, are here and nowhere else.

use std::path::{Path, PathBuf};

use crate::migration::{Direction, Migration};
use crate::standing::{Line, Standing, TrackState};
use crate::version::Version;

/// How a history is broken, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryKind {
    /// Applied, and the file is no longer what was run.
    Edited,
    /// Applied, and the file is gone.
    Missing {
        /// Whether the journal has the backward script.
        way_back_in_journal: bool,
    },
    /// Not applied, and older than the newest that is.
    Late,
    /// Another migration has the same version, or another file than its own claims to be its way back.
    Duplicate {
        /// The other one: `track/label`, or the file.
        other: String,
    },
    /// The ledger says that it failed half-way.
    Failed,
    /// Its forward script stopped in the middle, and no longer begins with what is done.
    HalfApplied {
        /// How many statements are done.
        statements_done: usize,
        /// Whether its files are gone.
        is_gone: bool,
    },
    /// Its backward script stopped in the middle.
    HalfReverted {
        /// How many statements are done.
        statements_done: usize,
    },
    /// Will be late once this branch is merged.
    LateAfterMerge {
        /// The branch.
        base: String,
        /// The newest migration there.
        newest: String,
    },
    /// Will be a duplicate once this branch is merged.
    DuplicateAfterMerge {
        /// The branch.
        base: String,
        /// The migration that has the version there.
        other: String,
    },
    /// Differs from what the branch has, on which databases may have applied it.
    ChangedFromBase {
        /// The branch.
        base: String,
    },
    /// The branch has it, and this one has removed it.
    GoneFromBase {
        /// The branch.
        base: String,
    },
}

/// One contradiction in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryFinding {
    /// How it is broken.
    pub kind: HistoryKind,
    /// The migration: `track/label`.
    pub reference: String,
    /// The file that it is about, as it should be shown, where there is one.
    pub path: Option<PathBuf>,
}

impl HistoryKind {
    /// The word for people and for JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Missing { .. } => "missing",
            Self::Late => "late",
            Self::Duplicate { .. } => "duplicate",
            Self::Failed | Self::HalfApplied { .. } | Self::HalfReverted { .. } => "failed",
            Self::LateAfterMerge { .. } => "late-after-merge",
            Self::DuplicateAfterMerge { .. } => "duplicate-after-merge",
            Self::ChangedFromBase { .. } => "changed-from-base",
            Self::GoneFromBase { .. } => "gone-from-base",
        }
    }

    /// Whether it is about the branch that this one will be merged into, and not about a database.
    pub fn is_about_base(&self) -> bool {
        matches!(
            self,
            Self::LateAfterMerge { .. }
                | Self::DuplicateAfterMerge { .. }
                | Self::ChangedFromBase { .. }
                | Self::GoneFromBase { .. }
        )
    }
}

impl HistoryFinding {
    /// What is wrong, as half a sentence that begins with the migration.
    pub fn message(&self) -> String {
        let reference = &self.reference;
        match &self.kind {
            HistoryKind::Duplicate { other } => {
                format!("`{reference}` shares its version with `{other}`")
            }
            HistoryKind::HalfApplied { statements_done, is_gone } => format!(
                "`{reference}` is half applied: {} done, and {}",
                first(*statements_done),
                if *is_gone { "its files are gone" } else { "its script no longer begins with what is done" }
            ),
            HistoryKind::HalfReverted { statements_done } => {
                format!("`{reference}` is half reverted: of its way back {} done", first(*statements_done))
            }
            HistoryKind::LateAfterMerge { base, newest } => {
                format!("`{reference}` will be late after the merge: `{base}` has `{newest}`, which is newer")
            }
            HistoryKind::DuplicateAfterMerge { base, other } => {
                format!(
                    "`{reference}` will be a duplicate after the merge: `{base}` has its version as `{other}`"
                )
            }
            HistoryKind::ChangedFromBase { base } => {
                format!("`{reference}` is changed here, and `{base}` has it as it was")
            }
            HistoryKind::GoneFromBase { base } => format!("`{reference}` is gone here, and `{base}` has it"),
            kind => format!("`{reference}` is {}", kind.as_str()),
        }
    }

    /// The way on, beginning with the word for what is wrong.
    pub fn hint(&self) -> String {
        format!("{}: {}", self.kind.as_str(), self.way_on())
    }

    fn way_on(&self) -> String {
        let reference = &self.reference;
        match &self.kind {
            HistoryKind::Edited => format!(
                "put `{reference}` back as it was applied and write the change as a new migration, or accept the file as it is \
                 with `crosstrack resolve --accept-edited {reference}`"
            ),
            HistoryKind::Missing { way_back_in_journal } => {
                let way_back = match way_back_in_journal {
                    true => "; `crosstrack down --from-journal` can revert it without them",
                    false => "",
                };
                format!(
                    "bring the files of `{reference}` back, or list the version in the track's `allow_missing`{way_back}"
                )
            }
            HistoryKind::Late => {
                format!(
                    "give `{reference}` a newer version, or run it as it is with `crosstrack up --allow-late`"
                )
            }
            HistoryKind::Duplicate { other } => format!(
                "give one of `{reference}` and `{other}` a version of its own: the ledger has one row for both"
            ),
            HistoryKind::Failed => format!(
                "look at what `{reference}` left behind, then `crosstrack resolve --applied {reference}` or \
                 `--rolled-back {reference}`"
            ),
            HistoryKind::HalfApplied { is_gone: true, .. } => format!(
                "bring the files of `{reference}` back under that name, and `crosstrack up` goes on behind what is done; or undo it by \
                 hand, then `crosstrack resolve --rolled-back {reference}`"
            ),
            HistoryKind::HalfApplied { is_gone: false, .. } => format!(
                "put the statements that are done back to the head of the script, and `crosstrack up` goes on behind them; or finish \
                 or undo it by hand, then `crosstrack resolve --applied {reference}` or `--rolled-back {reference}`"
            ),
            HistoryKind::HalfReverted { .. } => format!(
                "`crosstrack down` goes on with it; or finish or undo it by hand, then `crosstrack resolve --rolled-back {reference}` \
                 or `--applied {reference}`"
            ),
            HistoryKind::LateAfterMerge { newest, .. } => {
                format!("give `{reference}` a version that is newer than that of `{newest}`")
            }
            HistoryKind::DuplicateAfterMerge { .. } => format!("give `{reference}` a version of its own"),
            HistoryKind::ChangedFromBase { base } | HistoryKind::GoneFromBase { base } => format!(
                "put `{reference}` back as `{base}` has it, where databases have applied it, and write the change as a new \
                 migration"
            ),
        }
    }
}

impl TrackState {
    /// The contradictions between the folder and the ledger, in the order of the versions.
    pub fn findings(&self) -> Vec<HistoryFinding> {
        let mut findings = Vec::new();
        for line in &self.lines {
            let kind = match line.standing {
                Standing::Applied | Standing::Pending => continue,
                Standing::Edited => HistoryKind::Edited,
                Standing::Missing => {
                    HistoryKind::Missing { way_back_in_journal: line.way_back_in_journal.is_some() }
                }
                Standing::Late => HistoryKind::Late,
                Standing::Failed => self.how_failed(line),
                Standing::Duplicate => match self.other_of(line) {
                    Some(other) => HistoryKind::Duplicate { other },
                    // It is the one that stays: the finding is about the other.
                    None => continue,
                },
            };
            findings.push(HistoryFinding { kind, reference: self.reference(line), path: self.path_of(line) });
        }
        findings
    }

    fn how_failed(&self, line: &Line) -> HistoryKind {
        let Some(unfinished) = self.unfinished(&line.version) else { return HistoryKind::Failed };
        let statements_done = unfinished.statements_done;
        match unfinished.direction {
            Direction::Up => {
                let is_gone = self.migration(&line.version).is_none();
                HistoryKind::HalfApplied { statements_done, is_gone }
            }
            Direction::Down => HistoryKind::HalfReverted { statements_done },
        }
    }

    /// What is said about a version that several files claim.
    pub fn duplicate(&self, version: &Version) -> Option<HistoryFinding> {
        let claims = |label: &str| {
            self.lines
                .iter()
                .any(|line| line.version == *version && label == format!("{}/{}", self.track, line.label))
        };
        let mut findings = self.findings().into_iter();
        findings.find(|finding| {
            matches!(finding.kind, HistoryKind::Duplicate { .. }) && claims(&finding.reference)
        })
    }

    fn reference(&self, line: &Line) -> String {
        format!("{}/{}", self.track, line.label)
    }

    /// The migration on disk that a line is about; several of one version come in one order here and there.
    fn migration_of(&self, line: &Line) -> Option<&Migration> {
        let mut same = self.lines.iter().filter(|other| other.version == line.version);
        let place = same.position(|other| std::ptr::eq(other, line))?;
        let mut migrations = self.migrations.iter().filter(|migration| migration.version == line.version);
        migrations.nth(place).map(|migration| &**migration)
    }

    fn path_of(&self, line: &Line) -> Option<PathBuf> {
        self.migration_of(line)?.forward.path.clone()
    }

    /// What a duplicate is a duplicate of: of the migrations with one version the one that the ledger means stays, or else the
    /// first.
    fn other_of(&self, line: &Line) -> Option<String> {
        let same = || self.lines.iter().filter(|other| other.version == line.version);
        let kept = same().find(|other| other.applied_at.is_some()).or_else(|| same().next())?;
        if !std::ptr::eq(kept, line) {
            let other = self.reference(kept);
            // `1_a.sql` and `1_a.up.sql` have one name: then it is the file that tells them apart.
            let is_namesake = kept.label == line.label;
            return Some(self.path_of(kept).filter(|_| is_namesake).map_or(other, |path| shown(&path)));
        }
        self.migration_of(line)?.second_backward.as_deref().map(shown)
    }
}

fn first(statements: usize) -> String {
    match statements {
        1 => "the first statement is".to_owned(),
        many => format!("the first {many} statements are"),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
