//! `environment`: which one it is and what it demands; and `environment mark`, for a database that is another one from now on.

use clap::{Args, Subcommand};
use crosstrack_engine::{Journal, RunOutcome, check_journal, mark_anew};
use crosstrack_report::{EnvironmentView, Outcome, Problem};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::Answering;
use crate::{failure, guard, origin};

/// The flags of `environment`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

/// What is done.
#[derive(Debug, Subcommand)]
enum Action {
    /// Mark the database with another environment, which counts from now on
    Mark(MarkArguments),
}

/// The flags of `environment mark`.
#[derive(Debug, Args)]
struct MarkArguments {
    /// The environment
    name: String,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    if let Some(Action::Mark(arguments)) = arguments.action {
        mark(&mut deployment, &arguments, context).await?;
    }
    let inspection = deployment.inspect(context).await?;
    let view = EnvironmentView {
        settings: &deployment.settings,
        inspection: &inspection,
        server: &deployment.database.endpoint().to_string(),
    };
    context
        .print
        .answer(&crosstrack_report::environment(&view), || crosstrack_report::environment_document(&view));
    Ok(Outcome::Done)
}

/// Whatever the old and the new one are like: whoever takes a guard rail away types the database's name.
async fn mark(
    deployment: &mut Deployment,
    MarkArguments { name, answering }: &MarkArguments,
    context: &Context,
) -> Result<(), Problem> {
    let settings = context.settings_of(name)?;
    let inspection = deployment.inspect(context).await?;
    check_journal(&inspection).map_err(|error| failure::execute(&error))?;
    let what = format!("mark with the environment {name}");
    guard::have_name_typed(&what, answering, (deployment, &inspection))?;
    let lock = deployment.lock(&Deployment::stop(context), context).await?;
    let inspection = deployment.inspect_alone(&lock, context).await?;
    let origin = origin::origin("environment", &settings, &context.environment);
    let written = async {
        let journal = Journal::begin_run(&lock, &inspection.journal, &origin, None).await?;
        mark_anew(&lock, name).await?;
        journal.finish_run(RunOutcome::Done).await
    };
    let result = written.await.map_err(|error| failure::query(&error));
    lock.release().await;
    result?;
    deployment.settings = settings;
    Ok(())
}
