//! The small files in which a server's port, password and programs are remembered.
//!
//! Must not write the password where others can read it.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::layout::Layout;
use crate::{Binaries, Password, Version};

/// What is remembered of a server cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("`{}` does not hold what was written into it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl RecordError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { .. } | Self::Damaged { .. } => {
                "use the account that created the development server, or `db server destroy` to make a new one"
            }
            Self::Write { .. } => "make room on the disk, or choose a folder that you can write to",
        }
        .to_owned()
    }
}

pub(crate) fn password(layout: &Layout) -> Result<Password, RecordError> {
    let path = layout.password();
    let text = read(&path)?;
    Password::from_record(text.trim_end()).ok_or(RecordError::Damaged { path })
}

pub(crate) fn remember_password(layout: &Layout, password: &Password) -> Result<(), RecordError> {
    write(&layout.password(), &format!("{}\n", password.expose()))
}

/// The port of the last start, when there was one.
pub(crate) fn port(layout: &Layout) -> Option<u16> {
    read(&layout.port()).ok()?.trim_end().parse().ok()
}

pub(crate) fn remember_port(layout: &Layout, port: u16) -> Result<(), RecordError> {
    write(&layout.port(), &format!("{port}\n"))
}

/// The programs of the last start.
pub(crate) fn binaries(layout: &Layout) -> Result<Binaries, RecordError> {
    let path = layout.binaries();
    let text = read(&path)?;
    let parsed = text.split_once('\n').and_then(|(version, directory)| {
        Some(Binaries {
            version: Version::parse(version)?,
            directory: PathBuf::from(directory.trim_end_matches('\n')),
        })
    });
    parsed.ok_or(RecordError::Damaged { path })
}

pub(crate) fn remember_binaries(layout: &Layout, binaries: &Binaries) -> Result<(), RecordError> {
    write(&layout.binaries(), &format!("{}\n{}\n", binaries.version, binaries.directory.display()))
}

/// The boot of the machine during which the server was last started, when it is known.
pub(crate) fn boot(layout: &Layout) -> Option<String> {
    Some(read(&layout.boot()).ok()?.trim_end().to_owned())
}

pub(crate) fn remember_boot(layout: &Layout, boot: &str) -> Result<(), RecordError> {
    write(&layout.boot(), &format!("{boot}\n"))
}

/// The process of the watcher, when one was started.
#[cfg(unix)]
pub(crate) fn watcher(layout: &Layout) -> Option<u32> {
    read(&layout.watcher()).ok()?.trim_end().parse().ok()
}

#[cfg(unix)]
pub(crate) fn remember_watcher(layout: &Layout, pid: u32) -> Result<(), RecordError> {
    write(&layout.watcher(), &format!("{pid}\n"))
}

fn read(path: &Path) -> Result<String, RecordError> {
    std::fs::read_to_string(path).map_err(|source| RecordError::Read { path: path.to_path_buf(), source })
}

/// Writes for this user's eyes only, and all or nothing.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), RecordError> {
    let unfinished = path.with_extension("new");
    let _ = std::fs::remove_file(&unfinished);
    let written = write_new(&unfinished, text).and_then(|()| std::fs::rename(&unfinished, path));
    written.map_err(|source| {
        let _ = std::fs::remove_file(&unfinished);
        RecordError::Write { path: path.to_path_buf(), source }
    })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    give_to_folders_owner(path)?;
    file.write_all(text.as_bytes())
}

/// Root must not lock the owner of the folder out of it.
#[cfg(unix)]
pub(crate) fn give_to_folders_owner(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let Some(folder) = path.parent().filter(|_| rustix::process::geteuid().is_root()) else { return Ok(()) };
    let metadata = folder.metadata()?;
    std::os::unix::fs::lchown(path, Some(metadata.uid()), Some(metadata.gid()))
}

#[cfg(not(unix))]
pub(crate) fn give_to_folders_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `path` a folder that only its owner can enter.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => restrict(path, 0o700),
    }
}

#[cfg(unix)]
pub(crate) fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(crate) fn restrict(path: &Path, _: u32) -> io::Result<()> {
    let permissions: Permissions = path.metadata()?.permissions();
    std::fs::set_permissions(path, permissions)
}
