//! `verify`: the database held against what the tracks declare; `--fix` mends what statements can mend.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_model::{CheckReport, Finding};
use crosstrack_report::{Outcome, Problem};
use crosstrack_verify::{CHECK_NAMES, mend, verify};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure;

/// The flags of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run the statements that mend what was found, building indexes concurrently
    #[arg(long)]
    fix: bool,
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
        mended = fix(&deployment, &reports, context).await?;
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

/// Mends under the run's lock, on a session of its own.
async fn fix(deployment: &Deployment, reports: &[CheckReport], context: &Context) -> Result<usize, Problem> {
    let findings: Vec<Finding> = reports.iter().flat_map(|report| report.findings.clone()).collect();
    let lock = deployment.lock(&Deployment::stop(context), context).await?;
    let result = run_statements((deployment, &lock), &findings, context).await;
    lock.release().await;
    result
}

async fn run_statements(
    (deployment, lock): (&Deployment, &LockedSession),
    findings: &[Finding],
    context: &Context,
) -> Result<usize, Problem> {
    let session = lock.database().session("mends").await.map_err(|error| failure::connect(&error))?;
    // An index may take long to build; only the wait for a table is limited.
    let limit = deployment.settings.database.lock_timeout.as_millis();
    let sql = format!("SET statement_timeout TO 0; SET lock_timeout TO {limit}");
    // Behind a pooler the session is somebody else's by the next statement.
    if !lock.database().is_behind_pooler() {
        session.rows("settle the session that mends", &sql).await.map_err(|error| failure::query(&error))?;
    }
    let print = context.print.clone();
    mend(&session, findings, &mut |statement| print.story(&format!("  {statement};\n")))
        .await
        .map_err(|error| failure::mend(&error))
}
