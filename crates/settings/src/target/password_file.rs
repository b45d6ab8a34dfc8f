//! The password file: `host:port:database:user:password`, one line for each.
//!
//! It must not fail: as in libpq, a file that is absent, open to others or malformed is a password that is not there.

use std::path::{Path, PathBuf};

use super::parameters::Parameters;
use super::{Host, SOCKET_FOLDERS, Secret};
use crate::environment::Environment;

/// What a line has to match.
pub(super) struct Login<'a> {
    pub(super) hosts: &'a [Host],
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The file that is named, or else the one in the home folder.
pub(super) fn path(parameters: &Parameters, environment: &Environment) -> Option<PathBuf> {
    let usual = || environment.libpq_home().map(|home| home.join(".pgpass"));
    parameters.get("passfile").map(PathBuf::from).or_else(usual)
}

/// The password of the first host that has one.
///
/// Only one password is kept for all hosts: when the file has different ones, a warning says so.
pub(super) fn find(path: &Path, login: &Login<'_>, warnings: &mut Vec<String>) -> Option<Secret> {
    if !is_private(path, warnings) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let mut passwords: Vec<String> = login
        .hosts
        .iter()
        .filter_map(|host| text.lines().find_map(|line| password(line, host, login)))
        .filter(|password| !password.is_empty())
        .collect();
    passwords.dedup();
    if passwords.len() > 1 {
        let file = path.display();
        warnings
            .push(format!("`{file}` has different passwords for the hosts: the first one is used for all"));
    }
    passwords.into_iter().next().map(Secret::new)
}

fn password(line: &str, host: &Host, login: &Login<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let (name, port) = match host {
        Host::Tcp { name, port, .. } => (name.clone(), port),
        // As in libpq, the usual folder of sockets is this machine.
        Host::Socket { directory, port }
            if SOCKET_FOLDERS.iter().any(|usual| directory == Path::new(usual)) =>
        {
            ("localhost".to_owned(), port)
        }
        Host::Socket { directory, port } => (directory.to_string_lossy().into_owned(), port),
    };
    let rest = after_match(line, &name)?;
    let rest = after_match(rest, &port.to_string())?;
    let rest = after_match(rest, login.database)?;
    let rest = after_match(rest, login.user)?;
    Some(field(rest).0)
}

/// What follows the first field if that is `*` or the wanted text.
fn after_match<'l>(line: &'l str, wanted: &str) -> Option<&'l str> {
    if let Some(rest) = line.strip_prefix("*:") {
        return Some(rest);
    }
    let (text, rest) = field(line);
    (text == wanted).then_some(rest?)
}

/// The first field without its backslashes, and what follows its colon.
fn field(line: &str) -> (String, Option<&str>) {
    let mut text = String::new();
    let mut characters = line.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '\\' => text.push(characters.next().map_or('\\', |(_, escaped)| escaped)),
            ':' => return (text, Some(&line[position + 1..])),
            _ => text.push(character),
        }
    }
    (text, None)
}

#[cfg(unix)]
fn is_private(path: &Path, warnings: &mut Vec<String>) -> bool {
    use std::os::unix::fs::PermissionsExt;

    let Ok(metadata) = std::fs::metadata(path) else { return false };
    let file = path.display();
    if !metadata.is_file() {
        // An empty device is the usual way to say that there is no password file.
        if path != Path::new("/dev/null") {
            warnings.push(format!("the password file `{file}` is passed over: it is not a plain file"));
        }
        return false;
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        warnings.push(format!(
            "the password file `{file}` is passed over: others may read it (`chmod 600` makes it private)"
        ));
        return false;
    }
    true
}

#[cfg(not(unix))]
fn is_private(path: &Path, _warnings: &mut Vec<String>) -> bool {
    path.is_file()
}
