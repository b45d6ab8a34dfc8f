//! Whether a cluster's server is there, asked of the server itself.
//!
//! Must not change anything, and must not believe `postmaster.pid` alone: it survives `kill -9`.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use crate::layout::Layout;

/// What is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Observation {
    NotCreated,
    Stopped,
    /// Coming up or going down.
    Busy {
        pid: u32,
    },
    Ready {
        pid: u32,
        port: u16,
    },
}

/// Looks without touching.
pub(crate) fn observe(layout: &Layout) -> Observation {
    let cluster = layout.cluster();
    if !cluster.join("PG_VERSION").exists() {
        return Observation::NotCreated;
    }
    let Some(PidFile { pid, port, ready }) = PidFile::read(&cluster) else { return Observation::Stopped };
    if answers(layout, port) {
        return if ready { Observation::Ready { pid, port } } else { Observation::Busy { pid } };
    }
    if is_server_of(pid, &cluster) { Observation::Busy { pid } } else { Observation::Stopped }
}

/// What the server notes about itself in `postmaster.pid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) ready: bool,
}

impl PidFile {
    pub(crate) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// The lines are listed in PostgreSQL's `src/include/utils/pidfile.h`.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            port: lines.get(3)?.parse().ok()?,
            ready: lines.get(7).is_some_and(|status| *status == "ready"),
        })
    }
}

/// Whether something answers as PostgreSQL does where this cluster's server listens.
#[cfg(unix)]
fn answers(layout: &Layout, port: u16) -> bool {
    use std::os::unix::net::UnixStream;

    let path = layout.socket_directory().join(format!(".s.PGSQL.{port}"));
    match UnixStream::connect(path) {
        Ok(stream) => {
            let patient =
                stream.set_read_timeout(Some(PATIENCE)).and(stream.set_write_timeout(Some(PATIENCE)));
            patient.is_ok() && speaks_postgres(stream)
        }
        // The queue of waiting connections is full: somebody has it open.
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}

#[cfg(not(unix))]
fn answers(_: &Layout, port: u16) -> bool {
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, port));
    std::net::TcpStream::connect_timeout(&address, PATIENCE).is_ok_and(|stream| {
        let patient = stream.set_read_timeout(Some(PATIENCE)).and(stream.set_write_timeout(Some(PATIENCE)));
        patient.is_ok() && speaks_postgres(stream)
    })
}

const PATIENCE: Duration = Duration::from_secs(2);

/// Sends an `SSLRequest`; a server answers with one letter: yes, no, or an error.
fn speaks_postgres(mut stream: impl Read + Write) -> bool {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let mut answer = [0_u8; 1];
    stream.write_all(&SSL_REQUEST).is_ok()
        && match stream.read_exact(&mut answer) {
            Ok(()) => matches!(answer, [b'S' | b'N' | b'E']),
            // It took the connection but is too busy to answer in time.
            Err(error) => {
                matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
            }
        }
}

/// Whether this living process is a PostgreSQL of this cluster (and not another that was given the same number).
#[cfg(target_os = "linux")]
pub(crate) fn is_server_of(pid: u32, cluster: &Path) -> bool {
    // A dead process that nobody has waited for has neither a folder nor arguments.
    works_in(pid, cluster) || is_given(pid, cluster)
}

/// Whether this path is an argument of this living process.
#[cfg(target_os = "linux")]
pub(crate) fn is_given(pid: u32, path: &Path) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|arguments| {
        arguments.split(|byte| *byte == 0).any(|argument| argument == path.as_os_str().as_encoded_bytes())
    })
}

#[cfg(target_os = "linux")]
fn works_in(pid: u32, cluster: &Path) -> bool {
    let folder = std::fs::read_link(format!("/proc/{pid}/cwd"));
    folder.is_ok_and(|folder| cluster.canonicalize().is_ok_and(|cluster| folder == cluster))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_server_of(pid: u32, cluster: &Path) -> bool {
    is_given(pid, cluster)
}

/// Whether this path is in the arguments of this living process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_given(pid: u32, path: &Path) -> bool {
    let pid = pid.to_string();
    let listing =
        crate::process::Program::new(Path::new("/bin/ps")).arguments(["-ww", "-o", "command=", "-p", &pid]);
    let path = path.to_string_lossy().into_owned();
    cfg!(unix) && listing.run().is_ok_and(|listing| listing.output.contains(&path))
}

/// Processes that a killed server left behind: they hold its shared memory until they end.
#[cfg(target_os = "linux")]
pub(crate) fn leftovers(cluster: &Path) -> Vec<u32> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|pid| is_postgres(*pid) && works_in(*pid, cluster))
        .collect()
}

#[cfg(target_os = "linux")]
fn is_postgres(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim_end() == "postgres")
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn leftovers(_: &Path) -> Vec<u32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_note_is_read() {
        let text = "4711\n/data\n1700000000\n20123\n/data/socket\n127.0.0.1\n  1234  5\nready   \n";
        assert_eq!(PidFile::parse(text), Some(PidFile { pid: 4711, port: 20_123, ready: true }));
    }

    #[test]
    fn a_server_that_is_starting_is_not_ready() {
        let text = "4711\n/data\n1700000000\n20123\n/data/socket\n127.0.0.1\n  1234  5\nstarting\n";
        assert_eq!(PidFile::parse(text).map(|note| note.ready), Some(false));
    }

    #[test]
    fn half_a_note_is_no_note() {
        assert_eq!(PidFile::parse("4711\n/data\n"), None);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn this_test_is_no_postgres_of_a_cluster() {
        assert!(!is_server_of(std::process::id(), Path::new("/nowhere/cluster")));
    }
}
