//! `redo`: revert what was applied last, and apply it again.

use clap::Args;
use crosstrack_engine::{DownSelection, UpSelection};
use crosstrack_model::{Plan, TrackName};
use crosstrack_report::{Outcome, Problem};

use super::down::Asked;
use super::renewal::renew;
use crate::context::Context;
use crate::guard::Answering;

/// The flags of `redo`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many migrations
    #[arg(long, short = 'n', alias = "number", value_name = "N", default_value_t = 1)]
    steps: usize,
    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let Arguments { steps, track, answering } = arguments;
    let asked = Asked { selection: DownSelection::Steps(steps), track, from_journal: false };
    renew(&asked, &answering, the_same, context).await
}

/// What was reverted, and nothing that is pending besides.
fn the_same(plan: &Plan) -> UpSelection {
    let reverted = plan.steps().map(|step| (step.track.clone(), step.migration.version.clone()));
    UpSelection { only: Some(reverted.collect()), allow_late: true, ..UpSelection::default() }
}
