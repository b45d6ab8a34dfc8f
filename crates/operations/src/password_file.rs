//! The password of a client program, in a file that only this user can read and that goes with the value.
//!
//! Must not put the password anywhere else: arguments are shown to everybody, and an environment to every process of the
//! same user, for as long as the program runs.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A password file of libpq's: <https://www.postgresql.org/docs/current/libpq-pgpass.html>.
pub(crate) struct PasswordFile {
    path: PathBuf,
    /// Private, and removed with what is in it.
    _folder: TempDir,
}

impl PasswordFile {
    /// Writes the password for whatever server the program is told to connect to.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(password: &str) -> io::Result<Self> {
        let folder = private_folder()?;
        let path = folder.path().join("pgpass");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // libpq passes over a file that others may read.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(line(password).as_bytes())?;
        Ok(Self { path, _folder: folder })
    }

    /// Where it is, for `PGPASSFILE`.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a line of a password file can hold the password: it ends with the line.
pub(crate) fn fits(password: &str) -> bool {
    !password.contains(['\n', '\r'])
}

/// A folder that nobody else can look into.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("crosstrack-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

fn line(password: &str) -> String {
    let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
    format!("*:*:*:*:{escaped}\n")
}

#[cfg(test)]
mod tests {
    use super::{PasswordFile, fits, line};

    #[test]
    fn colons_and_backslashes_are_escaped_and_nothing_else() {
        assert_eq!(line("a:b\\c#'\"% é"), "*:*:*:*:a\\:b\\\\c#'\"% é\n");
    }

    #[test]
    fn a_line_break_does_not_fit_into_a_line() {
        assert!(fits("a b\tc"));
        assert!(!fits("a\nb") && !fits("a\r"));
    }

    #[test]
    fn the_file_is_private_and_goes_with_the_value() {
        let file = PasswordFile::write("secret").unwrap();
        let path = file.path().to_owned();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "*:*:*:*:secret\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        drop(file);
        assert!(!path.parent().unwrap().exists());
    }
}
