//! Handing the terminal to `psql`.
//!
//! Must not put the password into an argument or a variable: it goes by a password file that ends with the program.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use crosstrack_passfile::PasswordFile;

use crate::Running;
use crate::process::Program;

/// `psql` could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PsqlError {
    /// The server's programs come without it.
    #[error("found no `psql` in `{}`", directory.display())]
    Missing {
        /// The folder of the server's programs.
        directory: PathBuf,
    },
    /// The password cannot be handed over.
    #[error("could not write a password file for `psql`")]
    PasswordFile {
        /// What the system said.
        source: io::Error,
    },
    /// It does not start.
    #[error("could not run `{}`", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PsqlError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        "connect with another client to the URL that `db server url` prints".to_owned()
    }
}

impl Running {
    /// Hands the terminal to `psql`, connected to `database`, and waits for its end.
    pub fn open_psql(&self, database: &str, arguments: &[OsString]) -> Result<ExitStatus, PsqlError> {
        let program = self.psql().ok_or_else(|| PsqlError::Missing { directory: self.binaries.clone() })?;
        let port = self.port.to_string();
        let host = self.socket_directory.as_deref().map_or(OsStr::new("127.0.0.1"), |path| path.as_os_str());
        let own = [("--host", host), ("--port", OsStr::new(&port)), ("--username", OsStr::new(&self.user))];
        // The socket asks for no password.
        let password = self.socket_directory.is_none().then(|| PasswordFile::write(self.password.expose()));
        let password = password.transpose().map_err(|source| PsqlError::PasswordFile { source })?;
        let variable = password.as_ref().map(|file| ("PGPASSFILE", file.path().as_os_str()));
        Program::new(&program)
            .arguments(own.iter().flat_map(|(name, value)| [OsStr::new(name), *value]))
            .arguments(["--dbname", database])
            .arguments(arguments)
            .run_in_terminal(variable.as_slice())
            .map_err(|source| PsqlError::Start { program: program.clone(), source })
    }
}
