//! `status`: the server, the database, and every migration of every track. It touches nothing.

use clap::Args;
use crosstrack_model::{HistoryFinding, TrackState};
use crosstrack_report::{Outcome, Problem, StatusView};

use crate::context::Context;

/// The flags of `status`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Exit with 1 when anything is pending or the history is broken
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let (inspection, size) = deployment.inspect_and_measure().await?;
    let settings = &deployment.settings;
    let folders: Vec<(String, String)> = settings
        .tracks
        .iter()
        .map(|track| (track.adapter.clone(), track.shown_path.display().to_string()))
        .collect();
    let findings: Vec<HistoryFinding> = inspection.tracks.iter().flat_map(TrackState::findings).collect();
    let view = StatusView {
        inspection: &inspection,
        size: &size,
        server: &deployment.database.endpoint().to_string(),
        environment: settings.environment.as_str(),
        findings: &findings,
        folders: &folders,
    };
    let outcome = if arguments.check && inspection.tracks.iter().any(needs_somebody) {
        Outcome::No
    } else {
        Outcome::Done
    };
    context.print.answer(&crosstrack_report::status(&view, context.program), || {
        crosstrack_report::status_document(&view, outcome)
    });
    context.print.annotate(|| crosstrack_report::history_annotations(&findings));
    Ok(outcome)
}

fn needs_somebody(state: &TrackState) -> bool {
    state.lines.iter().any(|line| line.standing.is_pending() || line.standing.is_broken())
}
