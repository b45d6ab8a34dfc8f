//! Templates: databases on the shadow server that hold the result of a list of migrations, named by everything that decides it.
//!
//! A template is never a truth: it is named by its content, and one that is missing is made anew. Only sessions that read connect to it,
//! for a moment: a copy waits for them.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use crosstrack_database::{QueryError, Session, quote_identifier, quote_literal};
use sha2::{Digest, Sha256};

use crate::database::{Origin, ShadowDatabase, is_template_gone};
use crate::error::ShadowError;
use crate::script::run_scripts;
use crate::server::{ShadowServer, Started};

/// The beginning of the names of all templates.
const PREFIX: &str = "crosstrack_template_";

/// The number of templates that are kept on a server: the branches and databases that a person works with in turn.
const KEPT: usize = 12;

/// A template that was used within this time, in milliseconds, is in use by another command.
const IN_USE: u128 = 60_000;

/// Everything that decides what a list of migrations makes, as a chain: the key of a longer list begins with that of a shorter one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key of an empty list.
    pub(crate) fn of_server(started: &Started) -> Self {
        let surroundings = &started.surroundings;
        let texts = [env!("CARGO_PKG_VERSION"), &started.user, &surroundings.options];
        let options = started.admin.target().options.as_deref();
        let settings = surroundings.settings.iter().map(String::as_str);
        let scripts = started.prepare.iter().map(|script| script.text.as_str());
        Self([0; 32]).then(texts.into_iter().chain(options).chain(settings).chain(["prepare"]).chain(scripts))
    }

    /// The key of a list that is longer by something that these texts decide.
    pub(crate) fn then<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        digest.update(self.0);
        // Each text with its length, so that no two lists of texts run together to one.
        for text in texts {
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }

    /// The name of its template.
    pub(crate) fn template(&self) -> String {
        let mut name = PREFIX.to_owned();
        for byte in &self.0[..16] {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

/// The templates that one command makes one after the other, each longer than the one before.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    last: Option<String>,
}

impl Chain {
    /// A shadow database that begins as this template. The one that this command made last is not copied: it becomes the next one.
    pub(crate) async fn begin(
        &mut self,
        started: &Started,
        template: &str,
    ) -> Result<ShadowDatabase, ShadowError> {
        if self.last.take().is_some_and(|last| last == template)
            && let Ok(shadow) = ShadowDatabase::from_template(started, template).await
        {
            return Ok(shadow);
        }
        ShadowDatabase::create(started, Origin::Copy(template)).await
    }

    /// Keeps a shadow database as the next template.
    pub(crate) async fn keep(&mut self, shadow: ShadowDatabase, key: &Key) -> Result<String, ShadowError> {
        let name = keep(shadow, key).await?;
        self.last = Some(name.clone());
        Ok(name)
    }
}

/// The names of the templates that are there.
pub(crate) async fn kept(session: &Session) -> Result<Vec<String>, QueryError> {
    let sql = format!("SELECT datname AS name FROM pg_database WHERE starts_with(datname, '{PREFIX}')");
    let rows = session.rows("list the kept templates", &sql).await?;
    rows.iter().map(|row| row.text("name").map(str::to_owned)).collect()
}

/// Keeps a shadow database as the template of a key; where another command was faster, its template is as good.
///
/// # Errors
/// When the server does not answer any more.
async fn keep(shadow: ShadowDatabase, key: &Key) -> Result<String, ShadowError> {
    let name = key.template();
    let admin = shadow.admin_session().await?;
    match shadow.keep_as(&name).await {
        Ok(()) => {}
        Err(_) if kept(&admin).await?.contains(&name) => {}
        Err(error) => return Err(error),
    }
    mark_used(&admin, &name).await?;
    drop_old(&admin).await?;
    Ok(name)
}

/// Remembers that a template was used now.
pub(crate) async fn mark_used(session: &Session, name: &str) -> Result<(), QueryError> {
    let sql = format!("COMMENT ON DATABASE {} IS {}", quote_identifier(name), quote_literal(&moment(now())));
    match session.rows("mark a template as used", &sql).await {
        Err(error) if error.is_broken_connection() => Err(error),
        // Another command may have dropped it just now.
        _ => Ok(()),
    }
}

/// The setting of a template by which the fingerprint of its copies is remembered. A copy does not have it.
const FINGERPRINT: &str = "crosstrack.fingerprint";

/// The fingerprint of a template's copies, if it is known.
pub(crate) async fn kept_fingerprint(session: &Session, name: &str) -> Result<Option<String>, QueryError> {
    let sql = format!(
        "SELECT substr(setting, strpos(setting, '=') + 1) AS fingerprint FROM pg_db_role_setting s \
         JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting \
         WHERE d.datname = {} AND s.setrole = 0 AND starts_with(setting, '{FINGERPRINT}=')",
        quote_literal(name)
    );
    let rows = session.rows("look for a template", &sql).await?;
    rows.first().map(|row| row.text("fingerprint").map(str::to_owned)).transpose()
}

/// Remembers it.
pub(crate) async fn keep_fingerprint(
    session: &Session,
    name: &str,
    fingerprint: &str,
) -> Result<(), QueryError> {
    let sql = format!(
        "ALTER DATABASE {} SET {FINGERPRINT} TO {}",
        quote_identifier(name),
        quote_literal(fingerprint)
    );
    session.rows("describe a template", &sql).await.map(drop)
}

/// Milliseconds since 1970.
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

/// A moment as a text whose order is that of time.
fn moment(milliseconds: u128) -> String {
    format!("{milliseconds:020}")
}

/// Drops the templates that were not used for the longest time, beyond those that are kept.
async fn drop_old(session: &Session) -> Result<(), QueryError> {
    let sql = format!(
        "SELECT datname AS name FROM pg_database WHERE starts_with(datname, '{PREFIX}') AND pg_has_role(datdba, 'USAGE') \
         AND coalesce(shobj_description(oid, 'pg_database'), '') < {} \
         ORDER BY shobj_description(oid, 'pg_database') DESC NULLS LAST OFFSET {KEPT}",
        quote_literal(&moment(now().saturating_sub(IN_USE)))
    );
    for row in session.rows("look for old templates", &sql).await? {
        let sql = format!("DROP DATABASE IF EXISTS {}", quote_identifier(row.text("name")?));
        // One that another command copies or reads just now stays for the next time.
        drop(session.rows("drop an old template", &sql).await);
    }
    Ok(())
}

/// How often a template is looked for that another command drops at the same moment.
pub(crate) const ATTEMPTS: usize = 5;

/// The use of spare copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spares {
    /// One is taken, where there is one.
    Taken,
    /// They are left alone.
    Left,
}

