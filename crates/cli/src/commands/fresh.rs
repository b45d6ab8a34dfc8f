//! `fresh`: drop everything that the migrations made, and apply them all.

mod copied;
mod target;

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{Inspection, Journal, RunOutcome, Stop, UpSelection, check_journal};
use crosstrack_operations::drop_objects;
use crosstrack_report::{Outcome, Problem};
use crosstrack_shadow::{Object, objects_of_migrations};

use self::copied::Copied;
use super::renewal::forward;
use super::seed::{Asked, load};
use crate::context::Context;
use crate::deployment::Deployment;
use crate::guard::{Answering, Change, back_up_before_change};
use crate::{failure, origin};

/// The flags of `fresh`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Load the environment's seeds at the end
    #[arg(long)]
    seed: bool,
    #[command(flatten)]
    answering: Answering,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let inspection = deployment.inspect(context).await?;
    check_journal(&inspection).map_err(|error| failure::execute(&error))?;
    let stop = Deployment::stop(context);
    let seeds = arguments.seed.then(|| Asked::everything(&deployment.settings)).transpose()?;
    let change = Change {
        what: "drop everything that the migrations made and apply them again".into(),
        loses: None,
        answering: &arguments.answering,
    };
    change.confirm(&deployment, &inspection, context)?;
    let request = Request { change: &change, stop: &stop };
    let on_the_way = context.on_the_way();
    let first = if seeds.is_some() { &on_the_way } else { context };
    deployment = match Box::pin(copied::replace(deployment, &request, first)).await? {
        Copied::Done => return load_seeds(seeds.as_ref(), &stop, context).await,
        Copied::NotPossible(deployment) => *deployment,
    };
    context
        .print
        .story("replaying applied migrations on a shadow database to find the objects they created\n");
    let objects = objects(&deployment, (&inspection, &stop), context).await?;
    // Another table need not be one that this user may read.
    let is_dropped = |table: &str| objects.iter().any(|object| object.identity == table);
    let rows = deployment.rows_by_table(is_dropped).await?;
    context.print.story(&format!(
        "warning: what the migrations made is dropped\n{}",
        crosstrack_report::rows_by_table(&rows)
    ));
    let lock = deployment.lock(&stop, context).await?;
    let renewed = async {
        let Some(seeds) = seeds else {
            return renew(&mut deployment, (&lock, &stop), (&change, &objects), context).await;
        };
        let outcome = renew(&mut deployment, (&lock, &stop), (&change, &objects), &on_the_way).await?;
        if outcome != Outcome::Done {
            return Ok(outcome);
        }
        load(&mut deployment, (&lock, &stop), &seeds, context).await
    };
    let result = renewed.await;
    lock.release().await;
    result
}

/// The request of the command line.
struct Request<'a> {
    change: &'a Change<'a>,
    stop: &'a Stop,
}

/// Loads the seeds into the copy that has taken the place of the database.
async fn load_seeds(seeds: Option<&Asked>, stop: &Stop, context: &Context) -> Result<Outcome, Problem> {
    let Some(seeds) = seeds else { return Ok(Outcome::Done) };
    let mut deployment = context.deployment().await?;
    let lock = deployment.lock(stop, context).await?;
    let result = load(&mut deployment, (&lock, stop), seeds, context).await;
    lock.release().await;
    result
}

async fn objects(
    deployment: &Deployment,
    (inspection, stop): (&Inspection, &Stop),
    context: &Context,
) -> Result<Vec<Object>, Problem> {
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let server = deployment.shadow(context)?;
    let made = objects_of_migrations(deployment.history(&server, (&origin, stop)), &inspection.tracks).await;
    made.map_err(|error| {
        failure::drift(&error)
            .hint("or drop the whole database: `crosstrack drop-database`, then `crosstrack up --create`")
    })
}

async fn renew(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    (change, objects): (&Change<'_>, &[Object]),
    context: &Context,
) -> Result<Outcome, Problem> {
    let inspection = deployment.inspect_alone(lock, context).await?;
    change.confirm_again(deployment, (&inspection, lock), context).await?;
    back_up_before_change(deployment, (&inspection, stop), false, context).await?;
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let journal = Journal::begin_run(lock, &inspection.journal, &origin, None).await;
    let journal = journal.map_err(|error| failure::query(&error))?;
    let dropped = drop_objects(lock, objects).await;
    let outcome = if dropped.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
    journal.finish_run(outcome).await.map_err(|error| failure::query(&error))?;
    let dropped = dropped.map_err(|error| failure::fresh(&error))?;
    context.print.story(&format!("dropped {dropped} objects that the migrations had made\n"));
    forward(deployment, (lock, stop), &UpSelection::default(), context).await
}
