//! Where each thing of a server is kept.
//!
//! Must not create or delete anything; it only answers with paths.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::password::hexadecimal;

/// `sun_path` holds 108 bytes on Linux and 104 elsewhere, the closing zero included.
const SOCKET_PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
const LONGEST_SOCKET_NAME: &str = "/.s.PGSQL.65535";

/// Where each thing of a server is kept.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The folder that the caller named, by its one absolute name once it exists.
    pub(crate) root: PathBuf,
    /// The folder that the server's process must be able to reach: `root`, unless that is out of its reach.
    pub(crate) reachable: PathBuf,
}

impl Layout {
    pub(crate) fn of(data: &Path) -> Self {
        let root = one_name_of(data);
        let elsewhere = std::fs::read_to_string(root.join("elsewhere")).ok();
        let reachable = elsewhere.map_or_else(|| root.clone(), |path| PathBuf::from(path.trim_end()));
        Self { root, reachable }
    }

    /// The note that the cluster lives outside of `root`, and where.
    pub(crate) fn elsewhere(&self) -> PathBuf {
        self.root.join("elsewhere")
    }

    /// PostgreSQL's data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.reachable.join("cluster")
    }

    /// The data directory while it is being made; renamed when it is complete.
    pub(crate) fn unfinished_cluster(&self) -> PathBuf {
        self.reachable.join("cluster.new")
    }

    /// The role's password for `initdb`, which may run as another account. Deleted after it.
    pub(crate) fn password_for_initdb(&self) -> PathBuf {
        self.reachable.join("initdb.password")
    }

    /// The last use of a throwaway server, as a number that changes with each use.
    pub(crate) fn used(&self) -> PathBuf {
        self.root.join("used")
    }

    /// The file that each user of a throwaway server has locked, shared with the others.
    pub(crate) fn users(&self) -> PathBuf {
        self.root.join("users")
    }

    /// The process that ends a throwaway server.
    pub(crate) fn watcher(&self) -> PathBuf {
        self.root.join("watcher")
    }

    /// The machine's boot during which a throwaway server was last started.
    pub(crate) fn boot(&self) -> PathBuf {
        self.root.join("boot")
    }

    /// Everything that is ever kept for a server, the lock last.
    pub(crate) fn everything(&self) -> Vec<PathBuf> {
        let log = self.log();
        vec![
            self.cluster(),
            self.unfinished_cluster(),
            self.password_for_initdb(),
            self.socket_directory(),
            log.with_added_extension("old"),
            log,
            self.password(),
            self.port(),
            self.binaries(),
            self.used(),
            self.users(),
            self.watcher(),
            self.boot(),
            self.elsewhere(),
            self.lock(),
        ]
    }

    /// What the server says.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn password(&self) -> PathBuf {
        self.root.join("password")
    }

    pub(crate) fn port(&self) -> PathBuf {
        self.root.join("port")
    }

    pub(crate) fn binaries(&self) -> PathBuf {
        self.root.join("binaries")
    }

    /// The folder of the Unix socket, in the system's temporary folder when the path would be too long.
    pub(crate) fn socket_directory(&self) -> PathBuf {
        let beside = self.reachable.join("socket");
        if beside.as_os_str().len() + LONGEST_SOCKET_NAME.len() <= SOCKET_PATH_LIMIT {
            return beside;
        }
        Path::new("/tmp").join(format!("crosstrack-{}", self.fingerprint()))
    }

    /// Sixteen digits that stand for this folder.
    pub(crate) fn fingerprint(&self) -> String {
        hexadecimal(&Sha256::digest(self.root.as_os_str().as_encoded_bytes())[..8])
    }
}

/// Callers who come by different links must meet at one socket. (PostgreSQL does not take Windows' resolved names.)
fn one_name_of(path: &Path) -> PathBuf {
    let resolved = if cfg!(unix) { path.canonicalize() } else { std::path::absolute(path) };
    resolved.or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_short_path_keeps_its_socket_inside() {
        let layout = Layout::of(Path::new("/home/me/project/target/crosstrack/server"));
        assert_eq!(layout.socket_directory(), Path::new("/home/me/project/target/crosstrack/server/socket"));
    }

    #[test]
    fn a_long_path_has_its_socket_in_the_temporary_folder() {
        let long = format!("/home/{}/server", "long".repeat(40));
        let socket = Layout::of(Path::new(&long)).socket_directory();
        assert!(socket.starts_with("/tmp"), "{}", socket.display());
        assert_eq!(socket, Layout::of(Path::new(&long)).socket_directory());
    }
}
