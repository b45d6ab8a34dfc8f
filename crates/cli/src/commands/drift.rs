//! `drift`: compares the database with a replay of the migrations that are applied.

use clap::Args;
use crosstrack_report::{Outcome, Problem};
use crosstrack_shadow::drift::{Declared, DeclaredKey, Drift, Request};
use crosstrack_verify::Expectations;

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin, server};

/// The flags of `drift`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Compare owners and grants, too: left out otherwise, for the roles of production are not those of development, and in
    /// the replay everything is owned by whoever runs this
    #[arg(long)]
    privileges: bool,
    /// Replay, although an earlier replay of the same migrations is kept, and keep none
    #[arg(long)]
    no_cache: bool,
}

pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let live = deployment.look(context).await?;
    deployment.warn_of_mark(&live.inspection, context);
    let folder = server::replays(context, &deployment.settings);
    let declared = declared(&deployment.expectations);
    let origin = origin::origin("drift", &deployment.settings, &context.environment);
    let stop = Deployment::stop(context);
    let server = deployment.shadow(context)?;
    let request = Request {
        history: deployment.history(&server, (&origin, &stop)),
        ignore: &deployment.settings.drift.ignore,
        declared: &declared,
        privileges: arguments.privileges,
        cache: (!arguments.no_cache).then_some(folder.as_path()),
    };
    let drift =
        crosstrack_shadow::drift::drift(request, &live).await.map_err(|error| failure::drift(&error))?;
    Ok(answer(&drift, context))
}

/// What `verify --fix` builds, although no migration makes it.
fn declared(expectations: &Expectations) -> Declared {
    let primary = expectations.tables.iter().filter(|table| !table.primary_key.is_empty());
    let primary = primary.map(|table| DeclaredKey {
        table: table.name.name.clone(),
        columns: table.primary_key.clone(),
        references: None,
    });
    let foreign = expectations.foreign_keys.iter().map(|key| DeclaredKey {
        table: key.table.name.clone(),
        columns: key.columns.clone(),
        references: Some(key.references.name.clone()),
    });
    Declared {
        indexes: expectations.indexes.iter().map(|index| index.name.clone()).collect(),
        keys: primary.chain(foreign).collect(),
    }
}

fn answer(drift: &Drift, context: &Context) -> Outcome {
    context.print.detail(|| crosstrack_report::drift_detail(drift));
    let outcome = if drift.findings.is_empty() { Outcome::Done } else { Outcome::No };
    context.print.answer(&crosstrack_report::drift(drift, context.program), || {
        crosstrack_report::drift_document(drift, outcome)
    });
    context.print.annotate(|| crosstrack_report::drift_annotations(drift));
    outcome
}
