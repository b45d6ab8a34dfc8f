//! `refresh`: all the way down by the backward scripts, and up again.

use clap::Args;
use crosstrack_engine::{DownSelection, UpSelection};
use crosstrack_report::{Outcome, Problem};

use super::down::Asked;
use super::renewal::renew;
use crate::context::Context;
use crate::guard::Answering;

/// The flags of `refresh`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let asked = Asked { selection: DownSelection::All, track: None, from_journal: false };
    renew(&asked, &arguments.answering, |_| UpSelection::default(), context).await
}