/// A copy of a template that `find` finds or makes.
pub(crate) async fn copy(
    started: &Started,
    spares: Spares,
    mut find: impl AsyncFnMut() -> Result<Option<String>, ShadowError>,
) -> Result<ShadowDatabase, ShadowError> {
    let mut attempt = 1;
    loop {
        let copied = match find().await {
            Ok(template) => {
                let origin = match template.as_deref() {
                    None => Origin::Empty,
                    Some(template) if spares == Spares::Taken => Origin::Spare(template),
                    Some(template) => Origin::Copy(template),
                };
                ShadowDatabase::create(started, origin).await
            }
            Err(error) => Err(error),
        };
        match copied {
            Err(error) if is_template_gone(&error) && attempt < ATTEMPTS => attempt += 1,
            copied => return copied,
        }
    }
}

/// A shadow database with what there is before the first migration.
pub(crate) async fn prepared_copy(
    server: &ShadowServer,
    started: &Started,
) -> Result<ShadowDatabase, ShadowError> {
    copy(started, Spares::Left, async || prepared(server, started).await).await
}

/// The template with what there is before the first migration; none where that is nothing.
pub(crate) async fn prepared(
    server: &ShadowServer,
    started: &Started,
) -> Result<Option<String>, ShadowError> {
    if started.prepare.is_empty() {
        return Ok(None);
    }
    let key = Key::of_server(started);
    let session = started.admin.session("shadow").await.map_err(ShadowError::Connect)?;
    if kept(&session).await?.contains(&key.template()) {
        mark_used(&session, &key.template()).await?;
        return Ok(Some(key.template()));
    }
    let shadow = ShadowDatabase::create(started, Origin::Empty).await?;
    let ran = async {
        let session = shadow.database().session("prepare").await.map_err(ShadowError::Connect)?;
        run_scripts(server, &session, &started.prepare).await
    };
    match ran.await {
        Ok(()) => keep(shadow, &key).await.map(Some),
        Err(error) => {
            // What went wrong first is reported.
            drop(shadow.remove().await);
            Err(error)
        }
    }
}
