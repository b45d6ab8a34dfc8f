//! The look at the database itself: ledgers, journal, catalog, and the surroundings that a shadow database takes over from it, in one snapshot.
//!
//! Must not judge, and must not write: the server would refuse it.

use crate::catalog::catalog_without_ledgers;
use crate::error::ShadowError;
use crosstrack_catalog::Catalog;
use crosstrack_database::Snapshot;
use crosstrack_engine::{Inspection, Track, inspect};

/// A database as one snapshot shows it.
#[derive(Debug)]
pub struct Live {
    /// The ledgers and the journal.
    pub inspection: Inspection,
    /// Everything that is there, without the ledgers and the journal.
    pub catalog: Catalog,
    /// What changes what the same migrations make: the server's version, the encoding, the settings of the database.
    pub(crate) surroundings: String,
}

/// The settings of a database and of a role in it may hold anything, so nobody but a fingerprint sees them.
const SURROUNDINGS: &str = "
SELECT concat_ws(E'\\n', version(), current_user, session_user, current_setting('search_path'), pg_encoding_to_char(d.encoding), d.datcollate,
    d.datctype, to_jsonb(d)->>'datlocprovider', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'),
    (SELECT string_agg(s.setrole || s.setconfig::text, E'\\n' ORDER BY s.setdatabase, s.setrole) FROM pg_db_role_setting s
     WHERE s.setdatabase IN (0, d.oid))) AS surroundings
FROM pg_database d WHERE d.datname = current_database()";

/// Takes the look. The snapshot is ended.
///
/// # Errors
/// When the server refuses or does not answer any more.
pub async fn look(snapshot: Snapshot<'_>, tracks: &[Track]) -> Result<Live, ShadowError> {
    let inspection = inspect(&snapshot, tracks).await?;
    let rows = snapshot.rows("describe the database", SURROUNDINGS).await?;
    let surroundings = rows.first().map_or(Ok(""), |row| row.text("surroundings"));
    let surroundings = surroundings?.to_owned();
    let catalog = catalog_without_ledgers(snapshot, tracks).await?;
    Ok(Live { inspection, catalog, surroundings })
}
