//! The one place of this crate that starts programs.
//!
//! Must not know what the programs are for, and must not let variables through to them that name a database.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::identity::Identity;

/// A program could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program could not be started.
    #[error("could not run `{}`", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program took too long and was ended.
    #[error("`{}` was ended after {} seconds", program.display(), limit.as_secs())]
    TooLong {
        /// The program.
        program: PathBuf,
        /// What it was allowed.
        limit: Duration,
    },
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// A program to run, as whom and in what surroundings.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    path: &'a Path,
    arguments: Vec<OsString>,
    identity: &'a Identity,
    /// The `PATH` of a bare environment; without it, the program inherits the caller's.
    bare: Option<&'a OsStr>,
    folder: Option<&'a Path>,
    input: String,
    limit: Duration,
}

impl<'a> Program<'a> {
    pub(crate) fn new(path: &'a Path) -> Self {
        Self {
            path,
            arguments: Vec::new(),
            identity: &Identity::Caller,
            bare: None,
            folder: None,
            input: String::new(),
            limit: Duration::from_secs(30),
        }
    }

    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn identity(mut self, identity: &'a Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Nothing of the caller's environment but this `PATH`: what is inherited could change what the server does.
    pub(crate) fn bare(mut self, search_path: &'a OsStr) -> Self {
        self.bare = Some(search_path);
        self
    }

    pub(crate) fn folder(mut self, folder: &'a Path) -> Self {
        self.folder = Some(folder);
        self
    }

    pub(crate) fn input(mut self, input: String) -> Self {
        self.input = input;
        self
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs the program to its end and keeps what it wrote.
    pub(crate) fn run(self) -> Result<Outcome, ProcessError> {
        let failed = |source| ProcessError::Start { program: self.path.to_path_buf(), source };
        // Files and not pipes: nobody has to read while the program runs, and a grandchild cannot hold us up.
        let mut output = tempfile::tempfile().map_err(failed)?;
        let mut errors = tempfile::tempfile().map_err(failed)?;
        let mut child = self
            .command()
            .stdin(self.standard_input().map_err(failed)?)
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(errors.try_clone().map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let Some(status) = wait(&mut child, self.limit).map_err(failed)? else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(ProcessError::TooLong { program: self.path.to_path_buf(), limit: self.limit });
        };
        Ok(Outcome {
            success: status.success(),
            output: from_the_start(&mut output).map_err(failed)?,
            errors: from_the_start(&mut errors).map_err(failed)?,
        })
    }

    /// Starts the program in its own process group, so that a Ctrl-C in the terminal does not reach it, and leaves
    /// it running when the caller ends.
    pub(crate) fn leave_running(self, log: &File) -> io::Result<Child> {
        let mut command = self.command_by(new_detached_command);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?).spawn()
    }

    /// As [`Self::leave_running`], in a session of its own by way of the program `setsid`.
    #[cfg(unix)]
    pub(crate) fn leave_running_in_session(self, setsid: &Path, log: &File) -> io::Result<Child> {
        // Not in a process group of its own: `setsid` would start another process, with a number that we do not know.
        let mut command = self.command_by(|program| {
            let mut command = new_detached_command(setsid);
            command.arg(program);
            command
        });
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?).spawn()
    }

    /// Hands the terminal to the program and waits for it.
    pub(crate) fn run_in_terminal(self, variables: &[(&str, &OsStr)]) -> io::Result<ExitStatus> {
        self.command().envs(variables.iter().copied()).status()
    }

    fn command(&self) -> Command {
        self.command_by(new_command)
    }

    fn command_by(&self, new_command: impl Fn(&Path) -> Command) -> Command {
        let mut command = self.identity.command(self.path, new_command);
        command.args(&self.arguments);
        match self.bare {
            Some(search_path) => make_bare(&mut command, search_path),
            None => forget_databases(&mut command),
        }
        if let Some(folder) = self.folder {
            command.current_dir(folder);
        }
        command
    }

    fn standard_input(&self) -> io::Result<Stdio> {
        if self.input.is_empty() {
            return Ok(Stdio::null());
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(self.input.as_bytes())?;
        file.rewind()?;
        Ok(Stdio::from(file))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place of this crate that starts programs")]
fn new_command(program: &Path) -> Command {
    Command::new(program)
}

/// Closes what the caller itself inherited beyond the three standard streams: a pipe that a server holds open would
/// keep its reader waiting.
#[cfg(unix)]
fn new_detached_command(program: &Path) -> Command {
    const CLOSE: &str = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec \"$@\"";
    let mut command = new_command(Path::new("/bin/sh"));
    command.args(["-c", CLOSE, "sh"]).arg(program);
    command
}

#[cfg(not(unix))]
fn new_detached_command(program: &Path) -> Command {
    new_command(program)
}

fn make_bare(command: &mut Command, search_path: &OsStr) {
    // Windows programs do not start without `SystemRoot` and its kin.
    if cfg!(unix) {
        command.env_clear();
    } else {
        forget_databases(command);
    }
    command.env("PATH", search_path).env("LC_ALL", "C").env("TZ", "UTC");
}

fn forget_databases(command: &mut Command) {
    const VARIABLES: [&str; 28] = [
        // Not PostgreSQL's own, but it names a database, and often holds a password.
        "DATABASE_URL",
        "PGAPPNAME",
        "PGCHANNELBINDING",
        "PGCLIENTENCODING",
        "PGCONNECT_TIMEOUT",
        "PGDATA",
        "PGDATABASE",
        "PGDATESTYLE",
        "PGGSSENCMODE",
        "PGHOST",
        "PGHOSTADDR",
        "PGOPTIONS",
        "PGPASSFILE",
        "PGPASSWORD",
        "PGPORT",
        "PGREQUIREAUTH",
        "PGREQUIREPEER",
        "PGSERVICE",
        "PGSERVICEFILE",
        "PGSSLCERT",
        "PGSSLKEY",
        "PGSSLMODE",
        "PGSSLNEGOTIATION",
        "PGSSLROOTCERT",
        "PGSYSCONFDIR",
        "PGTARGETSESSIONATTRS",
        "PGTZ",
        "PGUSER",
    ];
    for variable in VARIABLES {
        command.env_remove(variable);
    }
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn from_the_start(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
