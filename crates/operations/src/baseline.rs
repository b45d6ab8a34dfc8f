//! `baseline`: adopts a database that was built by hand or by the ORM alone. Ledgers and journal are told; no script runs there.

use std::collections::HashMap;

use crosstrack_database::{QueryError, search_path};
use crosstrack_engine::{
    BaselinePlan, Claim, ClaimKind, ExecuteError, Journal, RunOutcome, Track, check_journal, open_session,
};
use crosstrack_model::TrackName;
use crosstrack_track::{StepError, TrackSession, Transaction};

use crate::resolve::Scene;

/// Why a baseline did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The session of a track could not be opened.
    #[error("cannot open the ledger")]
    Session(#[source] ExecuteError),
    /// A ledger refused a row.
    #[error("cannot write the ledger row of `{reference}`")]
    Ledger {
        /// The migration.
        reference: String,
        /// How many migrations were told before it.
        told: usize,
        /// Why not.
        source: StepError,
    },
    /// The journal could not be written.
    #[error("cannot write the journal")]
    Journal(#[source] QueryError),
}

/// Tells the ledgers and the journal what the plan claims, in its order. Gives the run's number.
///
/// A ledger row and its line in the journal are two writes, and the row comes first: broken off in between, the next baseline
/// adopts the row.
///
/// # Errors
/// When the server refuses. What was told before stays told.
pub async fn baseline(scene: Scene<'_>, plan: &BaselinePlan) -> Result<i64, BaselineError> {
    check_journal(scene.inspection).map_err(BaselineError::Session)?;
    let journal = Journal::begin_run(scene.lock, &scene.inspection.journal, scene.origin, None)
        .await
        .map_err(BaselineError::Journal)?;
    let mut telling = Telling { scene, journal: &journal, sessions: HashMap::new(), told: 0 };
    let result = telling.all(plan).await;
    let outcome = if result.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
    let finished = journal.finish_run(outcome).await.map_err(BaselineError::Journal);
    result?;
    finished?;
    Ok(journal.run())
}

/// A baseline under way.
struct Telling<'a> {
    scene: Scene<'a>,
    journal: &'a Journal<'a>,
    sessions: HashMap<TrackName, Box<dyn TrackSession>>,
    told: usize,
}

impl Telling<'_> {
    async fn all(&mut self, plan: &BaselinePlan) -> Result<(), BaselineError> {
        for claim in plan.claims.iter().filter(|claim| claim.kind != ClaimKind::Known) {
            // A claim is about a track that is declared.
            let Some(track) = self.scene.tracks.iter().find(|track| *track.name() == claim.track) else {
                continue;
            };
            if claim.kind == ClaimKind::Mark {
                self.mark(track, claim).await?;
            }
            self.journal.record_acceptance(track, &claim.migration).await.map_err(BaselineError::Journal)?;
            self.told += 1;
        }
        Ok(())
    }

    async fn mark(&mut self, track: &Track, claim: &Claim) -> Result<(), BaselineError> {
        let database = self.scene.lock.database();
        if !self.sessions.contains_key(&claim.track) {
            let ledger_exists =
                self.scene.inspection.track(&claim.track).is_some_and(|state| state.ledger.exists);
            let session =
                open_session(database, track, ledger_exists).await.map_err(BaselineError::Session)?;
            self.sessions.insert(claim.track.clone(), session);
        }
        let Some(session) = self.sessions.get_mut(&claim.track) else { return Ok(()) };
        // Behind a pooler the session has no search path of its own.
        let schema = track.settings.schema.as_deref().filter(|_| database.is_behind_pooler());
        let opening = schema
            .map_or(String::new(), |schema| format!("SET LOCAL search_path TO {}", search_path(schema)));
        Transaction { opening: &opening, closing: "" }
            .mark(session.as_mut(), &claim.migration, None)
            .await
            .map_err(|source| BaselineError::Ledger { reference: claim.reference(), told: self.told, source })
    }
}
