//! The password of the development server's role, in a file that only this user can read and that goes with the value.
//!
//! Must not put the password anywhere else: arguments are shown to everybody, and an environment to every process of the
//! same user, for as long as the program runs.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::Running;

/// A password file of libpq's: <https://www.postgresql.org/docs/current/libpq-pgpass.html>.
#[derive(Debug)]
pub struct PasswordFile {
    path: PathBuf,
    /// Private, and removed with what is in it.
    _folder: TempDir,
}

impl PasswordFile {
    /// Where it is, for `PGPASSFILE`.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Running {
    /// Writes a password file for this server, for a client program that is about to be run. It must outlive the program.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_password_file(&self) -> io::Result<PasswordFile> {
        let folder = private_folder()?;
        let path = folder.path().join("pgpass");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // libpq passes over a file that others may read.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Nothing here needs escaping: the password consists of hexadecimal digits.
        let line = format!("127.0.0.1:{}:*:{}:{}\n", self.port, self.user, self.password.expose());
        options.open(&path)?.write_all(line.as_bytes())?;
        Ok(PasswordFile { path, _folder: folder })
    }
}

/// A folder that nobody else can look into.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("crosstrack-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}
