//! `create-database`: make the database that is named, where it is not there.

use clap::Args;
use crosstrack_report::{Outcome, Problem};

use crate::context::Context;
use crate::deployment::{application_name, target};
use crate::failure;

/// The flags of `create-database`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

pub(crate) async fn run(_arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let target = target(context, &settings)?;
    let application = application_name(&target);
    let created = crosstrack_database::create_database(&target, &application).await;
    let is_new = created.map_err(|error| failure::maintenance(&error))?;
    let name = &target.database;
    let text = if is_new {
        format!("Created the database {name}. `crosstrack up` fills it.\n")
    } else {
        format!("The database {name} is there already.\n")
    };
    let text = crosstrack_report::as_called(&text, context.program);
    context.print.answer(&text, || crosstrack_report::database_document(context.command(), name, is_new));
    Ok(Outcome::Done)
}
