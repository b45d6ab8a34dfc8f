//! `resolve`: tells a ledger what a person knows. No script runs.

use clap::Args;
use crosstrack_engine::RunSummary;
use crosstrack_model::Reference;
use crosstrack_operations::{Resolution, Scene, resolve};
use crosstrack_report::{Outcome, Problem};
use std::time::Duration;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change};
use crate::{failure, origin};

/// The flags of `resolve`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    resolution: Choice,
    #[command(flatten)]
    answering: Answering,
}

/// One of the three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Choice {
    /// The migration is applied: write its ledger row
    #[arg(long, value_name = "TRACK/VERSION")]
    applied: Option<Reference>,
    /// The migration is not applied: take its ledger row away
    #[arg(long, value_name = "TRACK/VERSION")]
    rolled_back: Option<Reference>,
    /// The file as it is now is what was applied: write its checksum into the ledger row, or into the journal
    #[arg(long, value_name = "TRACK/VERSION")]
    accept_edited: Option<Reference>,
}

impl Choice {
    fn resolution(self) -> Option<Resolution> {
        let applied = self.applied.map(Resolution::Applied);
        let rolled_back = self.rolled_back.map(Resolution::RolledBack);
        applied.or(rolled_back).or(self.accept_edited.map(Resolution::AcceptEdited))
    }
}

/// What the resolution does, as somebody is asked for it.
fn what(resolution: &Resolution) -> String {
    match resolution {
        Resolution::Applied(reference) => format!("tell the ledger that {reference} is applied"),
        Resolution::RolledBack(reference) => format!("tell the ledger that {reference} is not applied"),
        Resolution::AcceptEdited(reference) => format!("accept the file of {reference} as what was applied"),
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let Some(resolution) = arguments.resolution.resolution() else { return Ok(Outcome::Usage) };
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    let change = Change { what: what(&resolution), loses: None, answering: &arguments.answering };
    change.confirm(&deployment, &inspection, context)?;
    let lock = deployment.lock(&Deployment::stop(context), context).await?;
    let inspection = deployment.inspect_alone(&lock, context).await?;
    change.confirm_again(&deployment, (&inspection, &lock), context).await?;
    let scene = Scene {
        lock: &lock,
        tracks: &deployment.tracks,
        inspection: &inspection,
        origin: &origin::origin("resolve", &deployment.settings, &context.environment),
    };
    let result = resolve(scene, &resolution).await;
    lock.release().await;
    let resolved = result.map_err(|error| failure::resolve(&error))?;
    let said = match resolution {
        Resolution::Applied(_) => format!("The ledger now says that {} is applied.", resolved.reference),
        Resolution::RolledBack(_) => format!("The ledger no longer has {}.", resolved.reference),
        Resolution::AcceptEdited(_) => {
            format!("The file of {} as it is now counts as what was applied.", resolved.reference)
        }
    };
    let text = format!("{said} No script was run.\n");
    let summary = RunSummary {
        run: resolved.run,
        steps: vec![(resolved.reference, Duration::ZERO)],
        ..RunSummary::default()
    };
    context.print.answer(&text, || crosstrack_report::run_document("resolve", &summary, &[], Outcome::Done));
    Ok(Outcome::Done)
}
