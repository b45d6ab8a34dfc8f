//! The one table of exit codes. They are a part of the interface: a change is a breaking change.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Done, or the answer is yes.
    Done,
    /// The answer is no: pending work, drift, a failed check.
    No,
    /// The flags, the settings or the migrations' folders are wrong.
    Usage,
    /// Refused; nothing was touched.
    Refused,
    /// Failed while acting; the message says what is and what is not applied.
    Failed,
    /// The database could not be reached or refused to sign in.
    Unreachable,
    /// Another run holds the lock, and the wait is over.
    Locked,
    /// A bug of crosstrack.
    Bug,
    /// Stopped by Ctrl-C, after a clean stop.
    Interrupted,
    /// Stopped by SIGTERM, after a clean stop.
    Terminated,
}

impl Outcome {
    /// Every outcome, by its code.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::No,
        Self::Usage,
        Self::Refused,
        Self::Failed,
        Self::Unreachable,
        Self::Locked,
        Self::Bug,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Unreachable => 5,
            Self::Locked => 6,
            // EX_SOFTWARE of sysexits.h.
            Self::Bug => 70,
            // 128 and the signal's number, as a shell has it.
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::No => "no",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Locked => "locked",
            Self::Bug => "bug",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn every_outcome_has_a_code_of_its_own() {
        let codes: Vec<u8> = Outcome::ALL.iter().map(|outcome| outcome.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 70, 130, 143]);
    }
}
