//! A client program that runs: its connection, its password, its end.
//!
//! Must not give a child the password by its arguments or its environment: it goes by a password file that ends with the child.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosstrack_database::Endpoint;
use crosstrack_passfile::PasswordFile;
use crosstrack_settings::Target;

use crate::error::BackupError;
use crate::programs::without_passwords;

/// How often is looked how far a program is.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// The most lines that are shown of what a program said.
const LINES_SHOWN: usize = 6;

/// The database that programs connect to, and who may stop them.
#[derive(Clone, Copy)]
pub struct Connection<'a> {
    /// The database.
    pub target: &'a Target,
    /// The server that was chosen.
    pub endpoint: &'a Endpoint,
    /// Whether the run was asked to stop. Then the program that runs is ended.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// How far a program is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The bytes of the file that it writes.
    pub bytes: u64,
    /// The table in hand.
    pub table: Option<String>,
}

/// A program to be run.
pub(crate) struct Child<'a> {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// Another program whose output it reads: that which unpacks a file.
    pub(crate) input: Option<Vec<OsString>>,
    /// The file that it writes.
    pub(crate) writes: Option<&'a Path>,
}

impl Child<'_> {
    /// Runs it to its end; gives what it wrote to stdout. Who no longer waits for it ends it.
    pub(crate) async fn run(
        &self,
        connection: &Connection<'_>,
        on_progress: &mut dyn FnMut(&Progress),
    ) -> Result<String, BackupError> {
        let failed = |source| BackupError::Run { program: self.program.clone(), source };
        let password = password_file(self.name, connection)?;
        // The story of a long dump does not belong into memory.
        let story = tempfile::NamedTempFile::new().map_err(failed)?;
        let mut command = duct::cmd(&self.program, &self.arguments);
        let password_file = password.as_ref().map(PasswordFile::path);
        for (variable, value) in connection.endpoint.variables(connection.target, password_file) {
            command =
                if value.is_empty() { command.env_remove(variable) } else { command.env(variable, value) };
        }
        // A Ctrl-C in the terminal is for this program, which then ends the child and cleans up after it.
        #[cfg(unix)]
        let command = command.before_spawn(|child| {
            std::os::unix::process::CommandExt::process_group(child, 0);
            Ok(())
        });
        let command = match self.input.as_ref().and_then(|words| words.split_first()) {
            Some((program, arguments)) => {
                without_passwords(duct::cmd(program, arguments)).stdin_null().pipe(command)
            }
            None => command.stdin_null(),
        };
        let command = command.stderr_path(story.path()).stdout_capture().unchecked();
        let child = Running(command.start().map_err(failed)?);
        loop {
            if let Some(output) = child.0.try_wait().map_err(failed)? {
                if output.status.success() {
                    return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
                }
                return Err(BackupError::Failed { program: self.name, said: said(story.path()) });
            }
            if (connection.is_stopped)() {
                return Err(BackupError::Stopped { program: self.name });
            }
            if let Some(file) = self.writes {
                let bytes = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
                on_progress(&Progress { bytes, table: table_in_hand(story.path()) });
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

/// A program that does not outlive the interest in it.
struct Running(duct::Handle);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended need not be ended.
        drop(self.0.kill());
    }
}

/// What a program said that matters: its errors, else its last lines.
fn said(story: &Path) -> String {
    let text =
        std::fs::read(story).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first =
        lines.iter().position(|line| ["error:", "ERROR:", "FATAL:"].iter().any(|word| line.contains(word)));
    let shown: Vec<&str> = match first {
        Some(first) => lines[first..].iter().copied().take(LINES_SHOWN).collect(),
        None => lines[lines.len().saturating_sub(LINES_SHOWN)..].to_vec(),
    };
    shown.join("; ")
}

/// The table of the last line about one: `pg_dump: dumping contents of table "public.users"`.
fn table_in_hand(story: &Path) -> Option<String> {
    let text = tail(story).ok()?;
    let line = text.lines().rev().find(|line| line.contains(" table \"") || line.contains(" table data "))?;
    Some(line.rsplit_once("table ")?.1.trim_matches('"').to_owned())
}

/// The end of a file.
fn tail(path: &Path) -> io::Result<String> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The password for a program, when there is one.
fn password_file(
    program: &'static str,
    connection: &Connection<'_>,
) -> Result<Option<PasswordFile>, BackupError> {
    let Some(password) = &connection.target.password else { return Ok(None) };
    if !crosstrack_passfile::fits(password.expose()) {
        return Err(BackupError::PasswordLine);
    }
    PasswordFile::write(password.expose())
        .map(Some)
        .map_err(|source| BackupError::PasswordFile { program, source })
}
