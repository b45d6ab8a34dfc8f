//! The database that a copy is to replace: what it holds, under its lock, and what keeps it from being replaced.
//!
//! It changes nothing but what every run does under the lock: an interrupted run is recovered from.

use crosstrack_database::{LockedSession, QueryError, quote_literal};
use crosstrack_engine::{Inspection, JournalRows};
use crosstrack_report::Problem;
use crosstrack_settings::{BackupRule, HookMoment, Origin};
use crosstrack_shadow::Fingerprint;

use super::Request;
use super::copied::Reason;
use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure::{self, chain};

/// The database under its lock.
pub(super) struct Seen {
    pub(super) lock: LockedSession,
    pub(super) inspection: Inspection,
    pub(super) fingerprint: Fingerprint,
    pub(super) rows: Vec<(String, u64)>,
    pub(super) journal: JournalRows,
}

/// The reason against a copy that is known before anything is made; an inner nothing where the settings say so.
pub(super) async fn obstacle(
    deployment: &mut Deployment,
    request: &Request<'_>,
) -> Result<Option<Reason>, Problem> {
    let settings = &deployment.settings;
    let is_on_development_server = deployment.database.target().origin == Origin::DevelopmentServer;
    // A hook that runs before the first migration sees the empty database.
    let has_hook = settings.hooks.iter().any(|hook| hook.moment == HookMoment::BeforeUp);
    let is_excluded = settings.rules.backup == BackupRule::Required
        || !settings.shadow.prepare.is_empty()
        || has_hook
        || request.stop.requested().is_some();
    if !is_on_development_server || is_excluded {
        return Ok(Some(None));
    }
    let sql = others_query(deployment.database.application());
    let rows = deployment.read("look for sessions", &sql).await?;
    Ok(rows
        .first()
        .map(|row| row.text("process").map(connected))
        .transpose()
        .map_err(|error| failure::query(&error))?
        .map(Some))
}

/// The sessions of other programs.
fn others_query(application: &str) -> String {
    format!(
        "SELECT format('process %s (%s)', pid, coalesce(nullif(application_name, ''), backend_type)) AS process FROM pg_stat_activity \
         WHERE datname = current_database() AND backend_type <> 'autovacuum worker' AND NOT starts_with(application_name, {}) LIMIT 1",
        quote_literal(application)
    )
}

fn connected(process: &str) -> String {
    format!("{process} is connected to the database")
}

/// Takes the lock and reads everything that has to be known.
pub(super) async fn see(
    deployment: &mut Deployment,
    request: &Request<'_>,
    context: &Context,
) -> Result<Seen, Problem> {
    let lock = deployment.lock(request.stop, context).await?;
    let read = async {
        let inspection = deployment.inspect_alone(&lock, context).await?;
        request.change.confirm_again(deployment, (&inspection, &lock), context).await?;
        let known = async {
            let fingerprint = Fingerprint::read(lock.session()).await?;
            Ok((fingerprint, JournalRows::read(lock.session()).await?))
        };
        let known = async { known.await.map_err(|error: QueryError| failure::query(&error)) };
        let ((fingerprint, journal), rows) = tokio::try_join!(known, deployment.rows_by_table(|_| true))?;
        Ok((inspection, fingerprint, journal, rows))
    };
    match read.await {
        Ok((inspection, fingerprint, journal, rows)) => {
            Ok(Seen { lock, inspection, fingerprint, rows, journal })
        }
        Err(problem) => {
            lock.release().await;
            Err(problem)
        }
    }
}

/// What has happened to the database since it was read; the last thing before it is replaced. Rows that are written after this are lost
/// as those before it are.
pub(super) async fn has_changed(seen: &Seen) -> Result<Option<String>, String> {
    let asked = async {
        let session = seen.lock.session();
        let others = others_query(seen.lock.database().application());
        let others = session.rows("look for sessions", &others).await?;
        if let Some(row) = others.first() {
            return Ok(Some(connected(row.text("process")?)));
        }
        let is_same = Fingerprint::read(session).await? == seen.fingerprint;
        Ok(if is_same { None } else { Some("the database has just been changed".to_owned()) })
    };
    asked.await.map_err(|error: QueryError| chain(&error))
}
