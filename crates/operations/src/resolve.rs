//! `resolve`: tells a ledger what a person knows: that a migration is applied, that it is not, or that its file as it is now is
//! what was applied. No script runs.

use crosstrack_database::{LockedSession, QueryError, search_path};
use crosstrack_engine::{
    ExecuteError, Inspection, Journal, Origin, PlanError, RunOutcome, Track, check_journal, open_session,
    resolve_reference,
};
use crosstrack_model::{HistoryFinding, Line, Migration, Reference, Standing, TrackState};
use crosstrack_track::{StepError, Transaction};

/// What a person knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The migration is applied, and the ledger does not say so.
    Applied(Reference),
    /// The migration is not applied, and the ledger says that it is.
    RolledBack(Reference),
    /// The file as it is now is what was applied.
    AcceptEdited(Reference),
}

impl Resolution {
    fn reference(&self) -> &Reference {
        match self {
            Self::Applied(reference) | Self::RolledBack(reference) | Self::AcceptEdited(reference) => {
                reference
            }
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The migration: `track/label`.
    pub reference: String,
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
    /// There is no edit to accept.
    #[error("`{reference}` is {}, not edited", .standing.as_str())]
    NotEdited {
        /// The migration.
        reference: String,
        /// Where it stands.
        standing: Standing,
    },
    /// Several files claim the version, so that nobody can say whose row it would be.
    #[error("`{reference}` is not the only one of its version: {}", .finding.message())]
    Duplicate {
        /// The migration.
        reference: String,
        /// What shares its version.
        finding: Box<HistoryFinding>,
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

/// Writes, restamps or removes one ledger row, through the ORM's own code where it has some, and says so in the journal.
///
/// # Errors
/// When there is no such migration, the ledger says so already, or the server refuses.
pub async fn resolve(scene: Scene<'_>, resolution: &Resolution) -> Result<Resolved, ResolveError> {
    check_journal(scene.inspection).map_err(ResolveError::Session)?;
    let (state, line) = resolve_reference(resolution.reference(), &scene.inspection.tracks)?;
    let work = Work { scene, state, line, reference: format!("{}/{}", state.track, line.label) };
    let change = work.change(resolution)?;
    let run = work.run(change).await?;
    Ok(Resolved { reference: work.reference, run })
}

/// What is done to the ledger row.
#[derive(Clone, Copy)]
enum Change<'a> {
    Mark(&'a Migration),
    /// A row that says that it failed gives way to one that says that it is applied.
    MarkAnew(&'a Migration),
    Restamp(&'a Migration),
    /// The row is right, and the journal thinks that a way back stopped in the middle.
    Keep(&'a Migration),
    Unmark,
    /// There is no row, and the journal thinks that a way forward stopped in the middle.
    Forget,
}

struct Work<'a> {
    scene: Scene<'a>,
    state: &'a TrackState,
    line: &'a Line,
    reference: String,
}

impl<'a> Work<'a> {
    /// What the resolution comes to, if it can be true.
    fn change(&self, resolution: &Resolution) -> Result<Change<'a>, ResolveError> {
        let reference = || self.reference.clone();
        let entry = self.state.ledger.entry(&self.line.version);
        let already = || ResolveError::Already { reference: reference(), is_applied: entry.is_some() };
        // What stopped in the middle is settled either way, whatever the ledger says.
        let is_failed = self.line.standing == Standing::Failed;
        match resolution {
            Resolution::RolledBack(_) if entry.is_some() => Ok(Change::Unmark),
            Resolution::RolledBack(_) if is_failed => Ok(Change::Forget),
            Resolution::RolledBack(_) => Err(already()),
            Resolution::Applied(_) => match entry {
                None => self.only_migration().map(Change::Mark),
                Some(entry) if entry.failed => self.only_migration().map(Change::MarkAnew),
                Some(_) if is_failed => self.only_migration().map(Change::Keep),
                Some(_) => Err(already()),
            },
            Resolution::AcceptEdited(_) if self.line.standing == Standing::Edited => {
                self.only_migration().map(Change::Restamp)
            }
            Resolution::AcceptEdited(_) => {
                Err(ResolveError::NotEdited { reference: reference(), standing: self.line.standing })
            }
        }
    }

    /// The migration on disk, if it is the only one of its version.
    fn only_migration(&self) -> Result<&'a Migration, ResolveError> {
        let reference = || self.reference.clone();
        if self.line.standing == Standing::Duplicate
            && let Some(finding) = self.state.duplicate(&self.line.version)
        {
            return Err(ResolveError::Duplicate { reference: reference(), finding: Box::new(finding) });
        }
        let migration = self.state.migration(&self.line.version);
        migration.map(|migration| &**migration).ok_or_else(|| ResolveError::NoFile { reference: reference() })
    }

    /// Gives the run's number.
    async fn run(&self, change: Change<'_>) -> Result<i64, ResolveError> {
        let Some(track) = self.scene.tracks.iter().find(|track| *track.name() == self.state.track) else {
            return Err(ResolveError::NoFile { reference: self.reference.clone() });
        };
        let mut session = open_session(self.scene.lock.database(), track, self.state.ledger.exists)
            .await
            .map_err(ResolveError::Session)?;
        let journal =
            Journal::begin_run(self.scene.lock, &self.scene.inspection.journal, self.scene.origin, None)
                .await
                .map_err(ResolveError::Journal)?;
        let settings = self.local_search_path(track);
        let transaction = Transaction { opening: &settings, closing: "" };
        let result = match change {
            Change::Mark(migration) => transaction.mark(session.as_mut(), migration, None).await,
            Change::MarkAnew(migration) => transaction.mark_anew(session.as_mut(), migration).await,
            Change::Restamp(migration) => transaction.restamp(session.as_mut(), migration).await,
            Change::Keep(_) | Change::Forget => Ok(()),
            Change::Unmark => transaction.unmark(session.as_mut(), &self.line.version).await,
        };
        let outcome = if result.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
        if result.is_ok() {
            self.record(&journal, track, change).await.map_err(ResolveError::Journal)?;
        }
        journal.finish_run(outcome).await.map_err(ResolveError::Journal)?;
        let run = journal.run();
        result
            .map(|()| run)
            .map_err(|source| ResolveError::Ledger { reference: self.reference.clone(), source })
    }

    async fn record(
        &self,
        journal: &Journal<'_>,
        track: &Track,
        change: Change<'_>,
    ) -> Result<(), QueryError> {
        match change {
            Change::Mark(migration)
            | Change::MarkAnew(migration)
            | Change::Restamp(migration)
            | Change::Keep(migration) => journal.record_acceptance(track, migration).await,
            Change::Unmark | Change::Forget => {
                journal.record_removal(track, &self.line.version, &self.line.label).await
            }
        }
    }

    /// Behind a pooler the session has no search path of its own, and the ledger of a track with a schema is found by it.
    fn local_search_path(&self, track: &Track) -> String {
        let schema = track.settings.schema.as_deref();
        let schema = schema.filter(|_| self.scene.lock.database().is_behind_pooler());
        schema.map_or(String::new(), |schema| format!("SET LOCAL search_path TO {}", search_path(schema)))
    }
}
