//! Starting the server's process and waiting until it accepts connections.
//!
//! Must not be called without the lock, and must not end the process: it outlives the tool.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::identity::Identity;
use crate::layout::Layout;
use crate::postmaster::{self, Observation, PidFile};
use crate::process::Program;
use crate::profile::Profile;
use crate::{Binaries, Progress, RecordError, record};

/// Recovery after a crash may take long on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
pub(crate) const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
const LARGEST_LOG: u64 = 10 * 1024 * 1024;

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The folder for its socket cannot be made.
    #[error("could not make the folder `{}` for the server's socket", path.display())]
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for its socket is somebody else's.
    #[error("the folder `{}` for the server's socket is not this user's alone", path.display())]
    ForeignSocketFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file of the server's cannot be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program does not start.
    #[error("could not run `{}`", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The server ended at once.
    #[error("the server ended while it was starting: {said}")]
    Ended {
        /// What it said last.
        said: String,
        /// Where the rest is.
        log: PathBuf,
    },
    /// The server did not become ready.
    #[error("the server is not ready after {} seconds", PATIENCE.as_secs())]
    NotReady {
        /// What it says meanwhile.
        log: PathBuf,
    },
    /// Every port is taken.
    #[error("found no free port on 127.0.0.1")]
    NoPort,
    /// The port or the programs cannot be remembered.
    #[error("could not remember how the server was started")]
    Record {
        /// Why.
        source: RecordError,
    },
}

impl LaunchError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::SocketFolder { .. } | Self::Write { .. } | Self::Record { .. } => {
                "make room on the disk, or choose a folder that you can write to".to_owned()
            }
            Self::ForeignSocketFolder { path } => {
                format!("remove `{}`, or choose a shorter data folder", path.display())
            }
            Self::Start { .. } => "choose other PostgreSQL programs with `--pg-bin`".to_owned(),
            Self::Ended { log, .. } | Self::NotReady { log } => format!("read `{}`", log.display()),
            Self::NoPort => "end a program that listens on one of the ports 20000 to 29999".to_owned(),
        }
    }
}

impl LaunchError {
    /// Whether the server ended because of its data, as far as can be told, and not for want of room or memory.
    pub(crate) fn is_about_the_cluster(&self) -> bool {
        const ABOUT_THE_MACHINE: [&str; 5] = [
            "No space left on device",
            "Cannot allocate memory",
            "Too many open files",
            "could not create shared memory",
            "could not create semaphores",
        ];
        matches!(self, Self::Ended { said, .. } if !ABOUT_THE_MACHINE.iter().any(|words| said.contains(words)))
    }
}

/// What a server's process is made of.
pub(crate) struct ServerProcess<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) binaries: &'a Binaries,
    pub(crate) identity: &'a Identity,
    pub(crate) search_path: &'a OsStr,
    pub(crate) profile: &'a Profile,
}

/// What became of one try.
enum Attempt {
    Ready,
    /// Somebody took the port between the look and the start.
    PortTaken,
    /// Processes of a killed predecessor hold its memory for a moment.
    PredecessorLingers,
}

/// Starts the server on the recorded port, or on another when that is taken.
pub(crate) fn launch(
    process: &ServerProcess<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), LaunchError> {
    process.start(progress)
}

