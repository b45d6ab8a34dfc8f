//! Hooks: programs of the project that run before and after a change, such as those that write types from the schema.
//!
//! Must not give a child the password by its arguments or its environment: it goes by a password file that ends with the child.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crosstrack_database::Endpoint;
use crosstrack_passfile::PasswordFile;
use crosstrack_settings::{HookMoment, HookSettings, Target};

/// How often is looked whether a hook is done.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// The most that is shown of what a failed hook said, in bytes from its end.
const SAID_LIMIT: usize = 2_000;

/// What hooks are told.
#[derive(Clone, Copy)]
pub struct Hooked<'a> {
    /// The folder of `crosstrack.toml`, in which they run.
    pub root: &'a Path,
    /// The database.
    pub target: &'a Target,
    /// The server that was chosen.
    pub endpoint: &'a Endpoint,
    /// The command, as the journal has it.
    pub command: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// How many migrations the run applied or reverted, or is about to.
    pub migrations: usize,
    /// Whether the run was asked to stop. Then the hook that runs is ended.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// Why a hook did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The program could not be started.
    #[error("cannot run the hook `{hook}`")]
    Run {
        /// The program and its arguments.
        hook: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// It ended with an error.
    #[error("the hook `{hook}` failed with {code}{}", if .said.is_empty() { String::new() } else { format!(": {}", .said) })]
    Failed {
        /// The program and its arguments.
        hook: String,
        /// Its exit code, or that a signal ended it.
        code: String,
        /// The end of what it said.
        said: String,
    },
    /// It ran too long and was ended.
    #[error("the hook `{hook}` ran longer than its `timeout` of {} s and was ended", timeout.as_secs())]
    TooLong {
        /// The program and its arguments.
        hook: String,
        /// How long it may run.
        timeout: Duration,
    },
    /// The run was asked to stop.
    #[error("stopped while the hook `{hook}` was running")]
    Stopped {
        /// The program and its arguments.
        hook: String,
    },
    /// The password file cannot be written.
    #[error("cannot write a password file for the hook `{hook}`")]
    PasswordFile {
        /// The program and its arguments.
        hook: String,
        /// What the operating system says.
        source: io::Error,
    },
}

/// The hooks of a moment. Where nothing is done, only those that always run.
pub fn hooks_at(hooks: &[HookSettings], moment: HookMoment, is_change: bool) -> Vec<&HookSettings> {
    hooks.iter().filter(|hook| hook.moment == moment && (is_change || hook.always)).collect()
}

/// Runs a hook to its end; gives what it said.
///
/// # Errors
/// When it cannot be started, fails, or takes too long.
pub fn run_hook(hook: &HookSettings, hooked: &Hooked<'_>) -> Result<String, HookError> {
    let name = hook.run.join(" ");
    let Some((program, arguments)) = hook.run.split_first() else { return Ok(String::new()) };
    let failed = |source| HookError::Run { hook: name.clone(), source };
    let password =
        password_file(hooked).map_err(|source| HookError::PasswordFile { hook: name.clone(), source })?;
    let mut command = duct::cmd(program, arguments)
        .dir(hooked.root)
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked();
    for (variable, value) in variables(hooked, password.as_ref()) {
        command = if value.is_empty() { command.env_remove(variable) } else { command.env(variable, value) };
    }
    // A Ctrl-C in the terminal is for this program, which then ends the hook.
    #[cfg(unix)]
    let command = command.before_spawn(|child| {
        std::os::unix::process::CommandExt::process_group(child, 0);
        Ok(())
    });
    let child = command.start().map_err(failed)?;
    let began = Instant::now();
    loop {
        if let Some(output) = child.wait_timeout(BETWEEN_LOOKS).map_err(failed)? {
            let said = end_of(&String::from_utf8_lossy(&output.stdout));
            return match output.status.code() {
                Some(0) => Ok(said),
                Some(code) => Err(HookError::Failed { hook: name, code: format!("exit code {code}"), said }),
                None => Err(HookError::Failed { hook: name, code: "a signal".into(), said }),
            };
        }
        let is_stopped = (hooked.is_stopped)();
        if is_stopped || began.elapsed() > hook.timeout {
            end(&child).map_err(failed)?;
            let too_long = HookError::TooLong { hook: name.clone(), timeout: hook.timeout };
            return Err(if is_stopped { HookError::Stopped { hook: name } } else { too_long });
        }
    }
}

/// Ends a hook and whatever it has started: all of it is in one process group.
fn end(child: &duct::Handle) -> io::Result<()> {
    #[cfg(unix)]
    for group in child.pids().into_iter().filter_map(|pid| rustix::process::Pid::from_raw(pid.cast_signed()))
    {
        // One that is over has nothing to end.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    child.kill()
}

/// The end of a text, on one line.
fn end_of(said: &str) -> String {
    let said = said.trim();
    let start = said.ceil_char_boundary(said.len().saturating_sub(SAID_LIMIT));
    said[start..].to_owned()
}

fn password_file(hooked: &Hooked<'_>) -> io::Result<Option<PasswordFile>> {
    hooked.target.password.as_ref().map(|password| PasswordFile::write(password.expose())).transpose()
}

/// The connection without its password, for libpq, Diesel and sqlx, and what the run is. An empty value stands for a variable that
/// the hook must not inherit.
fn variables(hooked: &Hooked<'_>, password: Option<&PasswordFile>) -> Vec<(&'static str, OsString)> {
    let mut variables = hooked.endpoint.variables(hooked.target, password.map(PasswordFile::path));
    let own = [
        ("DATABASE_URL", hooked.target.redacted().into()),
        ("CROSSTRACK_COMMAND", hooked.command.into()),
        ("CROSSTRACK_ENV", hooked.environment.into()),
        ("CROSSTRACK_MIGRATIONS", hooked.migrations.to_string().into()),
    ];
    variables.retain(|(name, _)| *name != "DATABASE_URL");
    variables.extend(own);
    variables
}
