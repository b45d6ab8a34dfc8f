//! Stopping the server's process.
//!
//! Must not signal a process that is not this cluster's server.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::layout::Layout;
use crate::lock::{LockError, ServerLock};
use crate::postmaster::{self, Observation};
use crate::{ServerKind, destroy};

const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// What there was to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// No server was running.
    WasNotRunning,
    /// It was running, and has ended.
    Now,
}

/// The server could not be stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// Another call could not be kept out.
    #[error("could not stop the {server}")]
    Lock {
        /// The kind of the server.
        server: ServerKind,
        /// Why.
        source: LockError,
    },
    /// The system refused the signal.
    #[error("could not tell the server (process {pid}) to stop")]
    Signal {
        /// The server's process.
        pid: u32,
        /// What the system said.
        source: io::Error,
    },
    /// It got the signal and did not end.
    #[error("the server (process {pid}) did not stop within {} seconds", PATIENCE.as_secs())]
    StillRunning {
        /// The server's process.
        pid: u32,
    },
}

impl StopError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Lock { source, .. } => source.hint(),
            Self::Signal { .. } => "use the account that started the server".to_owned(),
            Self::StillRunning { pid } => format!("end process {pid} yourself, then try again"),
        }
    }
}

/// How the server is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Ends sessions and writes everything down.
    Fast,
    /// Ends at once: for a cluster that is deleted next.
    Immediate,
}

/// Stops the server in this folder, while no other call creates, starts or destroys it.
pub(crate) fn stop_server(folder: &Path, server: ServerKind) -> Result<Stopped, StopError> {
    let layout = Layout::of(folder);
    if !destroy::is_there(&layout) {
        return Ok(Stopped::WasNotRunning);
    }
    let _lock =
        ServerLock::take(&layout, &mut |_| {}).map_err(|source| StopError::Lock { server, source })?;
    stop(&layout, Manner::Fast)
}

/// Tells the server to stop and waits until it has ended.
pub(crate) fn stop(layout: &Layout, manner: Manner) -> Result<Stopped, StopError> {
    let (Observation::Busy { pid } | Observation::Ready { pid, .. }) = postmaster::observe(layout) else {
        return Ok(Stopped::WasNotRunning);
    };
    signal(layout, pid, manner).map_err(|source| StopError::Signal { pid, source })?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if has_ended(layout, pid) {
            return Ok(Stopped::Now);
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    Err(StopError::StillRunning { pid })
}

fn has_ended(layout: &Layout, pid: u32) -> bool {
    let over = matches!(postmaster::observe(layout), Observation::Stopped | Observation::NotCreated);
    over && !postmaster::is_server_of(pid, &layout.cluster())
}

#[cfg(unix)]
fn signal(_: &Layout, pid: u32, manner: Manner) -> io::Result<()> {
    use rustix::process::Signal;

    send(pid, if manner == Manner::Fast { Signal::INT } else { Signal::QUIT })
}

#[cfg(unix)]
fn send(pid: u32, signal: rustix::process::Signal) -> io::Result<()> {
    match rustix::process::kill_process(process_id(pid).ok_or(io::ErrorKind::InvalidInput)?, signal) {
        // It ended by itself in the meantime.
        Err(rustix::io::Errno::SRCH) => Ok(()),
        sent => sent.map_err(io::Error::from),
    }
}

#[cfg(unix)]
fn process_id(pid: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Ends a process that has lost its server.
#[cfg(unix)]
pub(crate) fn kill(pid: u32) {
    let _ = send(pid, rustix::process::Signal::KILL);
}

/// Ends the process group that this process leads.
#[cfg(unix)]
pub(crate) fn terminate_group(pid: u32) {
    if let Some(leader) = process_id(pid) {
        let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::TERM);
    }
}

/// Whether any process, even one of another user or a dead one that nobody waited for, has this number.
#[cfg(unix)]
pub(crate) fn process_exists(pid: u32) -> bool {
    let Some(pid) = process_id(pid) else { return false };
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn signal(layout: &Layout, _: u32, manner: Manner) -> io::Result<()> {
    let binaries = crate::record::binaries(layout).map_err(io::Error::other)?;
    let pg_ctl = binaries.program("pg_ctl");
    let manner = if manner == Manner::Fast { "fast" } else { "immediate" };
    let command = crate::process::Program::new(&pg_ctl)
        .arguments(["stop", "--no-wait", "-m", manner, "-D"])
        .arguments([layout.cluster()]);
    match command.run().map_err(io::Error::other)? {
        outcome if outcome.success => Ok(()),
        outcome => Err(io::Error::other(outcome.errors)),
    }
}

#[cfg(not(unix))]
pub(crate) fn kill(_: u32) {}

#[cfg(not(unix))]
pub(crate) fn process_exists(_: u32) -> bool {
    false
}
