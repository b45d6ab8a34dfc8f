//! `drop-database`: drop the database that is named, with everything in it.

use clap::Args;
use crosstrack_report::{Outcome, Problem};

use crate::context::Context;
use crate::deployment::{Deployment, application_name, target};
use crate::failure;
use crate::guard::{Answering, Change, back_up_before_change};

/// The flags of `drop-database`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Send away whoever is connected
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let target = target(context, &settings)?;
    match Deployment::open_at(target.clone(), settings).await {
        Ok(deployment) => confirm(deployment, &arguments, context).await?,
        Err(failure) if failure.is_missing_database => {}
        Err(failure) => return Err(failure.problem),
    }
    let application = application_name(&target);
    let dropped = crosstrack_database::drop_database(&target, &application, arguments.force).await;
    let was_there = dropped.map_err(|error| failure::maintenance(&error))?;
    let name = &target.database;
    let text = if was_there {
        format!("Dropped the database {name}. `crosstrack up --create` makes it anew.\n")
    } else {
        format!("There is no database {name}.\n")
    };
    let text = crosstrack_report::as_called(&text, context.program);
    context.print.answer(&text, || crosstrack_report::database_document(context.command(), name, was_there));
    Ok(Outcome::Done)
}

/// Asks on a session that is closed before the database is dropped.
async fn confirm(
    mut deployment: Deployment,
    arguments: &Arguments,
    context: &Context,
) -> Result<(), Problem> {
    let inspection = deployment.inspect(context).await?;
    let rows = deployment.rows_by_table(|_| true).await?;
    let change = Change {
        what: "drop everything".into(),
        loses: Some(crosstrack_report::rows_by_table(&rows)),
        answering: &arguments.answering,
    };
    change.confirm(&deployment, &inspection, context)?;
    let stop = Deployment::stop(context);
    // A run that is under way is not dropped from under itself.
    let lock = deployment.lock(&stop, context).await?;
    let backed_up = back_up_before_change(&mut deployment, (&inspection, &stop), false, context).await;
    lock.release().await;
    backed_up
}
