//! `reset`: all the way down by the backward scripts.

use clap::Args;
use crosstrack_engine::DownSelection;
use crosstrack_model::TrackName;
use crosstrack_report::{Outcome, Problem};

use super::down::{Asked, go_back};
use crate::context::Context;
use crate::guard::Answering;

/// The flags of `reset`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let asked = Asked { selection: DownSelection::All, track: arguments.track, from_journal: false };
    go_back(&asked, &arguments.answering, context).await
}
