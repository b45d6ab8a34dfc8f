//! Why there is no plan.

use crosstrack_model::{HistoryFinding, Reference, TrackName};

/// Why there is no plan. Nothing was touched.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// A directive requires a migration that is nowhere.
    #[error("`{migration}` requires `{requirement}`, and there is no such migration")]
    UnknownRequirement {
        /// The migration with the directive.
        migration: String,
        /// What it requires.
        requirement: String,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// Migrations wait for each other.
    #[error("the migrations wait for each other: {}", .path.join(", "))]
    Cycle {
        /// The circle, sentence by sentence.
        path: Vec<String>,
    },
    /// A directive requires a migration of a later phase.
    #[error(
        "`{migration}` in the phase `{phase}` requires `{requirement}`, which the phase `{requirement_phase}` runs only afterwards"
    )]
    ForbiddenByPhases {
        /// The migration with the directive.
        migration: String,
        /// Its phase.
        phase: String,
        /// What it requires.
        requirement: String,
        /// The phase of what it requires.
        requirement_phase: String,
    },
    /// Folder and ledger contradict each other.
    #[error("the history is broken: {}", describe(.findings))]
    Broken {
        /// What stands wrong, and how.
        findings: Vec<HistoryFinding>,
    },
    /// A reference that names no migration.
    #[error("there is no migration `{reference}`")]
    UnknownReference {
        /// The reference as it was given.
        reference: Reference,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// A track that is not declared.
    #[error("there is no track `{track}`; the tracks are {}", .known.join(", "))]
    UnknownTrack {
        /// The name as it was given.
        track: TrackName,
        /// The tracks that there are.
        known: Vec<String>,
    },
    /// A selection leaves out what the selected needs.
    #[error("`{migration}` requires `{requirement}`, which is not applied and not a part of this run")]
    RequirementLeftOut {
        /// The migration that is selected.
        migration: String,
        /// What it requires.
        requirement: String,
    },
    /// `down --to` names something that is not applied.
    #[error("`{reference}` is not applied, so nothing can be reverted to it")]
    NotApplied {
        /// The migration.
        reference: String,
    },
    /// There is no down migration.
    #[error("`{reference}` has no down migration{}", if *.on_purpose { ": it is marked `irreversible`" } else { "" })]
    NoWayBack {
        /// The migration.
        reference: String,
        /// Whether the journal has one.
        is_in_journal: bool,
        /// Whether a directive says that it is irreversible.
        on_purpose: bool,
    },
    /// The files are gone, and with them the down migration.
    #[error("`{reference}` is applied, but its files are gone, its down migration among them")]
    FileGone {
        /// The migration.
        reference: String,
        /// True where the journal has the down migration.
        is_in_journal: bool,
    },
    /// Several files claim the version, so that its own down migration is not known.
    #[error("`{reference}` cannot be reverted: {}", .finding.message())]
    Duplicate {
        /// The migration that would be reverted.
        reference: String,
        /// What shares its version.
        finding: Box<HistoryFinding>,
    },
    /// A later migration of the track is half applied, and stands on it.
    #[error("`{reference}` cannot be reverted: `{dependent}`, which comes after it, is half applied")]
    UnderHalfApplied {
        /// The migration that would be reverted.
        reference: String,
        /// The one that is half applied.
        dependent: String,
    },
    /// A down migration stopped in the middle, and its script is another one by now.
    #[error(
        "the down migration of `{reference}` stopped in the middle, and its script no longer begins with what is done"
    )]
    Unfinished {
        /// The migration.
        reference: String,
    },
    /// Another applied migration needs what would be reverted.
    #[error("`{reference}` cannot be reverted: `{dependent}` requires it and stays applied")]
    StillRequired {
        /// The migration that would be reverted.
        reference: String,
        /// The one that requires it.
        dependent: String,
    },
    /// `down --batch` finds no run in the journal.
    #[error("the journal knows no run of `up` whose migrations are still applied")]
    NoBatch,
}

/// How many contradictions are told one by one.
const SHOWN: usize = 5;

fn describe(findings: &[HistoryFinding]) -> String {
    let words: Vec<String> = findings.iter().take(SHOWN).map(HistoryFinding::message).collect();
    match findings.len() {
        0..=SHOWN => words.join(", "),
        many => format!("{} and {} more", words.join(", "), many - SHOWN),
    }
}

impl PlanError {
    /// Whether the request or the folders are wrong, rather than the moment.
    pub fn is_settings(&self) -> bool {
        matches!(
            self,
            Self::UnknownRequirement { .. }
                | Self::Cycle { .. }
                | Self::ForbiddenByPhases { .. }
                | Self::UnknownReference { .. }
                | Self::UnknownTrack { .. }
        )
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownRequirement { nearest: Some(nearest), .. }
            | Self::UnknownReference { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::UnknownRequirement { .. } => {
                "write the track and the version as the folder has them: `-- crosstrack: requires auth/20251019000000`".into()
            }
            Self::UnknownReference { .. } => "`crosstrack status` lists the migrations of every track".into(),
            Self::UnknownTrack { .. } => "the tracks are declared in crosstrack.toml".into(),
            Self::Cycle { .. } => "take one of the `requires` away, or move what it needs into an earlier migration".into(),
            Self::ForbiddenByPhases { .. } => {
                "change the order of the phases in crosstrack.toml, or put both tracks into one phase".into()
            }
            Self::Broken { findings } => {
                let hints: Vec<String> = findings.iter().take(SHOWN).map(HistoryFinding::hint).collect();
                hints.join("\n")
            }
            Self::Duplicate { finding, .. } => finding.hint(),
            Self::RequirementLeftOut { .. } => {
                "run `up` without --track, or bring the other track up to date first".into()
            }
            Self::NotApplied { .. } => "`crosstrack status` shows what is applied".into(),
            Self::NoWayBack { is_in_journal: true, on_purpose: false, .. } => {
                "the audit log has the down migration that it was applied with: `crosstrack down --from-journal` runs it".into()
            }
            Self::NoWayBack { .. } => "write a new migration that undoes it".into(),
            Self::FileGone { is_in_journal: true, .. } => {
                "the audit log has the down migration as it was: `crosstrack down --from-journal` runs it; or bring the files \
                 back from version control"
                    .into()
            }
            Self::FileGone { .. } => "bring the files back from version control, then run `crosstrack down` again".into(),
            Self::UnderHalfApplied { dependent, .. } => format!(
                "let `crosstrack up` finish it first; or undo by hand what is done of it, and say so: \
                 `crosstrack resolve --rolled-back {dependent}`"
            ),
            Self::Unfinished { reference } => format!(
                "put those statements back as they were, and `down` goes on behind them; or undo the rest by hand and say so: \
                 `crosstrack resolve --rolled-back {reference}`"
            ),
            Self::StillRequired { dependent, .. } => {
                format!("revert `{dependent}` first, or let `down` go further back: --steps, --to, --batch")
            }
            Self::NoBatch => "choose with --steps or --to instead".into(),
        }
    }
}
