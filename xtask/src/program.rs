//! Child processes: the only file of this crate that starts any.
//!
//! Must not let a child see a database that the developer set up for something else.
#![expect(clippy::disallowed_methods, reason = "xtask starts child processes; this is the file that does")]

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, ExitStatus, Stdio};

/// A program about to be started in the workspace's folder.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
}

impl Program {
    /// The program at this path, or of this name on `PATH`.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(crate::workspace::root());
        for name in std::env::vars_os().map(|(name, _)| name).filter(|name| names_a_database(name)) {
            command.env_remove(name);
        }
        Self { command }
    }

    /// The cargo that runs this very program.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
    }

    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Runs it on this terminal and waits for its end.
    pub(crate) fn run(mut self) -> io::Result<ExitStatus> {
        self.command.stdin(Stdio::null()).status()
    }
}

/// libpq's variables and the URL that both ORMs read.
fn names_a_database(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("PG") || name == "DATABASE_URL"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_sees_no_database_of_somebody_elses() {
        let names = ["DATABASE_URL", "PGHOST", "PGPASSWORD", "PATH", "CARGO_HOME", "APP_ENV"];
        let hidden: Vec<_> = names.into_iter().filter(|name| names_a_database(OsStr::new(name))).collect();
        assert_eq!(hidden, ["DATABASE_URL", "PGHOST", "PGPASSWORD"]);
    }
}
