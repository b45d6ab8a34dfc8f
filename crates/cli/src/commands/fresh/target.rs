//! The database that a copy is to replace: what it holds, under its lock, and what keeps it from being replaced.
//!
//! It changes nothing but what every run does under the lock: an interrupted run is recovered from.

use crosstrack_database::{LockedSession, quote_literal};
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
        let journal =
            async { JournalRows::read(lock.session()).await.map_err(|error| failure::query(&error)) };
        let (journal, rows) = tokio::try_join!(journal, deployment.rows_by_table(|_| true))?;
        Ok((inspection, journal, rows))
    };
    match read.await {
        Ok((inspection, journal, rows)) => Ok(Seen { lock, inspection, rows, journal }),
        Err(problem) => {
            lock.release().await;
            Err(problem)
        }
    }
}

impl Seen {
    /// The fingerprint of the database, which no other program is connected to. The error is the reason against the copy.
    pub(super) async fn fingerprint(&self) -> Result<Fingerprint, String> {
        let session = self.lock.session();
        let others = others_query(self.lock.database().application());
        let others = async { session.rows("look for sessions", &others).await };
        let asked = tokio::try_join!(others, Fingerprint::read(session));
        let (others, fingerprint) = asked.map_err(|error| chain(&error))?;
        match others.first().and_then(|row| row.at(0)) {
            Some(process) => Err(connected(process)),
            None => Ok(fingerprint),
        }
    }
}
