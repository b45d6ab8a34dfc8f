//! The marks by which the watcher knows that a throwaway server is used.
//!
//! Must not create anything in a folder that was destroyed: only a start makes the files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::layout::Layout;
use crate::{RecordError, record};

/// The longest time between two marks.
const BETWEEN_MARKS: Duration = Duration::from_secs(30);

/// Marks the server as used now, and as used for as long as the value lives.
///
/// Needs the server's lock: the watcher takes it before it looks for users.
pub(crate) fn begin(layout: &Layout, idle: Duration) -> Result<Usage, RecordError> {
    record::write(&layout.used(), &mark())?;
    let users = open_users(layout).and_then(|users| users.lock_shared().map(|()| users));
    let users = users.map_err(|source| RecordError::Write { path: layout.users(), source })?;
    Ok(Usage { path: layout.used(), users, heartbeat: Heartbeat::start(layout.used(), idle) })
}

/// Whether a [`Usage`] lives, in this process or in another. Needs the server's lock.
pub(crate) fn exists(layout: &Layout) -> bool {
    open_users(layout).is_ok_and(|users| users.try_lock().is_err())
}

/// One use of the server.
#[derive(Debug)]
pub(crate) struct Usage {
    path: PathBuf,
    #[expect(dead_code, reason = "held for its lock")]
    users: File,
    #[expect(dead_code, reason = "held for its thread")]
    heartbeat: Option<Heartbeat>,
}

impl Drop for Usage {
    fn drop(&mut self) {
        let _ = touch(&self.path);
    }
}

/// A thread that marks the server as used, until it is dropped.
#[derive(Debug)]
struct Heartbeat {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// None where the system has no thread left: the lock says the same to a watcher that can see it.
    fn start(path: PathBuf, idle: Duration) -> Option<Self> {
        let pause = BETWEEN_MARKS.min(idle / 4);
        let (end, ended) = mpsc::channel();
        let thread = std::thread::Builder::new().name("server-in-use".to_owned()).spawn(move || {
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let _ = touch(&path);
            }
        });
        Some(Self { end: Some(end), thread: Some(thread.ok()?) })
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Written over the last mark, which needs no room on a full disk.
fn touch(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(mark().as_bytes())
}

/// A line that differs from every other, and is as long.
fn mark() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:032}-{:010}\n", now.as_nanos(), std::process::id())
}

fn open_users(layout: &Layout) -> io::Result<File> {
    let path = layout.users();
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
