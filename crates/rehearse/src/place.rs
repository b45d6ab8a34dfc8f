//! Where it is rehearsed: a copy of the database's schema, or where there can be none a replay.
//!
//! Must not leave a scratch database behind, whatever happened.

use crosstrack_backup::{Connection, Programs, SchemaCopy, copy_schema};
use crosstrack_catalog::Catalog;
use crosstrack_database::{Database, Reader, ScratchDatabase};
use crosstrack_engine::Track;
use crosstrack_loss::Identities;
use crosstrack_model::{Direction, Step, TrackState};
use crosstrack_replay::{Ground, ReplayError, Replaying, catalog_without_ledgers};
use crosstrack_script::reaches_beyond_database;

use crate::error::RehearseError;
use crate::rehearsal::Base;

/// A scratch database that begins where the plan begins.
pub(crate) struct Place<'a> {
    pub(crate) base: Base,
    standing_on: StandingOn<'a>,
}

enum StandingOn<'a> {
    Copy(Box<ScratchDatabase>),
    Replay(Box<Ground<'a>>),
}

/// What a copy is made with.
#[derive(Clone, Copy)]
pub struct Copying<'a> {
    /// The database.
    pub live: &'a Database,
    /// The client programs, or why there are none.
    pub programs: Result<&'a Programs, &'a str>,
    /// Whether the run was asked to stop.
    pub is_stopped: &'a dyn Fn() -> bool,
}

impl<'a> Place<'a> {
    /// Makes it: the most faithful that can be had.
    pub(crate) async fn make(
        replaying: Replaying<'a>,
        copying: Copying<'_>,
        applied: &[TrackState],
    ) -> Result<Self, RehearseError> {
        let mut reason = match copying.programs {
            Ok(_) => String::new(),
            Err(reason) => reason.to_owned(),
        };
        if let Ok(programs) = copying.programs {
            for (is_faithful, base) in [(true, Base::Copy), (false, Base::CopyWithoutOwners)] {
                let scratch = ScratchDatabase::create(replaying.target, replaying.application)
                    .await
                    .map_err(ReplayError::Scratch)?;
                let copy = SchemaCopy {
                    from: Connection {
                        target: copying.live.target(),
                        endpoint: copying.live.endpoint(),
                        is_stopped: copying.is_stopped,
                    },
                    into: scratch.database().target(),
                    programs,
                    is_faithful,
                };
                match copy_schema(&copy).await {
                    Ok(()) => return Ok(Self { base, standing_on: StandingOn::Copy(Box::new(scratch)) }),
                    Err(error) => reason = error.to_string(),
                }
                scratch.remove().await.map_err(ReplayError::Scratch)?;
                if (copying.is_stopped)() {
                    return Err(RehearseError::Stopped);
                }
            }
        }
        let ground = Box::new(replay(replaying, applied).await?);
        Ok(Self { base: Base::Replay { reason }, standing_on: StandingOn::Replay(ground) })
    }

    /// The scratch database.
    pub(crate) fn database(&self) -> &Database {
        match &self.standing_on {
            StandingOn::Copy(scratch) => scratch.database(),
            StandingOn::Replay(ground) => ground.database(),
        }
    }

    /// Drops it.
    pub(crate) async fn remove(self) -> Result<(), RehearseError> {
        match self.standing_on {
            StandingOn::Copy(scratch) => scratch.remove().await.map_err(ReplayError::Scratch)?,
            StandingOn::Replay(ground) => ground.remove().await?,
        }
        Ok(())
    }
}

/// The schema of a database, and what its tables and columns are to the server.
pub(crate) async fn look(
    reader: &mut Reader,
    tracks: &[Track],
) -> Result<(Catalog, Identities), RehearseError> {
    let snapshot = reader.snapshot();
    let identities = Identities::read(&snapshot).await.map_err(ReplayError::Query)?;
    snapshot.end().await.map_err(ReplayError::Query)?;
    Ok((catalog_without_ledgers(reader.snapshot(), tracks).await?, identities))
}

async fn replay<'a>(replaying: Replaying<'a>, applied: &[TrackState]) -> Result<Ground<'a>, RehearseError> {
    let is_applied = |step: &Step| {
        let state = applied.iter().find(|state| state.track == step.track);
        state.is_some_and(|state| state.ledger.entry(&step.migration.version).is_some())
    };
    let mut ground = Ground::fresh(replaying).await?;
    let made = async {
        let states = ground.inspect().await?.tracks;
        let mut steps = ground.steps(&states)?;
        steps.retain(is_applied);
        if let Some(step) = steps.iter().find(|step| reaches_beyond_database(&step.script.sql)) {
            return Err(RehearseError::beyond(step));
        }
        Ok(ground.run(Direction::Up, &steps).await?.map_err(ReplayError::Execute)?)
    };
    match made.await {
        Ok(()) => Ok(ground),
        Err(error) => {
            // What went wrong first is what is said.
            drop(ground.remove().await);
            Err(error)
        }
    }
}
