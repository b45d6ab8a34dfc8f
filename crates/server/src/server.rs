//! The development server as its callers see it: start, status, stop, destroy.
//!
//! Must not do the work itself: each step is a module of that name.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::cluster::{self, DATABASE, ROLE};
use crate::identity::Identity;
use crate::launch::{self, ServerProcess};
use crate::layout::Layout;
use crate::lock::ServerLock;
use crate::postmaster::{self, Observation};
use crate::stop::{self, Manner};
use crate::{
    Binaries, CreateError, DestroyError, Destroyed, DownloadError, DownloadRequest, FindError, IdentityError,
    LaunchError, LockError, PlaceError, Progress, RecordError, Running, Search, ServerSettings, Status,
    StopError, Stopped,
};
use crate::{destroy, download_binaries, find_binaries, inspect_binaries, place, record};

/// The development server could not be started.
#[derive(Debug, thiserror::Error)]
#[error("could not start the development server in `{}`", data.display())]
pub struct StartError {
    /// The server's folder.
    pub data: PathBuf,
    /// The step that failed.
    #[source]
    pub step: Box<StartStepError>,
}

impl StartError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        self.step.hint()
    }
}

/// The step of a start that failed.
#[derive(Debug, thiserror::Error)]
pub enum StartStepError {
    /// Keeping other calls out.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Reading what is remembered of the server.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Choosing an unprivileged user on root's behalf.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Finding a place that this user can reach.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Using the programs that the developer named.
    #[error(transparent)]
    Find(#[from] FindError),
    /// Obtaining programs where none are installed.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// Making a cluster.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// Starting the process.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The programs do not fit the cluster.
    #[error("the cluster was made by PostgreSQL {cluster}, and the programs in `{}` are PostgreSQL {}", programs.directory.display(), programs.version)]
    OtherVersion {
        /// The cluster's major version.
        cluster: u32,
        /// The programs that were to start it.
        programs: Binaries,
    },
}

impl StartStepError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Lock(error) => error.hint(),
            Self::Record(error) => error.hint(),
            Self::Identity(error) => error.hint(),
            Self::Place(error) => error.hint(),
            Self::Find(error) => error.hint(),
            Self::Download(error) => error.hint(),
            Self::Create(error) => error.hint(),
            Self::Launch(error) => error.hint(),
            Self::OtherVersion { cluster, .. } => format!(
                "name the folder of PostgreSQL {cluster} with `--pg-bin`, or delete the cluster and its data with `db \
                 server destroy`"
            ),
        }
    }
}

/// A private PostgreSQL in a folder of its own.
#[derive(Debug, Clone)]
pub struct DevelopmentServer {
    settings: ServerSettings,
}

impl DevelopmentServer {
    /// Describes a server; touches nothing.
    pub fn new(settings: ServerSettings) -> Self {
        Self { settings }
    }

    /// Whether the server is there. Takes a few milliseconds at most and changes nothing.
    pub fn status(&self) -> Result<Status, RecordError> {
        let layout = Layout::of(&self.settings.data);
        Ok(match postmaster::observe(&layout) {
            Observation::NotCreated => Status::NotCreated,
            Observation::Stopped => Status::Stopped,
            Observation::Busy { pid } => Status::Busy { pid },
            Observation::Ready { pid, port } => Status::Running(describe(&layout, pid, port)?),
        })
    }

