//! The shadow server: a private one that is started on demand, one that a URL names, or the target's own where the settings say so.
//!
//! It must not touch the target: a shadow server that turns out to be the target's, without the settings saying so, is refused.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crosstrack_database::{ConnectError, Database, beside};
use crosstrack_server::{IDLE, Lifetime, Progress, ServerInUse, ThrowawayServer, ThrowawaySettings};
use crosstrack_settings::{Host, Target};
use tokio::sync::OnceCell;

use crate::error::ShadowError;
use crate::programs::choose_binaries;
use crate::roles::{create_roles, create_user};
use crate::script::Script;
use crate::surroundings::Surroundings;

/// The server on which shadow databases are created.
#[derive(Clone, Debug)]
pub enum Place {
    /// A private throwaway server.
    Private(PrivatePlace),
    /// The server of this database.
    Server(Box<Target>),
    /// The server of the target database.
    Target,
    /// The same, seen from another of its databases: for a database that takes the place of the target.
    BesideTarget,
}

/// The folder and the programs of a private server.
#[derive(Clone, Debug)]
pub struct PrivatePlace {
    /// Its folder; each major version has one below it.
    pub folder: PathBuf,
    /// The value of `PATH`.
    pub search_path: OsString,
    /// Folders of server programs that are looked at first.
    pub programs: Vec<PathBuf>,
    /// True when no other programs may be used.
    pub only_those: bool,
}

/// A step on the way to a shadow database, for people.
#[derive(Clone, Debug)]
pub enum ShadowEvent {
    /// The private server is being made or started.
    Server(Progress),
    /// The private server is newer than the target's.
    OtherVersion {
        /// The target's major version.
        target: u32,
        /// The version of the private server.
        used: String,
    },
    /// The target cannot be reached, so that shadow databases are like any new one.
    NoTarget {
        /// The reason.
        reason: String,
    },
    /// Migrations are being replayed.
    Replaying {
        /// Their number.
        migrations: usize,
    },
}

/// Told of each event.
pub type ShadowListener = Arc<dyn Fn(ShadowEvent) + Send + Sync>;

/// The description of a shadow server.
#[derive(Clone)]
pub struct ShadowRequest {
    /// Its place.
    pub place: Place,
    /// The database that shadow databases have to be like; it need not exist.
    pub target: Option<Target>,
    /// The name that its sessions give themselves.
    pub application: String,
    /// Files that run in each shadow database before anything else.
    pub prepare: Vec<PathBuf>,
    /// Told of each event.
    pub events: ShadowListener,
}

/// The shadow server. It is started, or reached, when the first shadow database is asked for.
pub struct ShadowServer {
    request: ShadowRequest,
    shared: OnceCell<Started>,
    /// The target's roles exist there.
    has_roles: OnceCell<()>,
}

/// A shadow server that answers.
pub(crate) struct Started {
    /// A database of it that always exists.
    pub(crate) admin: Database,
    /// The role that works in shadow databases.
    pub(crate) user: String,
    /// The properties of the target that shadow databases take over.
    pub(crate) surroundings: Surroundings,
    /// The scripts that run first.
    pub(crate) prepare: Vec<Script>,
    /// Keeps a private server from ending.
    _in_use: Option<ServerInUse>,
}

impl Started {
    /// Another database of the server, as the role that works in shadow databases.
    pub(crate) fn database(&self, name: &str) -> Database {
        let mut target = self.admin.target().with_database(name);
        target.user.clone_from(&self.user);
        self.admin.with_target(target)
    }
}

impl ShadowServer {
    /// Describes it; touches nothing.
    pub fn new(request: ShadowRequest) -> Self {
        Self { request, shared: OnceCell::new(), has_roles: OnceCell::new() }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.request.place
    }

    pub(crate) fn application(&self) -> &str {
        &self.request.application
    }

    pub(crate) fn target(&self) -> Result<&Target, ShadowError> {
        self.request.target.as_ref().ok_or(ShadowError::NoTarget)
    }

