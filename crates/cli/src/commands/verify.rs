//! `verify`: the database held against what the tracks declare; `--fix` mends what statements can mend.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::Stop;
use crosstrack_model::{CheckReport, Finding};
use crosstrack_report::{Outcome, Problem};
use crosstrack_verify::{CHECK_NAMES, mend, verify};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure;
use crate::guard::{Answering, Change};

/// The flags of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run the statements that mend what was found, building indexes concurrently
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    answering: Answering,
    /// Only this check
    #[arg(long, value_name = "CHECK", value_parser = clap::builder::PossibleValuesParser::new(CHECK_NAMES))]
    check: Vec<String>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let mut deployment = context.deployment().await?;
    let checks: Vec<&str> = if arguments.check.is_empty() {
        CHECK_NAMES.to_vec()
    } else {
        arguments.check.iter().map(String::as_str).collect()
    };
    let mut reports = reports(&mut deployment, &checks).await?;
    let mut mended = 0;
    if arguments.fix && reports.iter().any(|report| !report.passed()) {
        let change = Change {
            what: "mend what the checks found".into(),
            loses: None,
            answering: &arguments.answering,
        };
        let inspection = deployment.inspect(context).await?;
        change.confirm(&deployment, &inspection, context)?;
        mended = fix(&mut deployment, &checks, context).await?;
        reports = self::reports(&mut deployment, &checks).await?;
    }
    let outcome = if reports.iter().all(CheckReport::passed) { Outcome::Done } else { Outcome::No };
    context.print.answer(&crosstrack_report::verified(&reports), || {
        crosstrack_report::verify_document(&reports, mended, outcome)
    });
    context.print.annotate(|| crosstrack_report::finding_annotations(&reports));
    Ok(outcome)
}

async fn reports(deployment: &mut Deployment, checks: &[&str]) -> Result<Vec<CheckReport>, Problem> {
    let (snapshot, expectations) = deployment.checks();
    let reports = verify(&snapshot, expectations, checks).await.map_err(|error| failure::verify(&error))?;
    // An index cannot be built concurrently past an open view of the database.
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    Ok(reports)
}

/// Mends under the run's lock, on a session of its own, what is found there: another run may have come first.
async fn fix(deployment: &mut Deployment, checks: &[&str], context: &Context) -> Result<usize, Problem> {
    let stop = Deployment::stop(context);
    let lock = deployment.lock(&stop, context).await?;
    let result = fix_alone(deployment, (&lock, &stop), checks, context).await;
    lock.release().await;
    result
}

async fn fix_alone(
    deployment: &mut Deployment,
    (lock, stop): (&LockedSession, &Stop),
    checks: &[&str],
    context: &Context,
) -> Result<usize, Problem> {
    // An index that a lost run is still building is no leftover yet.
    deployment.inspect_alone(lock, context).await?;
    let reports = reports(deployment, checks).await?;
    let findings: Vec<Finding> = reports.iter().flat_map(|report| report.findings.clone()).collect();
    let session = lock.database().session(PURPOSE).await.map_err(|error| failure::connect(&error))?;
    // An index may take long to build; only the wait for a table is limited.
    let limit = deployment.settings.database.lock_timeout.as_millis();
    let sql = format!("SET statement_timeout TO 0; SET lock_timeout TO {limit}");
    // Behind a pooler the session is somebody else's by the next statement.
    if !lock.database().is_behind_pooler() {
        session.rows("settle the session that mends", &sql).await.map_err(|error| failure::query(&error))?;
    }
    let print = context.print.clone();
    let cancel = stop.cancel_on_request(lock.database(), PURPOSE);
    let mended = mend(&session, &findings, &mut |statement| print.story(&format!("  {statement};\n"))).await;
    drop(cancel);
    mended.map_err(|error| match stop.requested() {
        Some(signal) => Problem { outcome: crate::signals::outcome(signal), ..failure::mend(&error) },
        None => failure::mend(&error),
    })
}

/// What the session is for that mends, as its name says.
const PURPOSE: &str = "mends";
