//! Shadow databases: created empty or as a copy of a template, and dropped by their creator, whatever happened.
//!
//! A killed run leaves its shadow database behind. It is known by its name and dropped by the next run that creates one; one that is in
//! use is never dropped.

use std::time::Duration;

use crosstrack_database::{Database, QueryError, Session, quote_identifier, quote_literal};

use crate::error::ShadowError;
use crate::server::Started;

/// The beginning of the names of all shadow databases.
const PREFIX: &str = "crosstrack_shadow_";

/// The beginning of the names of spare copies: they are ready before they are asked for.
const SPARE: &str = "crosstrack_spare_";

/// The name of the spare copy of a template.
fn spare_of(template: &str) -> String {
    format!("{SPARE}{}", template.rsplit('_').next().unwrap_or_default())
}

/// A shadow database.
///
/// It lives until [`ShadowDatabase::remove`]. A session of this value has the shadow database's name as its own: another run sees by it
/// that it is in use, before a session is opened in it.
#[must_use = "a shadow database stays until it is removed"]
pub(crate) struct ShadowDatabase {
    database: Database,
    admin: Database,
    keeper: Session,
    is_empty: bool,
}

/// The beginning of a shadow database.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// Empty.
    Empty,
    /// A copy of this database, to which no session is connected.
    Copy(&'a str),
    /// The same; a spare copy is taken where there is one.
    Spare(&'a str),
}

impl ShadowDatabase {
    /// Creates one: with the target's encoding and locale where this server has them, and with the settings that the target gives
    /// each session.
    ///
    /// # Errors
    /// When the server does not answer, or the user may not create databases.
    pub(crate) async fn create(started: &Started, origin: Origin<'_>) -> Result<Self, ShadowError> {
        let (keeper, name) = claim(started).await?;
        remove_leftovers(&keeper).await.map_err(ShadowError::Refused)?;
        create(&keeper, started, (&name, origin)).await?;
        for setting in &started.surroundings.settings {
            let sql = format!("ALTER DATABASE {} SET {setting}", quote_identifier(&name));
            // A shadow database does without a setting that only a superuser may give, or that this version does not know.
            drop(keeper.rows("set up a shadow database", &sql).await);
        }
        let is_empty = matches!(origin, Origin::Empty);
        Ok(Self { database: started.database(&name), admin: started.admin.clone(), keeper, is_empty })
    }

    /// Makes a template one, instead of a copy of it.
    ///
    /// # Errors
    /// When the server does not answer, or another command uses the template.
    pub(crate) async fn from_template(started: &Started, template: &str) -> Result<Self, ShadowError> {
        let (keeper, name) = claim(started).await?;
        let sql =
            format!("ALTER DATABASE {} RENAME TO {}", quote_identifier(template), quote_identifier(&name));
        keeper.rows("use a template", &sql).await.map_err(ShadowError::Refused)?;
        Ok(Self { database: started.database(&name), admin: started.admin.clone(), keeper, is_empty: false })
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The session of this value, which is connected to another database.
    pub(crate) fn keeper(&self) -> &Session {
        &self.keeper
    }

    /// A session of the server's administrator in another database.
    pub(crate) async fn session_of(&self, name: &str) -> Result<Session, ShadowError> {
        let database = self.admin.with_target(self.admin.target().with_database(name));
        database.session("shadow").await.map_err(ShadowError::Connect)
    }

    /// Drops another database by the session of this value, which is no shadow database any more. The server goes on with it when this
    /// program has ended; what it does not come to is dropped by the next command that creates a shadow database.
    pub(crate) async fn leave(self, former: &str) {
        drop(tokio::time::timeout(SENT, drop_database(&self.keeper, former)).await);
    }

    /// Makes a spare copy of a template for the next command. The server goes on with it when this program has ended.
    pub(crate) async fn make_spare(session: &Session, template: &str) {
        let sql = format!(
            "CREATE DATABASE {} TEMPLATE {}",
            quote_identifier(&spare_of(template)),
            quote_identifier(template)
        );
        drop(tokio::time::timeout(SENT, session.rows("make a spare copy", &sql)).await);
    }

    /// The same without the scripts that prepare it.
    pub(crate) fn without_preparation(self) -> Self {
        Self { is_empty: false, ..self }
    }

    /// Whether it began empty, so that the scripts that prepare it have still to run.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Another session of the server's administrator, which outlives the shadow database.
    pub(crate) async fn admin_session(&self) -> Result<Session, ShadowError> {
        self.admin.session("shadow").await.map_err(ShadowError::Connect)
    }

    /// Gives it another name, under which it is kept: it is no shadow database any more.
    ///
    /// # Errors
    /// When the server refuses, because a session is still connected to it for example. Then it is dropped.
    pub(crate) async fn keep_as(self, name: &str) -> Result<(), ShadowError> {
        let own = quote_identifier(&self.database.target().database);
        let sql = format!("ALTER DATABASE {own} RENAME TO {}", quote_identifier(name));
        match self.keeper.rows("keep a shadow database", &sql).await {
            Ok(_) => Ok(()),
            Err(source) => {
                self.remove().await?;
                Err(ShadowError::Refused(source))
            }
        }
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub(crate) async fn remove(self) -> Result<(), ShadowError> {
        let name = self.database.target().database.clone();
        match drop_database(&self.keeper, &name).await {
            Err(error) if error.is_broken_connection() => {
                let session = self.admin.session("shadow").await.map_err(ShadowError::Connect)?;
                drop_database(&session, &name).await
            }
            result => result,
        }
        .map_err(|source| ShadowError::Left { name, source })
    }
}

/// A session that claims a name for a shadow database, and the name.
async fn claim(started: &Started) -> Result<(Session, String), ShadowError> {
    let keeper = started.admin.session("shadow").await.map_err(ShadowError::Connect)?;
    let random = "SELECT substr(md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text), 1, 16) AS random";
    let random = keeper.rows("choose a name", random).await?;
    let name = format!("{PREFIX}{}", random.first().map_or(Ok(""), |row| row.text("random"))?);
    // Limits that a role or a database gives its statements are not meant for creating a database.
    let claim = format!(
        "SET application_name TO {}; SET statement_timeout TO 0; SET lock_timeout TO 0",
        quote_literal(&name)
    );
    keeper.rows("claim a shadow database", &claim).await.map_err(ShadowError::Refused)?;
    Ok((keeper, name))
}

/// Whether a copy failed because its template was dropped just then, or is in use for a moment: `undefined_database`, `object_in_use`.
pub(crate) fn is_template_gone(error: &ShadowError) -> bool {
    let ShadowError::Refused(source) = error else { return false };
    source.server_error().is_some_and(|server| matches!(server.code.as_str(), "3D000" | "55006"))
}

/// The time in which a statement is on its way to the server.
const SENT: Duration = Duration::from_millis(5);

/// `object_in_use`.
const IN_USE: &str = "55006";

/// Drops a database, whoever is connected to it. Without `FORCE` the server sends autovacuum's workers away by itself; with it, a user who
/// is no superuser may not send them away.
pub(crate) async fn drop_database(session: &Session, name: &str) -> Result<(), QueryError> {
    let purpose = "drop a shadow database";
    let sql = format!("DROP DATABASE IF EXISTS {}", quote_identifier(name));
    match session.rows(purpose, &sql).await {
        Err(error) if error.server_error().is_some_and(|server| server.code == IN_USE) => {
            session.rows(purpose, &format!("{sql} WITH (FORCE)")).await.map(drop)
        }
        result => result.map(drop),
    }
}

async fn create(
    keeper: &Session,
    started: &Started,
    (name, origin): (&str, Origin<'_>),
) -> Result<(), ShadowError> {
    let purpose = "create a shadow database";
    let owner = if started.user == started.admin.target().user {
        String::new()
    } else {
        format!(" OWNER {}", quote_identifier(&started.user))
    };
    let head = format!("CREATE DATABASE {}{owner}", quote_identifier(name));
    let made = match origin {
        Origin::Spare(template) if take_spare(keeper, template, name).await => return Ok(()),
        Origin::Copy(template) | Origin::Spare(template) => {
            keeper.rows(purpose, &format!("{head} TEMPLATE {}", quote_identifier(template))).await
        }
        Origin::Empty => {
            let plain = format!("{head} TEMPLATE template0");
            match keeper.rows(purpose, &format!("{plain}{}", started.surroundings.options)).await {
                // This machine does not have the target's locale: the order of texts may be another.
                Err(error) if is_of_the_locale(&error) => keeper.rows(purpose, &plain).await,
                made => made,
            }
        }
    };
    made.map(drop).map_err(|source| match source.server_error() {
        Some(server) if server.code == "42501" => {
            ShadowError::NotAllowed { user: started.admin.target().user.clone(), source }
        }
        _ => ShadowError::Refused(source),
    })
}

/// Gives the spare copy of a template another name, if there is one; otherwise those of other templates are dropped.
async fn take_spare(keeper: &Session, template: &str, name: &str) -> bool {
    let spare = spare_of(template);
    let sql = format!("ALTER DATABASE {} RENAME TO {}", quote_identifier(&spare), quote_identifier(name));
    if keeper.rows("take a spare copy", &sql).await.is_ok() {
        return true;
    }
    let others = format!(
        "SELECT datname FROM pg_database WHERE starts_with(datname, '{SPARE}') AND datname <> {} AND pg_has_role(datdba, 'USAGE')",
        quote_literal(&spare)
    );
    for row in keeper.rows("look for spare copies", &others).await.unwrap_or_default() {
        // One that cannot be dropped now is for the next command.
        drop(drop_database(keeper, row.text("datname").unwrap_or_default()).await);
    }
    false
}

/// `wrong_object_type`, `invalid_parameter_value`, `feature_not_supported`, `syntax_error` and `undefined_object`: an unknown locale, one
/// that does not fit the encoding, or an option that this version does not have.
fn is_of_the_locale(error: &QueryError) -> bool {
    const CODES: [&str; 5] = ["42809", "22023", "0A000", "42601", "42704"];
    error.server_error().is_some_and(|server| CODES.contains(&server.code.as_str()))
}

/// Drops what killed runs have left. The server would refuse to drop one to which a session is connected; one that is only being created
/// has its creator's session.
async fn remove_leftovers(session: &Session) -> Result<(), QueryError> {
    let sql = format!(
        "SELECT d.datname FROM pg_database d WHERE starts_with(d.datname, '{PREFIX}') AND pg_has_role(d.datdba, 'USAGE') \
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname OR a.application_name = d.datname)"
    );
    for row in session.rows("look for shadow databases", &sql).await? {
        let drop_it = format!("DROP DATABASE IF EXISTS {}", quote_identifier(row.text("datname")?));
        // Another run may be faster, and what cannot be dropped now is for the next one.
        drop(session.rows("drop a shadow database", &drop_it).await);
    }
    Ok(())
}
