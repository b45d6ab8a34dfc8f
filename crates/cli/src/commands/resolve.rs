//! `resolve`: tells a ledger what a person knows. No script runs.

use clap::Args;
use crosstrack_engine::RunSummary;
use crosstrack_model::Reference;
use crosstrack_operations::{Resolution, Scene, resolve};
use crosstrack_report::{Outcome, Problem};
use std::time::Duration;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// The flags of `resolve`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    resolution: Choice,
}

/// One of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Choice {
    /// The migration is applied: write its ledger row
    #[arg(long, value_name = "TRACK/VERSION")]
    applied: Option<Reference>,
    /// The migration is not applied: take its ledger row away
    #[arg(long, value_name = "TRACK/VERSION")]
    rolled_back: Option<Reference>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let resolution = match (arguments.resolution.applied, arguments.resolution.rolled_back) {
        (Some(reference), _) => Resolution::Applied(reference),
        (None, Some(reference)) => Resolution::RolledBack(reference),
        (None, None) => return Ok(Outcome::Usage),
    };
    let mut deployment = context.deployment().await?;
    let lock = deployment.lock(&Deployment::stop(context), context).await?;
    let inspection = deployment.inspect_alone(&lock, context).await?;
    let scene = Scene {
        lock: &lock,
        tracks: &deployment.tracks,
        inspection: &inspection,
        origin: &origin::origin("resolve", &deployment.settings, &context.environment),
    };
    let result = resolve(scene, &resolution).await;
    lock.release().await;
    let resolved = result.map_err(|error| failure::resolve(&error))?;
    let text = if resolved.is_applied {
        format!("The ledger now says that {} is applied. No script was run.\n", resolved.reference)
    } else {
        format!("The ledger no longer has {}. No script was run.\n", resolved.reference)
    };
    let summary = RunSummary {
        run: resolved.run,
        steps: vec![(resolved.reference, Duration::ZERO)],
        ..RunSummary::default()
    };
    context.print.answer(&text, || crosstrack_report::run_document("resolve", &summary, &[], Outcome::Done));
    Ok(Outcome::Done)
}
