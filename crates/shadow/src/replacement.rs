//! A database that takes the place of the target: a copy of the template of all migrations, beside the target on its own server.
//!
//! It must not decide if the copy may take that place: the caller compares the contents of both first. Until the names change, which
//! happens in one transaction, the target is not touched.

mod contents;
mod fingerprint;

use std::time::{Duration, Instant};

use crosstrack_database::{Database, QueryError, quote_identifier, quote_literal};
use crosstrack_fault::{Point, aside, reach};
use crosstrack_model::Step;

use crate::database::ShadowDatabase;
use crate::error::ShadowError;
use crate::history::History;
use crate::reach::scope_of_steps;
use crate::replay::template;
use crate::template::{Chain, Spares, copy, keep_fingerprint, kept_fingerprint};

pub use contents::Contents;
pub use fingerprint::Fingerprint;

/// A copy of the template of a list of migrations.
#[must_use = "a copy stays until it is removed or takes the place of the target"]
pub struct Replacement {
    shadow: ShadowDatabase,
    template: String,
    fingerprint: Option<String>,
}

impl Replacement {
    /// Copies the template of these steps, which is made first where there is none.
    ///
    /// # Errors
    /// When a step may reach beyond its database or fails, or when there can be no other database on the target's server.
    pub async fn create(history: History<'_>, steps: &[Step]) -> Result<Self, ShadowError> {
        // What is done here is done beside the target.
        let _aside = aside();
        scope_of_steps(history.server, steps.iter())?;
        let started = history.server.shared().await?;
        let shadow = copy(started, Spares::Taken, async || {
            let found = template(history, started, steps, &mut Chain::default()).await?;
            Ok(Some(found))
        })
        .await?;
        let keys = history.keys(started, steps);
        let template = keys.last().map(crate::template::Key::template).unwrap_or_default();
        let fingerprint = match kept_fingerprint(shadow.keeper(), &template).await {
            Ok(fingerprint) => fingerprint,
            Err(error) => {
                drop(shadow.remove().await);
                return Err(ShadowError::Query(error));
            }
        };
        Ok(Self { shadow, template, fingerprint })
    }

    /// The copy.
    pub fn database(&self) -> &Database {
        self.shadow.database()
    }

    /// Whether a database with this fingerprint is itself a copy of the template, unchanged since but for the rows of its tables.
    pub fn is_known_as(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint.as_deref() == Some(fingerprint.as_str())
    }

    /// Remembers the fingerprint of the copy, by which the next command knows it.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn remember(&self, fingerprint: &Fingerprint) -> Result<(), QueryError> {
        keep_fingerprint(self.shadow.keeper(), &self.template, fingerprint.as_str()).await
    }

    /// Gives the copy the name of the target, with the target's owner, privileges, settings and comment; the former target is dropped.
    /// No session may be connected to either. `seen` is the fingerprint of the target when the caller decided.
    ///
    /// # Errors
    /// When a session is connected to one of them, when the target was changed since, or when the server refuses for another reason. Then
    /// the target is as it was, and the copy is dropped.
    pub async fn take_place(self, target: &str, seen: &Fingerprint) -> Result<(), ShadowError> {
        let exchanged = async {
            let former = exchange(&self.shadow, target).await?;
            if is_still(&self.shadow, &former, seen).await {
                return Ok(former);
            }
            Err(ShadowError::Changed { kept: give_back(&self.shadow, target, &former).await })
        };
        let (exchanged, session) = tokio::join!(exchanged, self.shadow.admin_session());
        match exchanged {
            Ok(former) => {
                // Without one the next command makes a copy itself.
                if let Ok(session) = session {
                    ShadowDatabase::make_spare(&session, &self.template).await;
                }
                self.shadow.leave(&former).await;
                Ok(())
            }
            Err(error) => {
                // What went wrong first is reported.
                drop(self.shadow.remove().await);
                Err(error)
            }
        }
    }

    /// Drops the copy.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn remove(self) -> Result<(), ShadowError> {
        self.shadow.remove().await
    }
}

/// The time for the sessions of this program to end on the server.
const PATIENCE: Duration = Duration::from_secs(1);

/// The pause between two looks at the sessions.
const PAUSE: Duration = Duration::from_millis(1);

/// Exchanges the names; gives the one that the former target has then. It is that of a shadow database: a killed command leaves the
/// former target to the next one that creates a shadow database.
async fn exchange(shadow: &ShadowDatabase, target: &str) -> Result<String, ShadowError> {
    reach(Point::BeforeExchange);
    let keeper = shadow.keeper();
    let own = shadow.database().target().database.as_str();
    wait_for_own_sessions(shadow, target).await?;
    let former = format!("{own}_former");
    let [quoted_own, quoted_target, quoted_former] = [own, target, former.as_str()].map(quote_identifier);
    let exchanged = async {
        let begin = format!("BEGIN; ALTER DATABASE {quoted_own} RESET ALL");
        keeper.rows(PURPOSE, &begin).await?;
        crosstrack_backup::settle_like(keeper, target, own).await?;
        let end = format!(
            "ALTER DATABASE {quoted_target} RENAME TO {quoted_former}; ALTER DATABASE {quoted_own} RENAME TO {quoted_target}; COMMIT"
        );
        keeper.rows(PURPOSE, &end).await
    };
    match exchanged.await {
        Ok(_) => {
            reach(Point::AfterExchange);
            Ok(former)
        }
        Err(error) => {
            drop(keeper.rows("give up a transaction", "ROLLBACK").await);
            Err(ShadowError::Refused(error))
        }
    }
}

const PURPOSE: &str = "exchange the names of two databases";

/// Whether the former target is as it was seen: a session may have come and gone between that and the exchange.
async fn is_still(shadow: &ShadowDatabase, former: &str, seen: &Fingerprint) -> bool {
    let Ok(session) = shadow.session_of(former).await else { return false };
    Fingerprint::read(&session).await.is_ok_and(|now| now == *seen)
}

/// Gives the former target its name back. Where that cannot be it is kept under another, which is returned.
async fn give_back(shadow: &ShadowDatabase, target: &str, former: &str) -> Option<String> {
    let keeper = shadow.keeper();
    let own = shadow.database().target().database.as_str();
    let kept = format!("{target}_before_fresh");
    let [own, target, former, quoted] = [own, target, former, kept.as_str()].map(quote_identifier);
    let back = format!(
        "BEGIN; ALTER DATABASE {target} RENAME TO {own}; ALTER DATABASE {former} RENAME TO {target}; COMMIT"
    );
    if keeper.rows(PURPOSE, &back).await.is_ok() {
        return None;
    }
    drop(keeper.rows("give up a transaction", "ROLLBACK").await);
    // Under its present name the next command would drop it.
    let keep = format!("ALTER DATABASE {former} RENAME TO {quoted}");
    drop(keeper.rows("keep a database", &keep).await);
    Some(kept)
}

/// Waits until the sessions of this program have ended on the server. The server itself would wait for seconds before it says that a
/// session is connected; autovacuum's workers it sends away.
async fn wait_for_own_sessions(shadow: &ShadowDatabase, target: &str) -> Result<(), ShadowError> {
    let sql = format!(
        "SELECT FROM pg_stat_activity WHERE datname IN ({}, {}) AND backend_type <> 'autovacuum worker'",
        quote_literal(target),
        quote_literal(&shadow.database().target().database)
    );
    let began = Instant::now();
    while !shadow.keeper().rows("look for sessions", &sql).await?.is_empty() {
        if began.elapsed() > PATIENCE {
            return Err(ShadowError::InUse { name: target.to_owned() });
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
