//! `status`: the server, the database, and every migration of every track, and what a merge would break. It touches nothing.

use clap::Args;
use crosstrack_model::{HistoryFinding, TrackState};
use crosstrack_operations::{BaseRequest, compare_with_base};
use crosstrack_report::{Outcome, Problem, StatusView};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// The flags of `status`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Exit with 1 when anything is pending or the history is broken
    #[arg(long)]
    check: bool,
    /// Say what a merge into this branch would break [default: the merge target of a CI job]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let (inspection, size) = deployment.inspect_and_measure(context).await?;
    deployment.warn_of_mark(&inspection, context);
    let settings = &deployment.settings;
    let folders: Vec<(String, String)> = settings
        .tracks
        .iter()
        .map(|track| (track.adapter.clone(), track.shown_path.display().to_string()))
        .collect();
    let mut findings: Vec<HistoryFinding> = inspection.tracks.iter().flat_map(TrackState::findings).collect();
    findings.extend(after_merge(&deployment, arguments.base.as_deref(), context)?);
    let view = StatusView {
        inspection: &inspection,
        size: &size,
        server: &deployment.database.endpoint().to_string(),
        environment: settings.environment.as_str(),
        findings: &findings,
        folders: &folders,
    };
    let needs_somebody = !findings.is_empty() || inspection.tracks.iter().any(has_pending);
    let outcome = if arguments.check && needs_somebody { Outcome::No } else { Outcome::Done };
    context.print.answer(&crosstrack_report::status(&view, context.program), || {
        crosstrack_report::status_document(&view, outcome)
    });
    context.print.annotate(|| crosstrack_report::history_annotations(&findings));
    Ok(outcome)
}

fn has_pending(state: &TrackState) -> bool {
    state.lines.iter().any(|line| line.standing.is_pending())
}

/// What the merge would break. A branch that nobody asked for is compared where it can be, and where it cannot a warning says so.
fn after_merge(
    deployment: &Deployment,
    asked: Option<&str>,
    context: &Context,
) -> Result<Vec<HistoryFinding>, Problem> {
    let target = origin::merge_target(&context.environment);
    let Some(reference) = asked.map(str::to_owned).or(target) else { return Ok(Vec::new()) };
    let request = BaseRequest {
        reference: &reference,
        root: &deployment.settings.root,
        search_path: context.environment.get("PATH").unwrap_or_default(),
    };
    match compare_with_base(&deployment.tracks, request) {
        Ok(findings) => Ok(findings),
        Err(error) if asked.is_some() => Err(failure::base(&error)),
        Err(error) => {
            let hint = error.hint();
            let hint = if hint.is_empty() { hint } else { format!("; {hint}") };
            context.print.story(&format!("warning: what a merge would break is not known: {error}{hint}\n"));
            Ok(Vec::new())
        }
    }
}
