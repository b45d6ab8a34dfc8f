//! Unpacking a zip archive (a wheel is one).
//!
//! Must not write outside of the folder it is given, and must not be used on an archive that was not checked.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::record::restrict;

/// An archive cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It cannot be opened.
    #[error("could not open `{}`", archive.display())]
    Open {
        /// The archive.
        archive: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no whole zip archive.
    #[error("could not read `{}` as a zip archive", archive.display())]
    NotAnArchive {
        /// The archive.
        archive: PathBuf,
        /// What is wrong with it.
        source: ZipError,
    },
    /// An entry would land outside of the folder, or is a link that could lead there.
    #[error("the archive's entry `{entry}` leads outside of its folder")]
    LeadsOutside {
        /// The entry's name.
        entry: String,
    },
    /// An entry cannot be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Unpacks everything but C headers into `folder`, with the programs executable.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<(), UnpackError> {
    let file =
        File::open(archive).map_err(|source| UnpackError::Open { archive: archive.to_path_buf(), source })?;
    let broken = |source| UnpackError::NotAnArchive { archive: archive.to_path_buf(), source };
    let mut zip = ZipArchive::new(file).map_err(broken)?;
    make_folder(folder)?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(broken)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let relative = entry.enclosed_name().filter(|_| !entry.is_symlink());
        let Some(relative) = relative else { return Err(UnpackError::LeadsOutside { entry: name }) };
        if relative.components().any(|component| component.as_os_str() == "include") {
            continue;
        }
        write_entry(&mut entry, &folder.join(relative))?;
    }
    Ok(())
}

fn write_entry(entry: &mut ZipFile<'_, File>, path: &Path) -> Result<(), UnpackError> {
    if entry.is_dir() {
        return make_folder(path);
    }
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    let failed = |source| UnpackError::Write { path: path.to_path_buf(), source };
    let mut file = File::create(path).map_err(failed)?;
    io::copy(entry, &mut file).map_err(failed)?;
    // Archives made on Windows know no executable files; other users' servers run these programs too.
    let in_programs = path.parent().is_some_and(|parent| parent.ends_with("bin"));
    let executable = in_programs || entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
    restrict(path, if executable { 0o755 } else { 0o644 }).map_err(failed)
}

fn make_folder(path: &Path) -> Result<(), UnpackError> {
    let failed = |source| UnpackError::Write { path: path.to_path_buf(), source };
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    std::fs::create_dir(path).and_then(|()| restrict(path, 0o755)).map_err(failed)
}
