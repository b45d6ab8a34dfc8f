//! A server for one test, and the questions that tests ask of it.
//!
//! Must not assert on a test's behalf.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crosstrack_server::{DevelopmentServer, Durability, Running, ServerSettings};
use tempfile::TempDir;

/// A development server in a temporary folder, destroyed with it.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) settings: ServerSettings,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-test-").tempdir_in(fast_folder()).unwrap();
        let data = folder.path().join("server");
        let mut settings = ServerSettings::new(data, folder.path().join("cache"), search_path());
        settings.durability = Durability::None;
        Self { folder, settings }
    }

    /// A running server that tests share which only look at it; destroyed when none of them is left.
    pub(crate) fn shared() -> (Arc<Self>, Running) {
        static SHARED: Mutex<Weak<Bench>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let bench = shared.upgrade().unwrap_or_else(|| Arc::new(Self::new()));
        *shared = Arc::downgrade(&bench);
        let running = bench.start();
        (bench, running)
    }

    pub(crate) fn server(&self) -> DevelopmentServer {
        DevelopmentServer::new(self.settings.clone())
    }

    pub(crate) fn start(&self) -> Running {
        self.server().start(&mut |_| {}).unwrap()
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.settings.data.join("cluster")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.server().destroy();
    }
}

/// Memory where there is plenty: making thousands of files a second is what the tests' time goes into.
pub(crate) fn fast_folder() -> PathBuf {
    const PLENTY: u64 = 4 * 1024 * 1024 * 1024;
    let memory = Path::new("/dev/shm");
    let fits = rustix::fs::statvfs(memory).is_ok_and(|system| {
        let programs_run = !system.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC);
        programs_run && system.f_bavail.saturating_mul(system.f_frsize) > PLENTY
    });
    if fits { memory.to_path_buf() } else { std::env::temp_dir() }
}

pub(crate) fn search_path() -> OsString {
    OsString::from("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
}

#[expect(clippy::disallowed_methods, reason = "tests run psql and themselves")]
pub(crate) fn command(program: &Path) -> Command {
    Command::new(program)
}

/// The answer to one query, over loopback TCP with the password.
pub(crate) fn query(running: &Running, sql: &str) -> String {
    let output = psql(&running.url(), running, sql);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn psql(url: &str, running: &Running, sql: &str) -> Output {
    let mut psql = command(&running.psql().unwrap());
    psql.args(["--no-psqlrc", "--no-password", "-At", "-d", url, "-c", sql]).output().unwrap()
}

/// Polls until `happens`.
pub(crate) fn wait_until(what: &str, mut happens: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happens() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Ends this process as a crash would.
pub(crate) fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
}

/// Every process that works in this folder: a server and its children.
pub(crate) fn processes_in(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .collect()
}

/// A line of `/proc/<pid>/status`, without its name.
pub(crate) fn process_status(pid: u32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap().trim().to_owned()
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Writes a program that is a shell script.
pub(crate) fn write_script(path: &Path, body: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// An error with its causes, as a person gets to read it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join("\n")
}
