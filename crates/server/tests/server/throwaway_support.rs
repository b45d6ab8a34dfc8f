//! A throwaway server for one test, and the questions that tests ask of it.
//!
//! Must not assert on a test's behalf.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crosstrack_server::{
    Binaries, IDLE, Lifetime, Running, Search, ServerInUse, ThrowawayServer, ThrowawaySettings, find_binaries,
};
use tempfile::TempDir;

use crate::support::{command, fast_folder, search_path};

/// A throwaway server in a temporary folder, destroyed with it.
pub(crate) struct Throwaway {
    pub(crate) folder: TempDir,
    pub(crate) settings: ThrowawaySettings,
}

impl Throwaway {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-test-").tempdir_in(fast_folder()).unwrap();
        let settings = settings(folder.path().join("shadow"));
        Self { folder, settings }
    }

    pub(crate) fn with(change: impl FnOnce(&mut ThrowawaySettings)) -> Self {
        let mut throwaway = Self::new();
        change(&mut throwaway.settings);
        throwaway
    }

    pub(crate) fn server(&self) -> ThrowawayServer {
        ThrowawayServer::new(self.settings.clone())
    }

    pub(crate) fn start(&self) -> ServerInUse {
        self.server().start(&mut |_| {}).unwrap()
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.settings.folder.join("cluster")
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let _ = self.server().destroy();
    }
}

pub(crate) fn settings(folder: PathBuf) -> ThrowawaySettings {
    ThrowawaySettings {
        folder,
        binaries: installed(),
        search_path: search_path(),
        idle: IDLE,
        lifetime: Lifetime::Kept,
    }
}

pub(crate) fn installed() -> Binaries {
    find_binaries(&Search { path: search_path(), usual_places: true }).into_iter().next().unwrap()
}

pub(crate) const SHORT: Duration = Duration::from_secs(1);

/// The answer to one query over the socket, or the complaint.
pub(crate) fn ask(running: &Running, role: &str, sql: &str) -> Result<String, String> {
    let socket = running.socket_directory.clone().unwrap();
    let url = format!("host='{}' port={} user={role} dbname=postgres", socket.display(), running.port);
    let output = crate::support::psql(&url, running, sql);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

pub(crate) fn answer(running: &Running, sql: &str) -> String {
    ask(running, "developer", sql).unwrap()
}

/// The watchers of the server in this folder.
pub(crate) fn watchers(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let arguments = |pid: u32| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let arguments = arguments(*pid);
            arguments.iter().any(|argument| argument == b"crosstrack-watcher")
                && arguments.iter().any(|argument| argument == folder.as_os_str().as_encoded_bytes())
        })
        .collect()
}

/// A small file system of its own, where this user may mount one.
pub(crate) struct SmallDisk(pub(crate) TempDir);

impl SmallDisk {
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("crosstrack-disk-").tempdir().unwrap();
        let mounted = command(Path::new("mount"))
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .unwrap();
        mounted.status.success().then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = command(Path::new("umount")).arg(self.0.path()).status();
    }
}
