//! The shadow server that the next command will get, told without starting or creating anything.
//!
//! It must not write anywhere.

use crosstrack_database::{Database, QueryError};

use crate::error::ShadowError;
use crate::programs::choose_binaries;
use crate::server::{Place, ShadowServer, reach_target, refuse_target};

/// The shadow server that the next command will get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forecast {
    /// A private server.
    Private {
        /// Its version.
        version: String,
        /// The target's major version, where that is another.
        other_than: Option<u32>,
    },
    /// A server that was named.
    Server {
        /// The user there.
        user: String,
        /// Whether that user may create databases.
        may_create: bool,
    },
    /// The target's own server.
    Target {
        /// The user there.
        user: String,
        /// Whether that user may create databases.
        may_create: bool,
    },
}

impl ShadowServer {
    /// Tells which server it will be.
    ///
    /// # Errors
    /// When there will be none.
    pub async fn forecast(&self) -> Result<Forecast, ShadowError> {
        let surroundings = self.surroundings().await?;
        match self.place() {
            Place::Private(place) => {
                let version = choose_binaries(place, surroundings.major)?.version;
                let other_than = surroundings.major.filter(|major| *major != version.major);
                Ok(Forecast::Private { version: version.to_string(), other_than })
            }
            Place::Server(target) => {
                let admin = self.reach((**target).clone()).await?;
                refuse_target(&admin, &surroundings, target).await?;
                let may_create = may_create_databases(&admin).await?;
                Ok(Forecast::Server { user: target.user.clone(), may_create })
            }
            Place::Target | Place::BesideTarget => {
                let target = self.target()?;
                let (database, _) =
                    reach_target(target, self.application()).await.map_err(ShadowError::Target)?;
                let may_create = may_create_databases(&database).await?;
                Ok(Forecast::Target { user: target.user.clone(), may_create })
            }
        }
    }
}

async fn may_create_databases(database: &Database) -> Result<bool, ShadowError> {
    let mut reader = database.reader().await.map_err(ShadowError::Connect)?;
    let snapshot = reader.snapshot();
    let sql = "SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user";
    let rows = snapshot.rows("ask what the user may do", sql).await?;
    snapshot.end().await?;
    let may = rows.first().map_or(Ok(false), |row| row.truth("may"));
    may.map_err(|error: QueryError| error.into())
}
