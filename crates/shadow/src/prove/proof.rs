//! What a proof says of each migration.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crosstrack_catalog::Difference;
use crosstrack_engine::ExecuteError;

/// How a migration fared.
#[derive(Debug)]
pub enum Verdict {
    /// Forward, back and forward again, and nothing is left and nothing is lost.
    Proven,
    /// There is no backward script.
    NoWayBack,
    /// It says itself that it has no way back.
    Irreversible,
    /// It cannot be applied at all, and nothing after it was tried.
    FailsForward(Box<ExecuteError>),
    /// Its backward script fails.
    FailsBack(Box<ExecuteError>),
    /// After the way back the catalog is not what it was before.
    LeavesBehind(Vec<Difference>),
    /// The down migration changes rows, or leaves a sequence behind its rows, and does not announce it. A sentence each.
    HarmsRows(Vec<String>),
    /// After the way back it cannot be applied again.
    FailsAgain(Box<ExecuteError>),
    /// Applied again, it makes something else than the first time.
    ComesBackDifferent(Vec<Difference>),
}

impl Verdict {
    /// The word for JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::NoWayBack => "no-way-back",
            Self::Irreversible => "irreversible",
            Self::FailsForward(_) => "fails-forward",
            Self::FailsBack(_) => "fails-back",
            Self::LeavesBehind(_) => "leaves-behind",
            Self::HarmsRows(_) => "harms-rows",
            Self::FailsAgain(_) => "fails-again",
            Self::ComesBackDifferent(_) => "comes-back-different",
        }
    }

    /// What the catalog has against it.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Self::LeavesBehind(differences) | Self::ComesBackDifferent(differences) => differences,
            _ => &[],
        }
    }

    /// The harm that it does to rows.
    pub fn harm(&self) -> &[String] {
        match self {
            Self::HarmsRows(harm) => harm,
            _ => &[],
        }
    }

    /// What the server has against it.
    pub fn error(&self) -> Option<&ExecuteError> {
        match self {
            Self::FailsForward(error) | Self::FailsBack(error) | Self::FailsAgain(error) => Some(error),
            _ => None,
        }
    }

    /// Whether it is a failure. That there is no way back is one only to the strict, unless the migration says so itself.
    pub fn is_failure(&self, strict: bool) -> bool {
        match self {
            Self::Proven | Self::Irreversible => false,
            Self::NoWayBack => strict,
            _ => true,
        }
    }
}

/// One migration that was to be proven.
#[derive(Debug)]
pub struct MigrationProof {
    /// The migration: `track/label`.
    pub reference: String,
    /// The script that the verdict is about: the backward one, or where there is none the forward one.
    pub script: Option<PathBuf>,
    /// How it fared.
    pub verdict: Verdict,
    /// Tables whose columns stand in another order after the way back. No script can bring a dropped column back to its place,
    /// so this is said and not held against it.
    pub reordered: Vec<Difference>,
    /// How long it all took.
    pub duration: Duration,
}

/// All migrations that were to be proven.
#[derive(Debug, Default)]
pub struct Proof {
    /// Those that were tried, in order.
    pub migrations: Vec<MigrationProof>,
    /// Those that come after one which cannot be applied: `track/label`.
    pub not_reached: Vec<String>,
    /// What the migrations make and the catalog compares by its name only: `operator class public.backwards USING btree`.
    pub unmodelled: BTreeSet<String>,
    /// How long it all took.
    pub elapsed: Duration,
}

impl Proof {
    /// Takes the next verdict and tells it, unless the one before says that nothing after it can be applied.
    pub(crate) fn take(&mut self, migration: MigrationProof, tell: &mut dyn FnMut(&MigrationProof)) {
        let is_over = |last: &MigrationProof| matches!(last.verdict, Verdict::FailsForward(_));
        if self.migrations.last().is_some_and(is_over) {
            return;
        }
        tell(&migration);
        self.migrations.push(migration);
    }

    /// Whether nothing is a failure.
    pub fn holds(&self, strict: bool) -> bool {
        !self.migrations.iter().any(|migration| migration.verdict.is_failure(strict))
    }
}
