//! What a check says.

use std::time::Duration;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warning,
    /// It does not work, or a run would fail for it.
    Failed,
    /// Nobody could look: what it needs is not there.
    Skipped,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Failed, Self::Skipped];

    /// The word in text and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A verdict with its facts and the ways out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The facts, as a sentence.
    pub says: String,
    /// What mends it. A command in backticks is written as `crosstrack <command>`.
    pub remedies: Vec<String>,
}

impl Judgement {
    /// As it should be.
    pub fn ok(says: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, says)
    }

    /// It works, and somebody should know.
    pub fn warning(says: impl Into<String>) -> Self {
        Self::new(Verdict::Warning, says)
    }

    /// It does not work.
    pub fn failed(says: impl Into<String>) -> Self {
        Self::new(Verdict::Failed, says)
    }

    /// Nobody could look.
    pub fn skipped(says: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, says)
    }

    /// Adds what mends it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        if !remedy.is_empty() && !self.remedies.contains(&remedy) {
            self.remedies.push(remedy);
        }
        self
    }

    /// Adds all that mends it.
    #[must_use]
    pub fn remedies(self, remedies: impl IntoIterator<Item = String>) -> Self {
        remedies.into_iter().fold(self, Self::remedy)
    }

    /// The judgement of a check, and how long it took.
    pub fn of(self, check: &'static str, elapsed: Duration) -> Diagnosis {
        Diagnosis { check, judgement: self, elapsed }
    }

    fn new(verdict: Verdict, says: impl Into<String>) -> Self {
        Self { verdict, says: says.into(), remedies: Vec::new() }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The check.
    pub check: &'static str,
    /// What it says.
    pub judgement: Judgement,
    /// How long it took to find out.
    pub elapsed: Duration,
}
