//! The reach of scripts beyond their database, and the places where they can be tried in spite of it.
//!
//! A private server of its own undoes what a script does to the server; nothing undoes what it does outside of a server.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crosstrack_database::{QueryError, Session, quote_identifier};
use crosstrack_model::Step;
use crosstrack_script::{Reach, reach};

use crate::error::ShadowError;
use crate::roles::drop_stand_ins;
use crate::script::Script;
use crate::server::{ShadowServer, Started};

/// The place where scripts are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// On the server that all shadow databases share: the scripts stay in their database.
    Shared,
    /// The same, and the server is the target's, where nothing is kept.
    Target,
    /// On a private server of their own, which is deleted afterwards.
    Apart {
        /// The roles that the scripts create: they are not created before.
        created: BTreeSet<String>,
    },
    /// On the named server, alone there, and the roles that they create are dropped afterwards.
    Alone {
        /// The roles that the scripts create: they are not there before.
        created: BTreeSet<String>,
    },
}

/// The scope of files.
///
/// # Errors
/// When one may reach further than can be undone.
pub(crate) fn scope_of_scripts(server: &ShadowServer, scripts: &[Script]) -> Result<Scope, ShadowError> {
    scope(server, scripts.iter().map(Tried::of_script))
}

/// The scope of migrations.
///
/// # Errors
/// When one may reach further than can be undone.
pub(crate) fn scope_of_steps<'a>(
    server: &ShadowServer,
    steps: impl Iterator<Item = &'a Step>,
) -> Result<Scope, ShadowError> {
    let texts = steps.map(|step| Tried {
        reference: format!("{}/{}", step.track, step.migration.label),
        path: step.script.path.clone(),
        sql: &step.script.sql,
    });
    scope(server, texts)
}

/// A text that is to be tried.
struct Tried<'a> {
    reference: String,
    path: Option<PathBuf>,
    sql: &'a str,
}

impl<'a> Tried<'a> {
    fn of_script(script: &'a Script) -> Self {
        let path = script.path.clone();
        Self { reference: path.display().to_string(), path: Some(path), sql: &script.text }
    }
}

fn scope<'a>(server: &ShadowServer, texts: impl Iterator<Item = Tried<'a>>) -> Result<Scope, ShadowError> {
    for script in server.prepare()? {
        // What it creates on the server stays there, such as the roles of a capture.
        if let Err(reach) = allowed_reach(server, &script.text) {
            return Err(ShadowError::BeyondPrepare { path: script.path, reach });
        }
    }
    let (mut reaches_server, mut created) = (false, BTreeSet::new());
    for tried in texts {
        let Tried { reference, path, sql } = tried;
        let reach =
            allowed_reach(server, sql).map_err(|reach| ShadowError::Beyond { reference, reach, path })?;
        if reach == Reach::Server {
            reaches_server = true;
            created.extend(crosstrack_script::created(sql).roles);
        }
    }
    Ok(match (server.is_the_targets(), server.is_private(), reaches_server) {
        (true, _, _) => Scope::Target,
        (_, _, false) => Scope::Shared,
        (_, true, true) => Scope::Apart { created },
        (_, false, true) => Scope::Alone { created },
    })
}

/// The reach of a text; the error is the effect that nothing could undo.
fn allowed_reach(server: &ShadowServer, sql: &str) -> Result<Reach, &'static str> {
    match reach(sql) {
        Reach::Outside => Err("may run programs, read or write files, or reach other servers"),
        Reach::Server if server.is_the_targets() => {
            Err("may change roles, other databases or settings of the target's server")
        }
        allowed => Ok(allowed),
    }
}

impl Scope {
    /// True where the result of a replay may stay as a template.
    pub(crate) fn keeps_templates(&self) -> bool {
        *self == Self::Shared
    }

    /// Gives the server to `work`.
    pub(crate) async fn within<T, E: From<ShadowError>>(
        &self,
        server: &ShadowServer,
        work: impl AsyncFnOnce(&Started) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Shared | Self::Target => work(server.shared_with_roles().await?).await,
            Self::Apart { created } => work(&server.apart(created).await?).await,
            Self::Alone { created } => alone(server, created, work).await,
        }
    }
}

/// Two commands that create roles of one name would meet on a shared server: one after the other.
const LOCK: &str = "SELECT pg_advisory_lock(hashtext('crosstrack shadow server'))";

async fn alone<T, E: From<ShadowError>>(
    server: &ShadowServer,
    created: &BTreeSet<String>,
    work: impl AsyncFnOnce(&Started) -> Result<T, E>,
) -> Result<T, E> {
    let started = server.shared().await?;
    let session = started.admin.session("shadow alone").await.map_err(ShadowError::Connect)?;
    let begun = async {
        session.rows("wait for another shadow run", LOCK).await?;
        drop_stand_ins(&session, created).await
    };
    begun.await.map_err(ShadowError::Query)?;
    server.create_roles(started, created).await?;
    let before = roles(&session).await.map_err(ShadowError::Query)?;
    let done = work(started).await;
    let forgotten = drop_new_roles(&session, &before).await;
    let done = done?;
    forgotten.map_err(ShadowError::Query)?;
    Ok(done)
}

async fn roles(session: &Session) -> Result<Vec<String>, QueryError> {
    let rows = session.rows("list the roles", "SELECT rolname AS name FROM pg_roles ORDER BY 1").await?;
    rows.iter().map(|row| row.text("name").map(str::to_owned)).collect()
}

async fn drop_new_roles(session: &Session, before: &[String]) -> Result<(), QueryError> {
    for role in roles(session).await?.iter().filter(|role| !before.contains(role)) {
        let sql = format!("DROP ROLE IF EXISTS {}", quote_identifier(role));
        match session.rows("drop a role of the shadow run", &sql).await {
            Err(error) if error.is_broken_connection() => return Err(error),
            // A role that another database of that server uses is not of this run alone.
            _ => {}
        }
    }
    Ok(())
}
