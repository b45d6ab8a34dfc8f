//! Child processes: the only file of this crate that starts any, and that looks at the environment for them.
//!
//! Must not let a child see a database that the developer set up for something else.
#![expect(clippy::disallowed_methods, reason = "xtask starts child processes; this is the file that does")]

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// A program about to be started in the workspace's folder, without a terminal to ask.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Captured {
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its stdout.
    pub(crate) output: String,
    /// Its stderr.
    pub(crate) errors: String,
}

/// What a program cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// The time on the clock.
    pub(crate) seconds: f64,
    /// The most memory that it and its children had resident together, shared pages counted once, where the system tells (Linux).
    pub(crate) kilobytes: u64,
}

impl Program {
    /// The program at this path, or of this name on `PATH`.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(crate::workspace::root()).stdin(Stdio::null());
        for name in std::env::vars_os().map(|(name, _)| name).filter(|name| names_a_database(name)) {
            command.env_remove(name);
        }
        Self { command }
    }

    /// The cargo that runs this very program.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
    }

    /// This very program.
    pub(crate) fn xtask() -> Self {
        Self::new(std::env::current_exe().unwrap_or_else(|_| PathBuf::from("xtask")))
    }

    /// Starts it in this folder instead.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it on this terminal and waits for its end.
    pub(crate) fn run(mut self) -> Result<ExitStatus, Failure> {
        self.command.status().map_err(|error| self.not_run(&error))
    }

    /// Runs it, waits for its end and keeps what it says.
    pub(crate) fn capture(mut self) -> Result<Captured, Failure> {
        let output = self.command.output().map_err(|error| self.not_run(&error))?;
        Ok(Captured {
            code: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it, and measures.
    pub(crate) fn measure(mut self) -> Result<Measured, Failure> {
        let began = Instant::now();
        let spawned = self.command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let mut child = spawned.map_err(|error| self.not_run(&error))?;
        let mut kilobytes = 0;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|error| self.not_run(&error))? {
                break status;
            }
            kilobytes = kilobytes.max(proportional_kilobytes(child.id()));
            std::thread::sleep(Duration::from_millis(10));
        };
        let seconds = began.elapsed().as_secs_f64();
        if !status.success() {
            let what = "a contender failed";
            return Err(Failure::new(what, status.to_string(), "mend it: a failed run measures nothing"));
        }
        Ok(Measured { seconds, kilobytes })
    }

    /// Runs it and keeps what a terminal would have shown: stdout and stderr in the order of writing.
    pub(crate) fn transcript(mut self) -> Result<String, Failure> {
        self.read_both().map_err(|error| self.not_run(&error))
    }

    fn read_both(&mut self) -> io::Result<String> {
        let (mut reader, writer) = io::pipe()?;
        self.command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = self.command.spawn()?;
        // The pipe ends when its last writer is gone, and the command holds two.
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        child.wait()?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn not_run(&self, error: &io::Error) -> Failure {
        let program = Path::new(self.command.get_program()).display();
        let remedy =
            "see that it is installed and on PATH; what is under target/ may be deleted and made anew";
        Failure::new(format!("could not run `{program}`"), error.to_string(), remedy)
    }
}

/// The memory that a process and its children have now, in kilobytes: <https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html>.
fn proportional_kilobytes(process: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let own: u64 = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().split(' ').next()?.parse().ok())
        .unwrap_or_default();
    let children =
        std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    own + children.map(proportional_kilobytes).sum::<u64>()
}

/// The value of `PATH`.
pub(crate) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// libpq's variables, the URL that both ORMs read, and what `crosstrack` itself listens to.
fn names_a_database(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("PG") || name.starts_with("CROSSTRACK_") || name == "DATABASE_URL" || name == "APP_ENV"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_sees_no_database_of_somebody_elses() {
        let names = ["DATABASE_URL", "PGHOST", "PGPASSWORD", "CROSSTRACK_ENV", "PATH", "CARGO_HOME"];
        let hidden: Vec<_> = names.into_iter().filter(|name| names_a_database(OsStr::new(name))).collect();
        assert_eq!(hidden, ["DATABASE_URL", "PGHOST", "PGPASSWORD", "CROSSTRACK_ENV"]);
    }

    #[test]
    fn a_transcript_has_both_streams_in_the_order_of_writing() {
        let script = "echo one; echo two >&2; echo three";
        let transcript = Program::new("sh").arguments(["-c", script]).transcript().unwrap();
        assert_eq!(transcript, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = Program::new("no-such-program").capture().unwrap_err();
        assert_eq!(failure.what, "could not run `no-such-program`");
    }
}
