//! As whom the server's programs run: PostgreSQL refuses to run as root.
//!
//! Must not be asked for on Windows' behalf: there `pg_ctl` sheds the privileges itself.

#[cfg(not(unix))]
use std::ffi::OsStr;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;
use std::process::Command;

/// No unprivileged user was found to run the server as.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Root may make no user namespace, and there is no account to switch to.
    #[error("found no unprivileged user to run the server as: it does not run as root")]
    NoAccount,
}

impl IdentityError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        "run as an ordinary user, add a user `postgres`, or install util-linux's `unshare` and allow user namespaces"
            .to_owned()
    }
}

/// As whom the server's programs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// As the caller, who is not root.
    Caller,
    /// As root outside, and as nobody in a user namespace of its own: the files stay root's.
    #[cfg(unix)]
    Namespace { unshare: PathBuf },
    /// As another account, which the files must belong to.
    #[cfg(unix)]
    Account { user: u32, group: u32 },
}

impl Identity {
    /// A command that runs `program` as this identity, made by `new_command`.
    pub(crate) fn command(&self, program: &Path, new_command: impl Fn(&Path) -> Command) -> Command {
        match self {
            Self::Caller => new_command(program),
            #[cfg(unix)]
            Self::Namespace { unshare } => {
                let mut command = new_command(unshare);
                command.args(["--user", "--map-user=65534", "--map-group=65534", "--"]).arg(program);
                command
            }
            #[cfg(unix)]
            Self::Account { user, group } => {
                use std::os::unix::process::CommandExt as _;
                let mut command = new_command(program);
                command.uid(*user).gid(*group);
                command
            }
        }
    }
}

#[cfg(not(unix))]
impl Identity {
    pub(crate) fn choose(_: &Path, _: &OsStr) -> Result<Self, IdentityError> {
        Ok(Self::Caller)
    }

    pub(crate) fn take_over(&self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::io;
    use std::os::unix::fs::{MetadataExt as _, lchown};
    use std::path::Path;

    use super::{Identity, IdentityError};
    use crate::binaries::find_program;
    use crate::process::Program;

    impl Identity {
        /// As whom to run the server whose data is (or will be) in `cluster`.
        pub(crate) fn choose(cluster: &Path, search_path: &OsStr) -> Result<Self, IdentityError> {
            if !rustix::process::geteuid().is_root() {
                return Ok(Self::Caller);
            }
            if let Ok(metadata) = cluster.metadata()
                && metadata.uid() != 0
            {
                return Ok(Self::Account { user: metadata.uid(), group: metadata.gid() });
            }
            match namespace(search_path) {
                Some(namespace) => Ok(namespace),
                None => account().ok_or(IdentityError::NoAccount),
            }
        }

        /// Whether this identity can enter `directory`, whatever is in it.
        pub(crate) fn can_reach(&self, directory: &Path) -> bool {
            let Self::Account { user, group } = self else { return true };
            directory.ancestors().all(|ancestor| {
                ancestor.metadata().is_ok_and(|metadata| {
                    let bit = match () {
                        () if metadata.uid() == *user => 0o100,
                        () if metadata.gid() == *group => 0o010,
                        () => 0o001,
                    };
                    metadata.mode() & bit != 0
                })
            })
        }

        /// Gives `path`, and everything in it, to this identity.
        pub(crate) fn take_over(&self, path: &Path) -> io::Result<()> {
            let Self::Account { user, group } = self else { return Ok(()) };
            let metadata = path.symlink_metadata()?;
            if metadata.uid() == *user {
                return Ok(());
            }
            if metadata.is_dir() {
                for entry in path.read_dir()? {
                    self.take_over(&entry?.path())?;
                }
            }
            lchown(path, Some(*user), Some(*group))
        }

        /// The user that files of this identity belong to.
        pub(crate) fn owner(&self) -> u32 {
            match self {
                Self::Account { user, .. } => *user,
                Self::Caller | Self::Namespace { .. } => rustix::process::geteuid().as_raw(),
            }
        }
    }

    fn namespace(search_path: &OsStr) -> Option<Identity> {
        let identity = Identity::Namespace { unshare: find_program(search_path, "unshare")? };
        let probe = Program::new(Path::new("/bin/sh")).arguments(["-c", "exit 0"]).identity(&identity);
        probe.run().is_ok_and(|outcome| outcome.success).then_some(identity)
    }

    fn account() -> Option<Identity> {
        let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
        ["postgres", "_postgres", "nobody"].iter().find_map(|name| account_in(&accounts, name))
    }

    /// The account of this name in the text of `/etc/passwd`, unless it is root by another name.
    fn account_in(accounts: &str, name: &str) -> Option<Identity> {
        let line = accounts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut fields = line.split(':').skip(1);
        let (user, group) = (number(fields.next()?)?, number(fields.next()?)?);
        (user != 0).then_some(Identity::Account { user, group })
    }

    /// macOS writes the user `nobody` as -2.
    fn number(text: &str) -> Option<u32> {
        let wide: i64 = text.parse().ok()?;
        u32::try_from(wide).ok().or_else(|| i32::try_from(wide).ok().map(i32::cast_unsigned))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\nnobody:*:-2:-2::/:/bin/false\n\
                                postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\ntoor:x:0:0::/:/bin/sh\n";

        #[test]
        fn an_account_is_found_by_its_whole_name() {
            assert_eq!(account_in(ACCOUNTS, "postgres"), Some(Identity::Account { user: 101, group: 104 }));
            assert_eq!(account_in(ACCOUNTS, "post"), None);
        }

        #[test]
        fn a_negative_number_is_the_same_bits() {
            let both = u32::MAX - 1;
            assert_eq!(account_in(ACCOUNTS, "nobody"), Some(Identity::Account { user: both, group: both }));
        }

        #[test]
        fn root_by_another_name_is_not_taken() {
            assert_eq!(account_in(ACCOUNTS, "toor"), None);
        }
    }
}
