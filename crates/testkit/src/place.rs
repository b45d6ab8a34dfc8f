//! The folders of the tests' servers: in memory where there is plenty, for a database is hundreds of small files and a
//! run of the tests makes hundreds of databases.
//!
//! `target/crosstrack-tests/server` leads there, so that the next run finds it. Must not be asked for without starting the
//! server: it makes the folder.

use std::path::{Path, PathBuf};

/// Folders in memory are named so.
#[cfg(unix)]
const PREFIX: &str = "crosstrack-tests-";

/// The folder of the server's data.
pub(crate) fn data_folder() -> PathBuf {
    let folder = target_folder().join("crosstrack-tests");
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    let place = folder.join("server");
    #[cfg(unix)]
    {
        let lock = std::fs::File::create(folder.join("lock")).expect("the target folder can be written to");
        lock.lock().expect("the target folder can be locked");
        memory::lead_into(&place);
    }
    place
}

/// The folder of the private shadow servers that the tests share, beside the server's data. They end by themselves some minutes after the
/// last test.
pub fn shadow_folder() -> PathBuf {
    let server = data_folder();
    // A folder that is not there yet is no link into memory.
    let server = server.canonicalize().unwrap_or(server);
    server.with_file_name("shadow")
}

/// The target folder that this test was built into, also where `CARGO_TARGET_DIR` puts it elsewhere: cargo marks it as a
/// cache.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let marked = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| workspace().join("target"), Path::to_path_buf)
}

/// The workspace's folder, where `auth-migrations/` and `cms-migrations/` are.
pub(crate) fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).expect("testkit stands in `crates/`").to_path_buf()
}

#[cfg(unix)]
mod memory {
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use crosstrack_server::{DevelopmentServer, ServerSettings};

    use super::PREFIX;

    /// The file in a folder in memory that says which link leads to it.
    const OWNER: &str = "owner";

    /// Makes `place` a link to a folder in memory, unless there is something already or memory is short.
    pub(super) fn lead_into(place: &Path) {
        if place.is_symlink() && !place.exists() {
            // The machine was started anew.
            std::fs::remove_file(place).expect("the target folder can be written to");
        }
        let Some(memory) = plenty().filter(|_| !place.is_symlink() && !place.exists()) else { return };
        remove_orphans(&memory);
        let Ok(folder) = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&memory) else { return };
        let server = folder.path().join("server");
        let owner = place.as_os_str().as_encoded_bytes();
        let made = std::fs::create_dir(&server)
            .and_then(|()| std::fs::write(folder.path().join(OWNER), owner))
            .and_then(|()| symlink(&server, place));
        if made.is_ok() {
            let _ = folder.keep();
        }
    }

    /// The folder of the system's memory, when at least 4 GB of it are free.
    fn plenty() -> Option<PathBuf> {
        const PLENTY: u64 = 4 * 1024 * 1024 * 1024;
        let memory = Path::new("/dev/shm");
        let system = rustix::fs::statvfs(memory).ok()?;
        (system.f_bavail.saturating_mul(system.f_frsize) > PLENTY).then(|| memory.to_path_buf())
    }

    /// Ends the servers that no link leads to any more, for `cargo clean` took it away.
    fn remove_orphans(memory: &Path) {
        let entries = std::fs::read_dir(memory).into_iter().flatten().flatten();
        for folder in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
            let (folder, server) = (folder.path(), folder.path().join("server"));
            // Another user's folder cannot be read.
            let Ok(owner) = std::fs::read_to_string(folder.join(OWNER)) else { continue };
            let is_led_to = std::fs::read_link(owner).is_ok_and(|target| target == server);
            if is_led_to || is_new(&folder) {
                continue;
            }
            let settings = ServerSettings::new(server, folder.join("cache"), std::ffi::OsString::new());
            if DevelopmentServer::new(settings).destroy().is_ok() {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
    }

    /// Whether another workspace may be about to make its link.
    fn is_new(folder: &Path) -> bool {
        let modified = folder.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < Duration::from_mins(1)))
    }
}
