//! `plan`: the steps that `up` would run, in order, with the exact SQL. It touches nothing.

use clap::Args;
use crosstrack_engine::{UpSelection, plan_up};
use crosstrack_report::{Outcome, Problem};

use super::up::Selection;
use crate::context::Context;
use crate::failure;

/// The flags of `plan`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Without the SQL
    #[arg(long)]
    summary: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    deployment.warn_of_mark(&inspection, context);
    let settings = &deployment.settings;
    let selection = UpSelection::from(arguments.selection);
    let plan =
        plan_up(&inspection.tracks, &settings.phases, &selection).map_err(|error| failure::plan(&error))?;
    context.print.answer(&crosstrack_report::plan(&plan, !arguments.summary), || {
        crosstrack_report::plan_document("plan", &plan, None, Outcome::Done)
    });
    Ok(Outcome::Done)
}
