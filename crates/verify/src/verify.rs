//! Runs the checks: all their queries travel together.
//!
//! It must not know what a check compares.

use crosstrack_database::{QueryError, Snapshot};
use crosstrack_model::CheckReport;
use futures_util::future::try_join_all;

use crate::answer::AnswerError;
use crate::check::Check;
use crate::checks::{CHECK_NAMES, CHECKS};
use crate::declared::Expectations;

/// Why the declarations could not be compared with the catalog.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no check of this name.
    #[error("there is no check `{name}`")]
    UnknownCheck {
        /// The name.
        name: String,
    },
    /// The catalog could not be read.
    #[error("cannot read the {objects} from the catalog")]
    Query {
        /// The objects, in the plural.
        objects: &'static str,
        /// Why not.
        source: Box<QueryError>,
    },
    /// The answer is not what the check reads.
    #[error("cannot make sense of what the catalog says of the {objects}")]
    Answer {
        /// The objects, in the plural.
        objects: &'static str,
        /// Why not.
        source: AnswerError,
    },
}

impl VerifyError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownCheck { .. } => Some(format!("the checks are `{}`", CHECK_NAMES.join("`, `"))),
            Self::Query { .. } | Self::Answer { .. } => None,
        }
    }
}

/// Runs the named checks in one round trip and compares their answers with what is declared.
///
/// The reports come in the order of [`CHECKS`], one for each kind of object; a check of which nothing is declared passes.
///
/// # Errors
/// When a name is no check's, or the catalog cannot be read.
pub async fn verify(
    snapshot: &Snapshot<'_>,
    expectations: &Expectations,
    checks: &[&str],
) -> Result<Vec<CheckReport>, VerifyError> {
    if let Some(name) = checks.iter().find(|name| !CHECK_NAMES.contains(name)) {
        return Err(VerifyError::UnknownCheck { name: (*name).to_owned() });
    }
    let chosen = CHECKS.iter().filter(|check| checks.contains(&check.name()));
    try_join_all(chosen.map(|check| run(snapshot, expectations, *check))).await
}

async fn run(
    snapshot: &Snapshot<'_>,
    expectations: &Expectations,
    check: &dyn Check,
) -> Result<CheckReport, VerifyError> {
    let objects = check.objects();
    let judged = match check.query(expectations) {
        Some(sql) => {
            let purpose = format!("describe the {objects}");
            let rows = snapshot
                .rows(&purpose, &sql)
                .await
                .map_err(|source| VerifyError::Query { objects, source: Box::new(source) })?;
            check.compare(expectations, &rows).map_err(|source| VerifyError::Answer { objects, source })?
        }
        None => Vec::new(),
    };
    Ok(CheckReport {
        check: check.name(),
        declared: judged.len(),
        sound: judged.iter().filter(|findings| findings.is_empty()).count(),
        objects,
        findings: judged.into_iter().flatten().collect(),
    })
}
