//! Plans in files: written by `plan --save`, held against what is there now by `up --plan`.
//!
//! Must not run a plan of which anything has moved.

use std::path::{Path, PathBuf};

use crosstrack_engine::{Inspection, UpSelection};
use crosstrack_model::Plan;
use crosstrack_operations::{Now, SavedPlan, Saving};
use crosstrack_report::{Outcome, Problem};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{backups, failure};

/// A plan that was read from a file.
pub(crate) struct Loaded {
    path: PathBuf,
    plan: SavedPlan,
}

/// Reads a plan, and what it was made of.
pub(crate) fn read(path: &Path) -> Result<(Loaded, UpSelection), Problem> {
    let path = backups::named(path);
    let (plan, selection) = SavedPlan::read(&path).map_err(|error| failure::plan_file(&error))?;
    Ok((Loaded { path, plan }, selection))
}

/// Saves a plan with all that it was made of.
pub(crate) async fn save(
    deployment: &mut Deployment,
    (inspection, plan): (&Inspection, &Plan),
    (selection, rehearsed): (&UpSelection, bool),
    path: &Path,
    context: &Context,
) -> Result<(), Problem> {
    let environment = deployment.settings.environment.as_str().to_owned();
    let (identity, catalog) = deployment.identity_and_catalog().await?;
    let now =
        Now { environment: &environment, identity: &identity, states: &inspection.tracks, catalog: &catalog };
    let tool_version = env!("CARGO_PKG_VERSION");
    let saved = SavedPlan::new(Saving { plan, selection, now, tool_version, rehearsed });
    saved.write(&backups::named(path)).map_err(|error| failure::plan_file(&error))?;
    context.print.story(&format!("saved the plan in {}\n", path.display()));
    Ok(())
}

impl Loaded {
    /// Refuses when anything has moved since the plan was saved.
    pub(crate) async fn check(
        &self,
        deployment: &mut Deployment,
        (inspection, plan): (&Inspection, &Plan),
    ) -> Result<(), Problem> {
        let environment = deployment.settings.environment.as_str().to_owned();
        let (identity, catalog) = deployment.identity_and_catalog().await?;
        let now = Now {
            environment: &environment,
            identity: &identity,
            states: &inspection.tracks,
            catalog: &catalog,
        };
        let moved = self.plan.moved(plan, now);
        if moved.is_empty() { Ok(()) } else { Err(moved_problem(&self.path, moved)) }
    }
}

fn moved_problem(path: &Path, moved: Vec<String>) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: format!("the plan `{}` is no longer what would be run", path.display()),
        place: None,
        causes: moved,
        changed: Some("nothing".into()),
        hints: vec!["look at it anew and save it again: `crosstrack plan --save <file>`".into()],
    }
}
