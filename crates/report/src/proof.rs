//! A proof with what is said of its failures: the words for a failed script are those of every other command.

use crosstrack_shadow::prove::{MigrationProof, Proof};

use crate::problem::Problem;

/// What a proof has found, ready to be shown.
pub struct ProofView<'a> {
    /// The proof.
    pub proof: &'a Proof,
    /// For each of its migrations what is said of its failed script, if one failed.
    pub problems: Vec<Option<Problem>>,
    /// True where a missing down migration is a failure.
    pub strict: bool,
}

impl ProofView<'_> {
    /// The migrations that are not proven, with what is said of them.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (&MigrationProof, Option<&Problem>)> {
        self.migrations().filter(|(migration, _)| migration.verdict.is_failure(self.strict))
    }

    /// All migrations, with what is said of them.
    pub(crate) fn migrations(&self) -> impl Iterator<Item = (&MigrationProof, Option<&Problem>)> {
        self.proof.migrations.iter().zip(self.problems.iter().map(Option::as_ref))
    }
}
