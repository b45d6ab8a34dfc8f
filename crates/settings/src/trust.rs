//! Files that another user may have put in the way of the search: `crosstrack.toml`, `.env` and the programs of hooks.
//!
//! The model is git's `safe.directory` (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory>): such a file can
//! name programs that run and databases that are changed, so that its owner would act as the person who runs the command. It must not
//! judge a file that was named by a flag.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::environment::Environment;

/// The variable that names trusted folders.
pub(crate) const SAFE_DIRECTORY: &str = "CROSSTRACK_SAFE_DIRECTORY";

/// The reason why a file is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// It belongs to another user.
    OtherOwner {
        /// The number of that user.
        owner: u32,
    },
    /// Every user of this machine can write to it.
    Writable,
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherOwner { owner } => write!(formatter, "belongs to another user (number {owner})"),
            Self::Writable => formatter.write_str("can be written by every user of this machine"),
        }
    }
}

/// A file that was found and is not trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not trusted: it {reason}", .path.display())]
pub struct Untrusted {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub reason: Distrust,
}

impl Untrusted {
    /// The advice: read the file, then trust its folder.
    pub fn hint(&self) -> String {
        let folder = self.path.parent().unwrap_or(&self.path).display();
        let repair = match self.reason {
            Distrust::OtherOwner { .. } => String::new(),
            Distrust::Writable => format!("run `chmod o-w {}` or ", self.path.display()),
        };
        format!(
            "read it first: it can name programs that run; to trust it, {repair}set {SAFE_DIRECTORY}={folder}"
        )
    }
}

/// The owner and the rights of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rights {
    owner: u32,
    is_writable_by_all: bool,
}

/// The rule: a file is trusted that belongs to the caller or to root, and one in the working directory that belongs to the owner of that
/// folder, as in a container whose files come from outside.
fn judge(file: Rights, working_directory: Option<Rights>, caller: Option<u32>) -> Option<Distrust> {
    if file.is_writable_by_all {
        return Some(Distrust::Writable);
    }
    let is_own = caller.is_none_or(|caller| file.owner == caller) || file.owner == 0;
    let is_of_folder =
        working_directory.is_some_and(|folder| folder.owner == file.owner && !folder.is_writable_by_all);
    (!is_own && !is_of_folder).then_some(Distrust::OtherOwner { owner: file.owner })
}

/// Checks a file that was found, and not named.
///
/// # Errors
/// When another user may have written it, and its folder is not declared to be safe.
pub fn check_trust(
    file: &Path,
    working_directory: &Path,
    environment: &Environment,
) -> Result<(), Untrusted> {
    // A file that cannot be read is told by its reader.
    let Some(rights) = rights(file) else { return Ok(()) };
    let folder = rights_of_folder(file, working_directory);
    match judge(rights, folder, environment.user_number()) {
        Some(reason) if !is_declared_safe(file, environment) => {
            Err(Untrusted { path: file.to_owned(), reason })
        }
        _ => Ok(()),
    }
}

/// The rights of the working directory, where the file is in it.
fn rights_of_folder(file: &Path, working_directory: &Path) -> Option<Rights> {
    if file.parent() == Some(working_directory) { rights(working_directory) } else { None }
}

fn is_declared_safe(file: &Path, environment: &Environment) -> bool {
    let Some(declared) = environment.get(SAFE_DIRECTORY) else { return false };
    std::env::split_paths(declared).any(|safe| safe == Path::new("*") || file.starts_with(safe))
}

#[cfg(unix)]
fn rights(path: &Path) -> Option<Rights> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = path.metadata().ok()?;
    // In a folder with the sticky bit only the owner can replace a file; what is in it is judged by its own owner.
    let is_sticky = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
    Some(Rights { owner: metadata.uid(), is_writable_by_all: metadata.mode() & 0o002 != 0 && !is_sticky })
}

#[cfg(not(unix))]
fn rights(_: &Path) -> Option<Rights> {
    None
}

#[cfg(test)]
mod tests {
    use super::{Distrust, Rights, judge};

    const ME: Option<u32> = Some(1000);

    fn of(owner: u32) -> Rights {
        Rights { owner, is_writable_by_all: false }
    }

    #[test]
    fn files_of_the_caller_and_of_root_are_trusted() {
        assert_eq!(judge(of(1000), None, ME), None);
        assert_eq!(judge(of(0), None, ME), None);
        assert_eq!(judge(of(1001), None, None), None, "the system does not say who the caller is");
    }

    #[test]
    fn a_file_of_another_user_is_not_unless_the_whole_working_directory_is_that_users() {
        let other = Some(Distrust::OtherOwner { owner: 1001 });
        assert_eq!(judge(of(1001), None, ME), other);
        assert_eq!(judge(of(1001), None, Some(0)), other, "not by root either");
        assert_eq!(judge(of(1001), Some(of(1001)), Some(0)), None);
        assert_eq!(judge(of(1001), Some(of(0)), ME), other, "as in /tmp");
        let shared = Rights { is_writable_by_all: true, ..of(1001) };
        assert_eq!(judge(of(1001), Some(shared), ME), other);
    }

    #[test]
    fn a_file_that_all_can_write_is_not_trusted_whoever_owns_it() {
        let shared = Rights { is_writable_by_all: true, ..of(1000) };
        assert_eq!(judge(shared, Some(of(1000)), ME), Some(Distrust::Writable));
    }
}