/// Waits while the server is coming up or going down.
pub(crate) fn wait_while_busy(
    layout: &Layout,
    progress: &mut dyn FnMut(Progress),
) -> Result<Observation, LaunchError> {
    let deadline = Instant::now() + PATIENCE;
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
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

impl ServerProcess<'_> {
    fn start(&self, progress: &mut dyn FnMut(Progress)) -> Result<(), LaunchError> {
        self.clean_up_after_predecessor();
        self.prepare_socket_folder()?;
        record::remember_binaries(self.layout, self.binaries)
            .map_err(|source| LaunchError::Record { source })?;
        let recorded = record::port(self.layout);
        let deadline = Instant::now() + PATIENCE;
        for port in self.profile.listen.ports(recorded, self.layout) {
            progress(Progress::Starting { port });
            match self.start_on(port, deadline)? {
                Attempt::Ready if recorded == Some(port) => return Ok(()),
                Attempt::Ready => {
                    return record::remember_port(self.layout, port)
                        .map_err(|source| LaunchError::Record { source });
                }
                Attempt::PortTaken | Attempt::PredecessorLingers => {}
            }
        }
        Err(LaunchError::NoPort)
    }

    fn start_on(&self, port: u16, deadline: Instant) -> Result<Attempt, LaunchError> {
        let mut attempt = self.try_on(port, deadline)?;
        let patience = Instant::now() + Duration::from_secs(10);
        while matches!(attempt, Attempt::PredecessorLingers) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(50));
            attempt = self.try_on(port, deadline)?;
        }
        Ok(attempt)
    }

    fn try_on(&self, port: u16, deadline: Instant) -> Result<Attempt, LaunchError> {
        let path = self.layout.log();
        let log = open_log(&path).map_err(|source| LaunchError::Write { path: path.clone(), source })?;
        let beginning = log.metadata().map_or(0, |metadata| metadata.len());
        let mut child = self.spawn(port, &log)?;
        loop {
            if let Some(status) = ended(&mut child) {
                return judge(&path, beginning, status);
            }
            if matches!(postmaster::observe(self.layout), Observation::Ready { .. }) {
                wait_in_background(child);
                return Ok(Attempt::Ready);
            }
            if Instant::now() >= deadline {
                wait_in_background(child);
                return Err(LaunchError::NotReady { log: path });
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }

    #[cfg(unix)]
    fn spawn(&self, port: u16, log: &File) -> Result<Child, LaunchError> {
        let postgres = self.binaries.program("postgres");
        let cluster = self.layout.cluster();
        let child = Program::new(&postgres)
            .identity(self.identity)
            .bare(self.search_path)
            .folder(&self.layout.reachable)
            .arguments([OsStr::new("-D"), cluster.as_os_str()])
            .arguments(self.options(port))
            .leave_running(log);
        child.map_err(|source| LaunchError::Start { program: postgres.clone(), source })
    }

    /// On Windows `pg_ctl` sheds an administrator's privileges, which the server refuses.
    #[cfg(not(unix))]
    fn spawn(&self, port: u16, log: &File) -> Result<Child, LaunchError> {
        let pg_ctl = self.binaries.program("pg_ctl");
        let cluster = self.layout.cluster();
        let options: Vec<String> =
            self.options(port).iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let child = Program::new(&pg_ctl)
            .bare(self.search_path)
            .arguments([OsStr::new("start"), OsStr::new("-w"), OsStr::new("-D"), cluster.as_os_str()])
            .arguments(["-o".to_owned(), options.join(" ")])
            .leave_running(log);
        child.map_err(|source| LaunchError::Start { program: pg_ctl.clone(), source })
    }

    /// On the command line, because that wins over every file: it never listens beyond loopback.
    fn options(&self, port: u16) -> Vec<OsString> {
        let mut options = vec![
            option("listen_addresses", self.profile.listen.addresses()),
            option("port", &port.to_string()),
            option("unix_socket_permissions", "0700"),
            option("unix_socket_directories", &socket_directories(self.layout)),
            option("logging_collector", "off"),
        ];
        options.extend(self.profile.options.iter().map(|(name, value)| option(name, value)));
        options.into_iter().flatten().collect()
    }

    /// Removes what a killed server left: a number that now belongs to a stranger, and children of the dead one.
    fn clean_up_after_predecessor(&self) {
        let cluster = self.layout.cluster();
        for pid in postmaster::leftovers(&cluster) {
            crate::stop::kill(pid);
        }
        // PostgreSQL itself cleans up after a number that is nobody's, and looks for survivors first.
        let Some(note) = PidFile::read(&cluster).filter(|note| crate::stop::process_exists(note.pid)) else {
            return;
        };
        let _ = std::fs::remove_file(cluster.join("postmaster.pid"));
        let socket = self.layout.socket_directory().join(format!(".s.PGSQL.{}", note.port));
        let _ = std::fs::remove_file(socket.with_added_extension("lock"));
        let _ = std::fs::remove_file(socket);
    }

    #[cfg(unix)]
    fn prepare_socket_folder(&self) -> Result<(), LaunchError> {
        use std::os::unix::fs::MetadataExt as _;

        let path = self.layout.socket_directory();
        let failed = |source| LaunchError::SocketFolder { path: path.clone(), source };
        match std::fs::create_dir(&path) {
            Ok(()) => record::restrict(&path, 0o700)
                .and_then(|()| self.identity.take_over(&path))
                .map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(failed(source)),
        }
        let metadata = path.symlink_metadata().map_err(failed)?;
        let private =
            metadata.is_dir() && metadata.uid() == self.identity.owner() && metadata.mode() & 0o777 == 0o700;
        if private { Ok(()) } else { Err(LaunchError::ForeignSocketFolder { path }) }
    }

    #[cfg(not(unix))]
    fn prepare_socket_folder(&self) -> Result<(), LaunchError> {
        Ok(())
    }
}

pub(crate) fn option(name: &str, value: &str) -> [OsString; 2] {
    ["-c".into(), format!("{name}={value}").into()]
}

/// Quoted, because the setting is a list with commas.
fn socket_directories(layout: &Layout) -> String {
    if !cfg!(unix) {
        return String::new();
    }
    format!("\"{}\"", layout.socket_directory().display().to_string().replace('"', "\"\""))
}

pub(crate) fn open_log(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|metadata| metadata.len() > LARGEST_LOG) {
        std::fs::rename(path, path.with_added_extension("old"))?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let log = options.open(path)?;
    record::give_to_folders_owner(path)?;
    Ok(log)
}

fn ended(child: &mut Child) -> Option<String> {
    let status = child.try_wait().ok()??;
    // On Windows the child is `pg_ctl`, which ends well when the server has started.
    (cfg!(unix) || !status.success()).then(|| status.to_string())
}

/// A dead child that nobody waits for would look alive to the next start.
pub(crate) fn wait_in_background(mut child: Child) {
    std::thread::spawn(move || child.wait());
}

/// Tells from what the server wrote why it ended.
fn judge(log: &Path, beginning: u64, status: String) -> Result<Attempt, LaunchError> {
    let text = text_after(log, beginning).unwrap_or_default();
    if text.contains("could not create any TCP/IP sockets") || text.contains("Address already in use") {
        return Ok(Attempt::PortTaken);
    }
    if text.contains("is still in use") {
        return Ok(Attempt::PredecessorLingers);
    }
    let last = text.lines().rfind(|line| line.contains("FATAL:") || line.contains("PANIC:"));
    let said = last.or_else(|| text.lines().next_back()).map_or(status, str::to_owned);
    Err(LaunchError::Ended { said, log: log.to_path_buf() })
}

fn text_after(log: &Path, beginning: u64) -> io::Result<String> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(beginning))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
