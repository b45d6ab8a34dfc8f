//! The database on which a plan is tried: a copy of the target's schema, or where there can be none a replay.
//!
//! It must not judge what happens there.

use crosstrack_backup::{Connection, Programs, SchemaCopy, copy_schema};
use crosstrack_catalog::Catalog;
use crosstrack_database::{Database, Reader};
use crosstrack_engine::Track;
use crosstrack_loss::Identities;
use crosstrack_model::{Step, TrackState};

use crate::catalog::catalog_without_ledgers;
use crate::database::{Origin, ShadowDatabase};
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::reach::scope_of_steps;
use crate::rehearse::error::RehearseError;
use crate::rehearse::rehearsal::Base;
use crate::replay::with_replay;
use crate::server::Started;
use crate::shadow::on_database;

/// What a copy is made with.
#[derive(Clone, Copy)]
pub struct Copying<'a> {
    /// The target.
    pub live: &'a Database,
    /// The client programs, or why there are none.
    pub programs: Result<&'a Programs, &'a str>,
    /// Whether the run was asked to stop.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// Gives a database that begins where the plan begins to `work`: the most faithful that can be had.
pub(crate) async fn with_beginning<T>(
    history: History<'_>,
    copying: Copying<'_>,
    (applied, plan): (&[TrackState], &[Step]),
    work: impl AsyncFn(&Database) -> Result<T, RehearseError>,
) -> Result<(Base, T), RehearseError> {
    let mut reason = match copying.programs {
        Ok(_) => String::new(),
        Err(reason) => reason.to_owned(),
    };
    if let Ok(programs) = copying.programs {
        let scope = scope_of_steps(history.server, plan.iter())?;
        for (is_faithful, base) in [(true, Base::Copy), (false, Base::CopyWithoutOwners)] {
            let tried = scope.within(history.server, async |started| {
                on_copy(history, (started, programs), (copying, is_faithful), &work).await
            });
            match tried.await? {
                Ok(done) => return Ok((base, done)),
                Err(why_not) => reason = why_not,
            }
            if (copying.is_stopped)() {
                return Err(RehearseError::Stopped);
            }
        }
    }
    let steps = history.applied(applied).map_err(ShadowError::Plan)?;
    let steps = Steps { replayed: &steps, tried: plan };
    let done = with_replay(history, steps, async |replay| work(replay.database()).await).await?;
    Ok((Base::Replay { reason }, done))
}

/// The inner error is the reason why there is no copy.
async fn on_copy<T>(
    history: History<'_>,
    (started, programs): (&Started, &Programs),
    (copying, is_faithful): (Copying<'_>, bool),
    work: &impl AsyncFn(&Database) -> Result<T, RehearseError>,
) -> Result<Result<T, String>, RehearseError> {
    // A copy has what existed before the first migration.
    let created = ShadowDatabase::create(started, Origin::Empty).await?.without_preparation();
    on_database(history.server, started, created, async |shadow| {
        let copy = SchemaCopy {
            from: Connection {
                target: copying.live.target(),
                endpoint: copying.live.endpoint(),
                is_stopped: copying.is_stopped,
            },
            into: Connection {
                target: shadow.database().target(),
                endpoint: shadow.database().endpoint(),
                is_stopped: copying.is_stopped,
            },
            programs,
            is_faithful,
        };
        match copy_schema(&copy).await {
            Ok(()) => Ok(Ok(work(shadow.database()).await?)),
            Err(error) => Ok(Err(error.to_string())),
        }
    })
    .await
}

/// The schema of a database, and the identities of its tables and columns.
pub(crate) async fn look(
    reader: &mut Reader,
    tracks: &[Track],
) -> Result<(Catalog, Identities), RehearseError> {
    let snapshot = reader.snapshot();
    let identities = Identities::read(&snapshot).await.map_err(ShadowError::Query)?;
    snapshot.end().await.map_err(ShadowError::Query)?;
    Ok((catalog_without_ledgers(reader.snapshot(), tracks).await?, identities))
}
