//! `resolve`: tells a ledger what a person knows: that a migration is applied, or that it is not. No script runs.

use crosstrack_database::{LockedSession, QueryError, search_path};
use crosstrack_engine::{
    ExecuteError, Inspection, Journal, Origin, PlanError, RunOutcome, Track, check_journal, open_session,
    resolve_reference,
};
use crosstrack_model::{Direction, Migration, Reference, TrackState, Version};
use crosstrack_track::{StepError, Transaction};

/// What a person knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The migration is applied, and the ledger does not say so.
    Applied(Reference),
    /// The migration is not applied, and the ledger says that it is.
    RolledBack(Reference),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The migration: `track/label`.
    pub reference: String,
    /// Whether the ledger has the row now.
    pub is_applied: bool,
    /// The run's number in the journal.
    pub run: i64,
}

/// Why nothing was resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The reference names no migration.
    #[error(transparent)]
    Reference(#[from] PlanError),
    /// The ledger says so already.
    #[error("`{reference}` is {}", if *.is_applied { "applied already" } else { "not applied, and the ledger has no row of it" })]
    Already {
        /// The migration.
        reference: String,
        /// Whether it is applied.
        is_applied: bool,
    },
    /// The file is gone, and a row cannot be written without it.
    #[error("`{reference}` has no files, and its ledger row cannot be written without them")]
    NoFile {
        /// The migration.
        reference: String,
    },
    /// The session of the track could not be opened.
    #[error("cannot open the ledger")]
    Session(#[source] ExecuteError),
    /// The ledger refused the row.
    #[error("cannot write the ledger row of `{reference}`")]
    Ledger {
        /// The migration.
        reference: String,
        /// Why not.
        source: StepError,
    },
    /// The journal could not be written.
    #[error("cannot write the journal")]
    Journal(#[source] QueryError),
}

/// What `resolve` works with: the database under the lock.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The lock of this run, and the database.
    pub lock: &'a LockedSession,
    /// The tracks on disk.
    pub tracks: &'a [Track],
    /// What was read under the lock.
    pub inspection: &'a Inspection,
    /// Who runs what from where.
    pub origin: &'a Origin,
}

/// Writes or removes one ledger row, through the ORM's own code, and says so in the journal.
///
/// # Errors
/// When there is no such migration, the ledger says so already, or the server refuses.
pub async fn resolve(scene: Scene<'_>, resolution: &Resolution) -> Result<Resolved, ResolveError> {
    let (reference, direction) = match resolution {
        Resolution::Applied(reference) => (reference, Direction::Up),
        Resolution::RolledBack(reference) => (reference, Direction::Down),
    };
    check_journal(scene.inspection).map_err(ResolveError::Session)?;
    let (state, line) = resolve_reference(reference, &scene.inspection.tracks)?;
    let name = format!("{}/{}", state.track, line.label);
    let is_applied = state.ledger.entry(&line.version).is_some();
    if is_applied == (direction == Direction::Up) {
        return Err(ResolveError::Already { reference: name, is_applied });
    }
    let migration = state.migration(&line.version).map(|migration| &**migration);
    if direction == Direction::Up && migration.is_none() {
        return Err(ResolveError::NoFile { reference: name });
    }
    let work = Work { scene, state, version: &line.version, label: &line.label, migration, direction };
    let run = work.run(&name).await?;
    Ok(Resolved { reference: name, is_applied: direction == Direction::Up, run })
}

struct Work<'a> {
    scene: Scene<'a>,
    state: &'a TrackState,
    version: &'a Version,
    label: &'a str,
    migration: Option<&'a Migration>,
    direction: Direction,
}

impl Work<'_> {
    /// Gives the run's number.
    async fn run(&self, reference: &str) -> Result<i64, ResolveError> {
        let Some(track) = self.scene.tracks.iter().find(|track| *track.name() == self.state.track) else {
            return Err(ResolveError::NoFile { reference: reference.to_owned() });
        };
        let mut session = open_session(self.scene.lock.database(), track, self.state.ledger.exists)
            .await
            .map_err(ResolveError::Session)?;
        let journal = Journal::begin_run(
            self.scene.lock,
            self.scene.inspection.journal.format,
            self.scene.origin,
            None,
        )
        .await
        .map_err(ResolveError::Journal)?;
        let settings = self.local_search_path(track);
        let transaction = Transaction { opening: &settings, closing: "" };
        let result = match self.migration {
            Some(migration) if self.direction == Direction::Up => {
                transaction.mark(session.as_mut(), migration, None).await
            }
            _ => transaction.unmark(session.as_mut(), self.version).await,
        };
        let outcome = if result.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
        if result.is_ok() {
            journal
                .record_resolution(track, self.version, self.label, self.direction)
                .await
                .map_err(ResolveError::Journal)?;
        }
        journal.finish_run(outcome).await.map_err(ResolveError::Journal)?;
        let run = journal.run();
        result
            .map(|()| run)
            .map_err(|source| ResolveError::Ledger { reference: reference.to_owned(), source })
    }

    /// Behind a pooler the session has no search path of its own, and the ledger of a track with a schema is found by it.
    fn local_search_path(&self, track: &Track) -> String {
        let schema = track.settings.schema.as_deref();
        let schema = schema.filter(|_| self.scene.lock.database().is_behind_pooler());
        schema.map_or(String::new(), |schema| format!("SET LOCAL search_path TO {}", search_path(schema)))
    }
}
