//! Obtaining a PostgreSQL build where none is installed: fetch, check, unpack once into the user's cache.
//!
//! Must not use an archive whose SHA-256 was not told beforehand, and must not name the hosts of registries: the
//! registries' own clients know them, or a company's mirror.

mod fetch;
mod pinned;
mod registry;
mod source;
mod unpack;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

pub use source::{Source, SourceError};
pub use unpack::UnpackError;

use crate::binaries::is_complete;
use crate::{Binaries, FindError, ProcessError, Progress, inspect_binaries};

/// What to obtain, and where to keep it.
#[derive(Debug, Clone)]
pub struct DownloadRequest {
    /// The tool's folder in the user's cache.
    pub cache: PathBuf,
    /// Where the archive comes from.
    pub source: Source,
    /// The value of `PATH`, on which the registry's client is looked for.
    pub search_path: OsString,
}

/// No build could be obtained.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// There is no pinned build for this system.
    #[error(
        "found no PostgreSQL server programs, and there is no pinned build for {system} on {architecture}"
    )]
    NoBuild {
        /// Such as `linux`.
        system: &'static str,
        /// Such as `x86_64`.
        architecture: &'static str,
    },
    /// No client of the registry is installed.
    #[error("found no PostgreSQL server programs, and none of {} to download them", tried.join(", "))]
    NoClient {
        /// The clients that were looked for.
        tried: Vec<String>,
    },
    /// A client of the registry does not run.
    #[error("found no PostgreSQL server programs, and could not run `{client}` to download them")]
    ClientDoesNotRun {
        /// The client.
        client: String,
        /// Why.
        source: ProcessError,
    },
    /// Every client of the registry failed.
    #[error("found no PostgreSQL server programs, and `{client}` could not download them: {said}")]
    ClientFailed {
        /// The client that failed last.
        client: String,
        /// What it said last.
        said: String,
    },
    /// The archive's place does not answer as it should.
    #[error("found no PostgreSQL server programs, and could not download them from `{location}`")]
    Request {
        /// The archive's place, without credentials.
        location: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// The connection broke, or the archive is shorter than announced.
    #[error("the download from `{location}` broke off after {received} bytes")]
    BrokeOff {
        /// The archive's place, without credentials.
        location: String,
        /// What arrived.
        received: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// The archive is another one.
    #[error(
        "the archive from `{location}` is not the expected one: its SHA-256 is {found} and not {expected}"
    )]
    WrongDigest {
        /// The archive's place, without credentials.
        location: String,
        /// The digest that was told beforehand.
        expected: String,
        /// The digest of what arrived.
        found: String,
    },
    /// A local archive cannot be read.
    #[error("could not read the archive `{}`", path.display())]
    Read {
        /// The archive.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cache cannot be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive cannot be unpacked.
    #[error("could not unpack the archive from `{location}`")]
    Unpack {
        /// The archive's place, without credentials.
        location: String,
        /// Why.
        source: UnpackError,
    },
    /// The archive holds something else.
    #[error("the archive from `{location}` holds no PostgreSQL server programs")]
    NoPrograms {
        /// The archive's place, without credentials.
        location: String,
    },
    /// The programs were built for another system.
    #[error("the downloaded PostgreSQL server programs do not run on this system")]
    Unusable {
        /// Why.
        source: FindError,
    },
}

impl DownloadError {
    /// The ways on.
    pub fn hint(&self) -> String {
        format!(
            "install PostgreSQL's server with `{}`, or name a database with `DATABASE_URL`, or point \
             `CROSSTRACK_SERVER_SOURCE` at a copy of the archive (a URL or a path, with `#sha256=...` if it is not \
             the pinned one)",
            install_command()
        )
    }
}

/// How this system's package manager installs the server.
fn install_command() -> &'static str {
    let has = |program: &str| Path::new("/usr/bin").join(program).exists();
    match std::env::consts::OS {
        "macos" => "brew install postgresql",
        "windows" => "winget install PostgreSQL.PostgreSQL.17",
        _ if has("dnf") => "dnf install postgresql-server",
        _ if has("zypper") => "zypper install postgresql-server",
        _ if has("pacman") => "pacman -S postgresql",
        _ if Path::new("/sbin/apk").exists() => "apk add postgresql",
        _ => "apt-get install postgresql",
    }
}

/// The build out of the cache, or obtained, checked and unpacked into it.
pub fn download_binaries(
    request: &DownloadRequest,
    progress: &mut dyn FnMut(Progress),
) -> Result<Binaries, DownloadError> {
    let expected = expected_digest(&request.source)?;
    let folder = request.cache.join(format!("postgresql-{}", expected.get(..16).unwrap_or(&expected)));
    if !folder.is_dir() {
        obtain(request, &expected, &folder, progress)?;
    }
    newest_in(&folder, &location_of(&request.source))
}

fn expected_digest(source: &Source) -> Result<String, DownloadError> {
    match source {
        Source::Archive { sha256: Some(digest), .. } => Ok(digest.to_ascii_lowercase()),
        Source::Archive { sha256: None, .. } | Source::Registry => {
            Ok(pinned::for_this_system()?.sha256.to_owned())
        }
    }
}

/// Fetches into a temporary folder in the cache; `folder` appears complete or not at all.
fn obtain(
    request: &DownloadRequest,
    expected: &str,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), DownloadError> {
    let failed = |source| DownloadError::Write { path: request.cache.clone(), source };
    std::fs::create_dir_all(&request.cache).map_err(failed)?;
    let workplace =
        tempfile::Builder::new().prefix("unfinished-").tempdir_in(&request.cache).map_err(failed)?;
    let location = location_of(&request.source);
    let archive = match &request.source {
        Source::Registry => registry::fetch(workplace.path(), &request.search_path, progress)?,
        Source::Archive { location, .. } => fetch::fetch(location, workplace.path(), progress)?,
    };
    fetch::check(&archive, &location, expected)?;
    progress(Progress::Unpacking { into: folder.to_path_buf() });
    let unpacked = workplace.path().join("unpacked");
    unpack::unpack(&archive, &unpacked)
        .map_err(|source| DownloadError::Unpack { location: location.clone(), source })?;
    newest_in(&unpacked, &location)?;
    match std::fs::rename(&unpacked, folder) {
        // Another call was faster: its copy is as good.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed.map_err(failed),
    }
}

/// The newest programs in an unpacked archive.
fn newest_in(folder: &Path, location: &str) -> Result<Binaries, DownloadError> {
    let mut directories = Vec::new();
    collect_complete(folder, 5, &mut directories);
    let (usable, unusable): (Vec<_>, Vec<_>) =
        directories.iter().map(|directory| inspect_binaries(directory)).partition(Result::is_ok);
    let newest = usable.into_iter().flatten().max_by_key(|binaries| binaries.version);
    newest.ok_or_else(|| match unusable.into_iter().find_map(Result::err) {
        Some(source) => DownloadError::Unusable { source },
        None => DownloadError::NoPrograms { location: location.to_owned() },
    })
}

fn collect_complete(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if is_complete(folder) {
        found.push(folder.to_path_buf());
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        collect_complete(&entry.path(), depth, found);
    }
}

fn location_of(source: &Source) -> String {
    match source {
        Source::Registry => format!("{} {}", pinned::PACKAGE, pinned::VERSION),
        Source::Archive { location, .. } => source::without_credentials(location),
    }
}
