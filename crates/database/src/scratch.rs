//! Scratch databases: made to be thrown away, on the server of a database that is never touched itself.
//!
//! Whoever made one drops it, whatever happened. What a killed run has left is recognised by its name, and dropped by the next
//! run that makes one; never one that somebody works in.

use crosstrack_settings::Target;

use crate::connect::{ConnectError, Database};
use crate::maintenance::beside;
use crate::query::{QueryError, Row};
use crate::session::{Session, quote_identifier, quote_literal};

/// What the names of all scratch databases start with.
const PREFIX: &str = "crosstrack_scratch_";

/// A database that is made to be thrown away.
///
/// It lives until [`ScratchDatabase::remove`]. A session of this value, on the original, has the scratch database's name as its
/// own: that is how another run knows that it is not left over, before anybody is connected to it.
#[derive(Debug)]
#[must_use = "a scratch database stays until it is removed"]
pub struct ScratchDatabase {
    database: Database,
    original: Database,
    keeper: Session,
}

/// Why there is no scratch database, or why there still is one.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The server could not be reached.
    #[error("cannot reach the server for a scratch database")]
    Connect(#[source] ConnectError),
    /// The user lacks the right.
    #[error("the user `{user}` may not create a scratch database")]
    NotAllowed {
        /// The user.
        user: String,
        /// What the server says.
        source: QueryError,
    },
    /// The server refused for another reason.
    #[error("cannot create a scratch database")]
    Refused(#[source] QueryError),
    /// It could not be dropped.
    #[error("cannot drop the scratch database `{name}`")]
    Left {
        /// Its name.
        name: String,
        /// What the server says.
        source: QueryError,
    },
}

impl ScratchDatabase {
    /// Makes one beside the target: its encoding, its locale and the settings that the target gives every session. Where there
    /// is no database of the target's name yet, those of the server's own.
    ///
    /// # Errors
    /// When the server does not answer, or the user may not create databases.
    pub async fn create(target: &Target, application: &str) -> Result<Self, ScratchError> {
        let original = reach(target, application).await.map_err(ScratchError::Connect)?;
        let keeper = original.session("scratch").await.map_err(ScratchError::Connect)?;
        let description = describe(&keeper).await.map_err(ScratchError::Refused)?;
        // Limits that the role or the database gives its statements are not meant for making a database.
        let name = quote_literal(&description.name);
        let claim =
            format!("SET application_name TO {name}; SET statement_timeout TO 0; SET lock_timeout TO 0");
        keeper.rows("claim a scratch database", &claim).await.map_err(ScratchError::Refused)?;
        remove_leftovers(&keeper).await.map_err(ScratchError::Refused)?;
        let made = keeper.rows("create a scratch database", &description.creation).await;
        made.map_err(|source| match source.server_error() {
            Some(server) if server.code == "42501" => {
                ScratchError::NotAllowed { user: target.user.clone(), source }
            }
            _ => ScratchError::Refused(source),
        })?;
        let database = original.beside(&description.name);
        for setting in &description.settings {
            // What only a superuser may give a database, an ordinary user's scratch database does without.
            drop(keeper.rows("settle a scratch database", setting).await);
        }
        Ok(Self { database, original, keeper })
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn remove(self) -> Result<(), ScratchError> {
        let name = self.database.target().database.clone();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_identifier(&name));
        let purpose = "drop a scratch database";
        match self.keeper.rows(purpose, &sql).await {
            Err(error) if error.is_broken_connection() => {
                let session = self.original.session("scratch").await.map_err(ScratchError::Connect)?;
                session.rows(purpose, &sql).await
            }
            result => result,
        }
        .map(drop)
        .map_err(|source| ScratchError::Left { name, source })
    }
}

/// The target, or where it is not there yet another database of its server.
async fn reach(target: &Target, application: &str) -> Result<Database, ConnectError> {
    let missing = match Database::connect(target.clone(), application.to_owned()).await {
        Ok((database, _)) => return Ok(database),
        Err(error) if error.is_missing_database() => error,
        Err(error) => return Err(error),
    };
    beside(target, application).await.map_err(|_| missing)
}

/// What a scratch database is to be like.
struct Description {
    name: String,
    creation: String,
    settings: Vec<String>,
}

/// The columns that describe a locale differ from version to version: one that a version does not have is null here.
const DESCRIBE: &str = "
SELECT md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text) AS random,
    pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype, to_jsonb(d)->>'datlocprovider' AS provider,
    coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale, to_jsonb(d)->>'daticurules' AS rules
FROM pg_database d WHERE d.datname = current_database()";

/// What every session of this user in this database begins with; the user's own come last and count.
const SETTINGS: &str = "
SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value
FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
ORDER BY s.setrole = 0 DESC";

async fn describe(session: &Session) -> Result<Description, QueryError> {
    let purpose = "describe a database";
    let rows = session.rows(purpose, DESCRIBE).await?;
    let settings = session.rows(purpose, SETTINGS).await?;
    let random = rows.first().map_or(Ok(""), |row| row.text("random"))?;
    let name = format!("{PREFIX}{}", random.get(..16).unwrap_or(random));
    let mut creation = format!("CREATE DATABASE {} TEMPLATE template0", quote_identifier(&name));
    if let Some(row) = rows.first() {
        creation += &locale(row)?;
    }
    let settings = settings.iter().map(|row| setting(&name, row)).collect::<Result<_, _>>()?;
    Ok(Description { name, creation, settings })
}

/// By the options of <https://www.postgresql.org/docs/current/sql-createdatabase.html>.
fn locale(row: &Row) -> Result<String, QueryError> {
    let mut options = String::new();
    let mut option = |name: &str, value: &str| options += &format!(" {name} {}", quote_literal(value));
    option("ENCODING", row.text("encoding")?);
    option("LC_COLLATE", row.text("datcollate")?);
    option("LC_CTYPE", row.text("datctype")?);
    if let (Some(provider @ ("i" | "b")), Some(locale)) = (row.optional("provider")?, row.optional("locale")?)
    {
        option("LOCALE_PROVIDER", if provider == "i" { "icu" } else { "builtin" });
        option(if provider == "i" { "ICU_LOCALE" } else { "BUILTIN_LOCALE" }, locale);
    }
    if let Some(rules) = row.optional("rules")? {
        option("ICU_RULES", rules);
    }
    Ok(options)
}

/// A search path is kept as the list of names that it is; quoted once more it would be one name.
fn setting(database: &str, row: &Row) -> Result<String, QueryError> {
    let (name, value) = (row.text("name")?, row.text("value")?);
    let value = if name == "search_path" { value.to_owned() } else { quote_literal(value) };
    // A setting of an extension's has a dot in its name, and each part is a name.
    let name: Vec<String> = name.split('.').map(quote_identifier).collect();
    Ok(format!("ALTER DATABASE {} SET {} TO {value}", quote_identifier(database), name.join(".")))
}

/// Drops what killed runs have left. One in which somebody works the server would refuse to drop; one that is only being made
/// has its maker's session.
async fn remove_leftovers(session: &Session) -> Result<(), QueryError> {
    let sql = format!(
        "SELECT d.datname FROM pg_database d WHERE starts_with(d.datname, '{PREFIX}') AND pg_has_role(d.datdba, 'USAGE') \
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname OR a.application_name = d.datname)"
    );
    for row in session.rows("look for scratch databases", &sql).await? {
        let drop_it = format!("DROP DATABASE IF EXISTS {}", quote_identifier(row.text("datname")?));
        // Another run may be faster, and what cannot be dropped now is for the next one.
        drop(session.rows("drop a scratch database", &drop_it).await);
    }
    Ok(())
}