    /// True for the target's own server, on which nothing beyond a database may happen.
    pub(crate) fn is_the_targets(&self) -> bool {
        matches!(self.request.place, Place::Target | Place::BesideTarget)
    }

    /// True for a private server.
    pub(crate) fn is_private(&self) -> bool {
        matches!(self.request.place, Place::Private(_))
    }

    /// True where roles may be created.
    pub(crate) fn may_create_roles(&self) -> bool {
        !self.is_the_targets()
    }

    pub(crate) fn tell(&self, event: ShadowEvent) {
        (self.request.events)(event);
    }

    /// The server that all shadow databases share.
    pub(crate) async fn shared(&self) -> Result<&Started, ShadowError> {
        self.shared.get_or_try_init(async || self.start(Lifetime::Kept).await).await
    }

    /// The same with the roles that own something in the target.
    pub(crate) async fn shared_with_roles(&self) -> Result<&Started, ShadowError> {
        let started = self.shared().await?;
        self.has_roles.get_or_try_init(async || self.create_roles(started, &BTreeSet::new()).await).await?;
        Ok(started)
    }

    /// A private server for one shadow database alone: scripts that change the whole server are undone with it.
    /// `created` are the roles that the scripts create themselves.
    pub(crate) async fn apart(&self, created: &BTreeSet<String>) -> Result<Started, ShadowError> {
        let started = self.start(Lifetime::Once).await?;
        self.create_roles(&started, created).await?;
        Ok(started)
    }

    /// Creates the roles that own something in the target, without any rights: they are only names here.
    pub(crate) async fn create_roles(
        &self,
        started: &Started,
        left_out: &BTreeSet<String>,
    ) -> Result<(), ShadowError> {
        let mut roles = started.surroundings.roles.clone();
        roles.retain(|role| !left_out.contains(role) && *role != started.user);
        if self.is_the_targets() || roles.is_empty() {
            return Ok(());
        }
        let session = started.admin.session("shadow").await.map_err(ShadowError::Connect)?;
        Ok(create_roles(&session, &roles).await?)
    }

    async fn start(&self, lifetime: Lifetime) -> Result<Started, ShadowError> {
        if matches!(self.request.place, Place::BesideTarget) {
            return self.start_beside_target().await;
        }
        let surroundings = self.surroundings().await?;
        let prepare = self.prepare()?;
        match &self.request.place {
            Place::Private(place) => {
                let in_use = self.start_private(place, surroundings.major, lifetime).await?;
                let admin = self.reach(private_target(&in_use)).await?;
                let user = surroundings.user.clone().unwrap_or_else(|| in_use.running.user.clone());
                create_user(&admin, &user).await?;
                Ok(Started { admin, user, surroundings, prepare, _in_use: Some(in_use) })
            }
            Place::Server(target) => {
                let admin = self.reach((**target).clone()).await?;
                refuse_target(&admin, &surroundings, target).await?;
                let user = target.user.clone();
                Ok(Started { admin, user, surroundings, prepare, _in_use: None })
            }
            Place::Target | Place::BesideTarget => {
                let target = self.target()?;
                let (admin, _) =
                    reach_target(target, self.application()).await.map_err(ShadowError::Target)?;
                let user = target.user.clone();
                Ok(Started { admin, user, surroundings, prepare, _in_use: None })
            }
        }
    }

    async fn start_beside_target(&self) -> Result<Started, ShadowError> {
        let target = self.target()?;
        let admin = async { beside(target, self.application()).await.map_err(ShadowError::Connect) };
        let (admin, surroundings) = tokio::try_join!(admin, self.surroundings())?;
        let (user, prepare) = (target.user.clone(), self.prepare()?);
        Ok(Started { admin, user, surroundings, prepare, _in_use: None })
    }

    /// The roles that own something in the target or have privileges there, without the user of shadow databases, who exists there anyway.
    ///
    /// # Errors
    /// When the shadow server cannot be had.
    pub async fn roles(&self) -> Result<Vec<String>, ShadowError> {
        let started = self.shared().await?;
        let roles = started.surroundings.roles.iter().filter(|role| **role != started.user);
        Ok(roles.cloned().collect())
    }

