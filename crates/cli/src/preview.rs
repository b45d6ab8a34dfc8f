//! Before a revert: the data that it drops, counted, and whether a down migration fails.
//!
//! It must not keep a revert from running because nothing can be tried here: then the statements tell, with the reason. A down migration
//! that fails on the shadow database is another matter: nothing is reverted before it.

use std::time::Duration;

use crosstrack_engine::{ExecuteError, Inspection, SessionDefaults, Stop};
use crosstrack_loss::count;
use crosstrack_model::Plan;
use crosstrack_report::{Outcome, Problem};
use crosstrack_shadow::rehearse::{Foreseen, Revert, Unrehearsed, may_lose, try_revert};
use crosstrack_shadow::{History, ShadowError};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// The time that a statement may take on a shadow database.
const PATIENCE: Duration = Duration::from_secs(3);

/// The losses of a plan of down migrations.
pub(crate) async fn of_way_back(
    deployment: &mut Deployment,
    (inspection, plan): (&Inspection, &Plan),
    context: &Context,
) -> Result<Foreseen, Problem> {
    if !may_lose(plan) {
        return Ok(Foreseen::Rehearsed(Vec::new()));
    }
    if deployment.shadow_is_behind_pooler().await? {
        return Ok(Foreseen::Unrehearsed { reason: "the connection goes through a pooler".to_owned() });
    }
    let origin = origin::origin(context.command(), &deployment.settings, &context.environment);
    let (stop, server) = (Stop::default(), deployment.shadow(context)?);
    let (history, snapshot) = deployment.history_and_view(&server, (&origin, &stop));
    // Without rows a statement that takes longer waits for something, and a preview does not wait.
    let defaults = SessionDefaults { statement_timeout: Some(PATIENCE), ..history.defaults };
    let history = History { defaults, ..history };
    let losses = match Box::pin(try_revert(history, &inspection.tracks, plan)).await {
        Ok(Revert::Runs(losses)) => losses,
        Ok(Revert::Fails { reference, before, source }) => {
            if is_too_slow(&source) {
                return Ok(Foreseen::Unrehearsed { reason: "a statement takes too long there".to_owned() });
            }
            return Err(fails((&reference, &source), &before));
        }
        Err(error) => return Ok(Foreseen::Unrehearsed { reason: reason(&error) }),
    };
    let mut counted = count(&snapshot, &losses).await.map_err(|error| failure::query(&error))?;
    // The largest loss comes first.
    counted.sort_by_key(|loss| std::cmp::Reverse(loss.weight()));
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    Ok(Foreseen::Rehearsed(counted))
}

/// `query_canceled` and `lock_not_available`.
const TOO_SLOW: [&str; 2] = ["57014", "55P03"];

fn is_too_slow(error: &ExecuteError) -> bool {
    let ExecuteError::Step(failure) = error else { return false };
    failure.source.server_error().is_some_and(|server| TOO_SLOW.contains(&server.code.as_str()))
}

/// A revert that is known to fail is not begun.
fn fails((reference, source): (&str, &ExecuteError), before: &[String]) -> Problem {
    let problem = failure::on_shadow(source);
    let reachable = match before {
        [] => "fix its down migration, then run the same command again".to_owned(),
        [.., last] => format!(
            "fix its down migration, or revert only what comes before it: `crosstrack down -n {}` reverts up to and including {last}",
            before.len()
        ),
    };
    Problem {
        outcome: Outcome::Refused,
        message: format!("the down migration of `{reference}` fails on a shadow database"),
        changed: Some("nothing".into()),
        hints: vec![reachable],
        ..problem
    }
}

/// The reason for which it was not tried, in one line.
fn reason(error: &Unrehearsed) -> String {
    match error {
        Unrehearsed::Replay(ShadowError::Execute(source)) => {
            format!("a replay on a shadow database failed: {source}")
        }
        error => error.to_string(),
    }
}
