//! The development server as its callers see it: start, status, stop, destroy.
//!
//! Must not do the work itself: each step is a module of that name.

use crate::identity::Identity;
use crate::launch::{self, ServerProcess};
use crate::layout::Layout;
use crate::lock::ServerLock;
use crate::postmaster::{self, Observation};
use crate::profile::{self, Profile};
use crate::running::Listener;
use crate::{
    Binaries, DestroyError, Destroyed, DownloadRequest, LaunchError, Progress, RecordError, Running, Search,
    ServerKind, ServerSettings, StartError, StartStepError, Status, StopError, Stopped,
};
use crate::{
    cluster, destroy, download_binaries, find_binaries, inspect_binaries, place, record, running, stop,
};

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
        running::status(&Layout::of(&self.settings.data), self.profile())
    }

    /// Makes sure that the server runs: creates the cluster when it is missing, starts the server when it is stopped,
    /// and returns at once when it runs. The server outlives the caller.
    pub fn start(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartError> {
        self.take_steps(progress).map_err(|step| StartError {
            server: ServerKind::Development,
            data: self.settings.data.clone(),
            step: Box::new(step),
        })
    }

    /// Ends sessions, writes everything down and ends the server.
    pub fn stop(&self) -> Result<Stopped, StopError> {
        stop::stop_server(&self.settings.data, ServerKind::Development)
    }

    /// Stops the server and deletes it with all its data.
    pub fn destroy(&self) -> Result<Destroyed, DestroyError> {
        destroy::destroy_server(&self.settings.data, ServerKind::Development)
    }

    fn profile(&self) -> &'static Profile {
        profile::development(self.settings.durability)
    }

    fn take_steps(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartStepError> {
        if let Status::Running(running) = self.status()? {
            return Ok(running);
        }
        let layout = Layout::of(&self.settings.data);
        let _lock = ServerLock::take(&layout, progress)?;
        // The folder exists from here on, and the call that we waited for may have filled it.
        let layout = Layout::of(&self.settings.data);
        let observation = launch::wait_while_busy(&layout, progress)?;
        if let Observation::Ready { pid, port } = observation {
            return Ok(running::describe(&layout, self.profile(), Listener { pid, port })?);
        }
        let layout = self.bring_up(progress)?;
        match postmaster::observe(&layout) {
            Observation::Ready { pid, port } => {
                let found = running::describe(&layout, self.profile(), Listener { pid, port })?;
                Ok(Running { started_now: true, ..found })
            }
            _ => Err(LaunchError::NotReady { log: layout.log() }.into()),
        }
    }

    /// Creates what is missing and starts the process.
    fn bring_up(&self, progress: &mut dyn FnMut(Progress)) -> Result<Layout, StartStepError> {
        let search_path = &self.settings.search_path;
        let layout = Layout::of(&self.settings.data);
        let identity = Identity::choose(&layout.cluster(), search_path)?;
        let layout = place::within_reach(layout, &identity)?;
        let binaries = self.choose_binaries(&layout, &identity, progress)?;
        let process = ServerProcess {
            layout: &layout,
            binaries: &binaries,
            identity: &identity,
            search_path,
            profile: self.profile(),
        };
        if postmaster::observe(&layout) == Observation::NotCreated {
            progress(Progress::Creating { version: binaries.version });
            cluster::create_for_development(&process)?;
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
        let made_by = cluster::major_version(layout);
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

fn other_version(cluster: Option<u32>, programs: Binaries) -> StartStepError {
    StartStepError::OtherVersion { cluster: cluster.unwrap_or_default(), programs }
}