    /// The scripts that run in each shadow database before anything else.
    pub(crate) fn prepare(&self) -> Result<Vec<Script>, ShadowError> {
        self.request.prepare.iter().map(|path| Script::read(path)).collect()
    }

    pub(crate) async fn reach(&self, target: Target) -> Result<Database, ShadowError> {
        let reached = Database::connect(target, self.request.application.clone()).await;
        reached.map(|(database, _)| database).map_err(ShadowError::Connect)
    }

    /// Reads the properties of the target. A command that needs the target has reached it already; the others do without.
    pub(crate) async fn surroundings(&self) -> Result<Surroundings, ShadowError> {
        let Some(target) = &self.request.target else { return Ok(Surroundings::default()) };
        match reach_target(target, &self.request.application).await {
            Ok((_, mut reader)) => Ok(Surroundings::read(&mut reader).await?),
            Err(error) if self.is_the_targets() => Err(ShadowError::Target(error)),
            Err(error) => {
                self.tell(ShadowEvent::NoTarget { reason: error.to_string() });
                Ok(Surroundings::default())
            }
        }
    }

    async fn start_private(
        &self,
        place: &PrivatePlace,
        major: Option<u32>,
        lifetime: Lifetime,
    ) -> Result<ServerInUse, ShadowError> {
        let binaries = choose_binaries(place, major)?;
        if let Some(target) = major.filter(|major| *major != binaries.version.major) {
            self.tell(ShadowEvent::OtherVersion { target, used: binaries.version.to_string() });
        }
        let folder = match lifetime {
            Lifetime::Kept => place.folder.join(binaries.version.major.to_string()),
            Lifetime::Once => place.folder.join(format!("once-{}", random())),
        };
        let settings = ThrowawaySettings {
            folder,
            binaries,
            search_path: place.search_path.clone(),
            idle: IDLE,
            lifetime,
        };
        let events = Arc::clone(&self.request.events);
        let start = move || {
            ThrowawayServer::new(settings).start(&mut |progress| events(ShadowEvent::Server(progress)))
        };
        match tokio::task::spawn_blocking(start).await {
            Ok(started) => started.map_err(|error| ShadowError::Start(Box::new(error))),
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    }
}

/// The target, or where it does not exist yet another database of its server.
pub(crate) async fn reach_target(
    target: &Target,
    application: &str,
) -> Result<(Database, crosstrack_database::Reader), ConnectError> {
    let missing = match Database::connect(target.clone(), application.to_owned()).await {
        Err(error) if error.is_missing_database() => error,
        reached => return reached,
    };
    let Ok(other) = beside(target, application).await else { return Err(missing) };
    let reader = other.reader().await?;
    Ok((other, reader))
}

fn private_target(in_use: &ServerInUse) -> Target {
    let running = &in_use.running;
    let host = match &running.socket_directory {
        Some(directory) => Host::Socket { directory: directory.clone(), port: running.port },
        None => Host::Tcp { name: "127.0.0.1".into(), address: None, port: running.port },
    };
    let mut target = Target::new(host, "postgres", &running.user);
    target.password = Some(crosstrack_settings::Secret::new(running.password.expose()));
    target
}

pub(crate) async fn refuse_target(
    admin: &Database,
    surroundings: &Surroundings,
    named: &Target,
) -> Result<(), ShadowError> {
    let mut reader = admin.reader().await.map_err(ShadowError::Connect)?;
    let own = Surroundings::read(&mut reader).await?;
    if own.started.is_empty() || own.started != surroundings.started {
        return Ok(());
    }
    Err(ShadowError::IsTarget { origin: named.origin.to_string() })
}

/// A name that no other command has.
fn random() -> String {
    let mut bytes = [0; 8];
    // Without randomness the process still tells commands on one machine apart.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = u64::from(std::process::id()).to_be_bytes();
    }
    format!("{:016x}", u64::from_be_bytes(bytes))
}