    /// Makes sure that the server runs: creates the cluster when it is missing, starts the server when it is stopped,
    /// and returns at once when it runs. The server outlives the caller.
    pub fn start(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartError> {
        self.take_steps(progress)
            .map_err(|step| StartError { data: self.settings.data.clone(), step: Box::new(step) })
    }

    /// Ends sessions, writes everything down and ends the server.
    pub fn stop(&self) -> Result<Stopped, StopError> {
        let layout = Layout::of(&self.settings.data);
        if !destroy::is_there(&layout) {
            return Ok(Stopped::WasNotRunning);
        }
        let _lock = ServerLock::take(&layout, &mut |_| {}).map_err(|source| StopError::Lock { source })?;
        stop::stop(&layout, Manner::Fast)
    }

    /// Stops the server and deletes it with all its data.
    pub fn destroy(&self) -> Result<Destroyed, DestroyError> {
        let layout = Layout::of(&self.settings.data);
        if !destroy::is_there(&layout) {
            return Ok(Destroyed::WasNotThere);
        }
        let _lock = ServerLock::take(&layout, &mut |_| {}).map_err(|source| DestroyError::Lock { source })?;
        destroy::destroy(&Layout::of(&self.settings.data))?;
        Ok(Destroyed::Now)
    }

    fn take_steps(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartStepError> {
        if let Status::Running(running) = self.status()? {
            return Ok(running);
        }
        let layout = Layout::of(&self.settings.data);
        let _lock = ServerLock::take(&layout, progress)?;
        // The folder exists from here on, and the call that we waited for may have filled it.
        let layout = Layout::of(&self.settings.data);
        let observation = settle(&layout, progress)?;
        if let Observation::Ready { pid, port } = observation {
            return Ok(describe(&layout, pid, port)?);
        }
        let layout = self.bring_up(progress)?;
        match postmaster::observe(&layout) {
            Observation::Ready { pid, port } => {
                Ok(Running { started_now: true, ..describe(&layout, pid, port)? })
            }
            _ => Err(LaunchError::NotReady { log: layout.log() }.into()),
        }
    }

    /// Creates what is missing and starts the process.
    fn bring_up(&self, progress: &mut dyn FnMut(Progress)) -> Result<Layout, StartStepError> {
        let ServerSettings { search_path, durability, .. } = &self.settings;
        let layout = Layout::of(&self.settings.data);
        let identity = Identity::choose(&layout.cluster(), search_path)?;
        let layout = place::within_reach(layout, &identity)?;
        let binaries = self.choose_binaries(&layout, &identity, progress)?;
        let process = ServerProcess {
            layout: &layout,
            binaries: &binaries,
            identity: &identity,
            search_path,
            durability: *durability,
        };
        if postmaster::observe(&layout) == Observation::NotCreated {
            progress(Progress::Creating { version: binaries.version });
            cluster::create(&process)?;
        }
        launch::launch(&process, progress)?;
        Ok(layout)
    }

    /// The programs that the developer named, else those that the cluster was last started with, else the newest
    /// installed, else the pinned build.
    fn choose_binaries(
        &self,
        layout: &Layout,
        identity: &Identity,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Binaries, StartStepError> {
        let made_by = major_version_of(&layout.cluster());
        let fits = |binaries: &Binaries| made_by.is_none_or(|major| major == binaries.version.major);
        if let Some(directory) = &self.settings.binaries {
            let named = inspect_binaries(directory)?;
            return if fits(&named) { Ok(named) } else { Err(other_version(made_by, named)) };
        }
        let recorded = record::binaries(layout).ok().filter(|_| made_by.is_some());
        if let Some(again) =
            recorded.and_then(|binaries| inspect_binaries(&binaries.directory).ok()).filter(fits)
        {
            return Ok(again);
        }
        let installed = self.installed_binaries();
        if let Some(fitting) = installed.iter().find(|binaries| fits(binaries)) {
            return Ok(fitting.clone());
        }
        if let Some(newest) = installed.into_iter().next() {
            return Err(other_version(made_by, newest));
        }
        let request = DownloadRequest {
            cache: place::cache_within_reach(&self.settings.cache, identity)?,
            source: self.settings.source.clone(),
            search_path: self.settings.search_path.clone(),
        };
        let downloaded = download_binaries(&request, progress)?;
        if fits(&downloaded) { Ok(downloaded) } else { Err(other_version(made_by, downloaded)) }
    }

    fn installed_binaries(&self) -> Vec<Binaries> {
        if !self.settings.use_installed {
            return Vec::new();
        }
        find_binaries(&Search { path: self.settings.search_path.clone(), usual_places: true })
    }
}

/// Waits while the server is coming up or going down.
fn settle(layout: &Layout, progress: &mut dyn FnMut(Progress)) -> Result<Observation, LaunchError> {
    let deadline = Instant::now() + launch::PATIENCE;
    let mut told = false;
    loop {
        let observation = postmaster::observe(layout);
        let Observation::Busy { pid } = observation else { return Ok(observation) };
        if !told {
            progress(Progress::WaitingForServer { pid });
            told = true;
        }
        if Instant::now() >= deadline {
            return Err(LaunchError::NotReady { log: layout.log() });
        }
        std::thread::sleep(launch::BETWEEN_LOOKS);
    }
}

fn describe(layout: &Layout, pid: u32, port: u16) -> Result<Running, RecordError> {
    let Binaries { directory, version } = record::binaries(layout)?;
    Ok(Running {
        socket_directory: cfg!(unix).then(|| layout.socket_directory()),
        port,
        user: ROLE.to_owned(),
        password: record::password(layout)?,
        database: DATABASE.to_owned(),
        binaries: directory,
        version,
        pid,
        started_now: false,
    })
}

/// The major version of the programs that made this cluster, when there is one.
fn major_version_of(cluster: &Path) -> Option<u32> {
    std::fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim_end().parse().ok()
}

fn other_version(cluster: Option<u32>, programs: Binaries) -> StartStepError {
    StartStepError::OtherVersion { cluster: cluster.unwrap_or_default(), programs }
}
