//! The objects that migrations make, found by replaying them on a shadow database: only those may `fresh` drop.
//!
//! It drops nothing itself.

use crosstrack_model::TrackState;

use crate::error::ShadowError;
use crate::history::History;
use crate::objects::{OBJECTS, Object, read_object};
use crate::replay::with_view;
use crate::server::ShadowServer;
use crate::shadow::with_shadow;

/// The objects of the migrations that are applied according to these states, the migrations tables among them. An object that is there
/// before the first migration is not one of them, even if a migration changes it or creates it again.
///
/// # Errors
/// When there can be no shadow database, or a script fails there.
pub async fn objects_of_migrations(
    history: History<'_>,
    states: &[TrackState],
) -> Result<Vec<Object>, ShadowError> {
    let before = prepared_objects(history.server).await?;
    let applied = history.applied(states)?;
    let mut made = with_view(history, &applied, async |view| view.objects().await).await?;
    made.retain(|object| !before.contains(object));
    Ok(made)
}

/// The objects that are there before the first migration.
async fn prepared_objects(server: &ShadowServer) -> Result<Vec<Object>, ShadowError> {
    if server.prepare()?.is_empty() {
        return Ok(Vec::new());
    }
    with_shadow(server, &[], async |shadow| {
        let rows = shadow.session("shadow").await?.rows("list the objects", OBJECTS).await?;
        Ok(rows.iter().map(read_object).collect::<Result<_, _>>()?)
    })
    .await
}
