//! The throwaway server as its callers see it: start, status, stop, destroy.
//!
//! Must not do the work itself: each step is a module of that name.

use super::in_use::ServerInUse;
use super::settings::ThrowawaySettings;
use super::{boot, privacy, usage, watcher};
use crate::identity::Identity;
use crate::launch::{self, ServerProcess};
use crate::layout::Layout;
use crate::lock::ServerLock;
use crate::postmaster::{self, Observation};
use crate::profile::THROWAWAY;
use crate::running::Listener;
use crate::{
    CreateError, DestroyError, Destroyed, LaunchError, Progress, RecordError, Running, ServerKind,
    StartError, StartStepError, Status, StopError, Stopped,
};
use crate::{cluster, destroy, place, record, running, stop};

/// A private server for shadow databases.
///
/// It is reached by its socket alone, where any role signs in without a password; the socket is in a folder that only
/// this user can enter. Nothing in it survives a crash of the machine.
#[derive(Debug, Clone)]
pub struct ThrowawayServer {
    settings: ThrowawaySettings,
}

impl ThrowawayServer {
    /// Describes a server; touches nothing.
    pub fn new(settings: ThrowawaySettings) -> Self {
        Self { settings }
    }

    /// Whether the server is there. Takes a few milliseconds at most and changes nothing.
    pub fn status(&self) -> Result<Status, RecordError> {
        running::status(&self.layout(), &THROWAWAY)
    }

    /// Makes sure that the server runs: creates the cluster when it is missing or may be damaged, starts the server
    /// when it is stopped, and returns at once when it runs.
    pub fn start(&self, progress: &mut dyn FnMut(Progress)) -> Result<ServerInUse, StartError> {
        self.take_steps(progress).map_err(|step| StartError {
            server: ServerKind::Shadow,
            data: self.settings.folder.clone(),
            step: Box::new(step),
        })
    }

    /// Ends sessions and the server.
    pub fn stop(&self) -> Result<Stopped, StopError> {
        stop::stop_server(&self.settings.folder, ServerKind::Shadow)
    }

    /// Stops the server and deletes it with all its data.
    pub fn destroy(&self) -> Result<Destroyed, DestroyError> {
        destroy::destroy_server(&self.settings.folder, ServerKind::Shadow)
    }

    fn layout(&self) -> Layout {
        Layout::of(&self.settings.folder)
    }

    fn take_steps(&self, progress: &mut dyn FnMut(Progress)) -> Result<ServerInUse, StartStepError> {
        let ThrowawaySettings { folder, idle, lifetime, .. } = &self.settings;
        privacy::make_private(folder)?;
        let _lock = ServerLock::take(&self.layout(), progress)?;
        // The call that we waited for may have destroyed the folder.
        privacy::make_private(folder)?;
        let usage = usage::begin(&self.layout(), *idle)?;
        let running = self.run(progress)?;
        Ok(ServerInUse::new(running, folder.clone(), *lifetime, usage))
    }

    fn run(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartStepError> {
        match launch::wait_while_busy(&self.layout(), progress)? {
            Observation::Ready { pid, port } => self.find(Listener { pid, port }),
            _ => self.start_anew(progress),
        }
    }

    /// Checks that the running server is the right one, and that it will end by itself.
    fn find(&self, listener: Listener) -> Result<Running, StartStepError> {
        let layout = self.layout();
        let found = running::describe(&layout, &THROWAWAY, listener)?;
        let programs = &self.settings.binaries;
        if found.version.major != programs.version.major {
            let cluster = found.version.major;
            return Err(StartStepError::OtherVersion { cluster, programs: programs.clone() });
        }
        watcher::ensure(&layout, &self.settings)?;
        Ok(found)
    }

    fn start_anew(&self, progress: &mut dyn FnMut(Progress)) -> Result<Running, StartStepError> {
        if self.cluster_is_useless() {
            destroy::delete_cluster(&self.layout())?;
        }
        let layout = match self.bring_up(progress) {
            Err(StartStepError::Launch(error)) if error.is_about_the_cluster() => {
                destroy::delete_cluster(&self.layout())?;
                self.bring_up(progress)?
            }
            outcome => outcome?,
        };
        let Observation::Ready { pid, port } = postmaster::observe(&layout) else {
            return Err(LaunchError::NotReady { log: layout.log() }.into());
        };
        let found = running::describe(&layout, &THROWAWAY, Listener { pid, port })?;
        Ok(Running { started_now: true, ..found })
    }

    /// Whether there is something in the cluster's place that must not or cannot be started.
    fn cluster_is_useless(&self) -> bool {
        let layout = self.layout();
        let ThrowawaySettings { binaries, search_path, .. } = &self.settings;
        cluster::major_version(&layout) != Some(binaries.version.major)
            || record::password(&layout).is_err()
            || boot::may_have_damaged(&layout, binaries, search_path)
    }

    /// Creates what is missing and starts the process. The watcher is first: no server is without one, even if this
    /// process is killed.
    fn bring_up(&self, progress: &mut dyn FnMut(Progress)) -> Result<Layout, StartStepError> {
        let ThrowawaySettings { binaries, search_path, .. } = &self.settings;
        let layout = self.layout();
        let identity = Identity::choose(&layout.cluster(), search_path)?;
        let layout = place::within_reach(layout, &identity)?;
        let process = ServerProcess {
            layout: &layout,
            binaries,
            identity: &identity,
            search_path,
            profile: &THROWAWAY,
        };
        if postmaster::observe(&layout) == Observation::NotCreated {
            progress(Progress::Creating { version: binaries.version });
            create(&process)?;
        }
        boot::remember(&layout)?;
        watcher::ensure(&layout, &self.settings)?;
        launch::launch(&process, progress)?;
        Ok(layout)
    }
}

/// Leaves nothing behind when it fails: the disk may be full.
fn create(process: &ServerProcess<'_>) -> Result<(), CreateError> {
    cluster::create_throwaway(process).inspect_err(|_| {
        let _ = destroy::destroy(process.layout);
    })
}
