//! The branch that this one will be merged into: what the merge would break in the histories.
//!
//! Two branches that each add a migration are both in order, and their merge need not be. Nothing is written: neither to a database
//! nor to the repository.

mod compare;
mod git;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crosstrack_engine::Track;
use crosstrack_model::{HistoryFinding, Migration, TrackName};
use crosstrack_track::DiscoverError;

use compare::{Branches, compare};
use git::Git;

/// What the comparison needs to know.
#[derive(Clone, Copy, Debug)]
pub struct BaseRequest<'a> {
    /// The branch, or anything else that git takes for a commit.
    pub reference: &'a str,
    /// A folder of the repository.
    pub root: &'a Path,
    /// Where programs are looked for: the variable `PATH`.
    pub search_path: &'a OsStr,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// Git is not installed.
    #[error("`git` is not installed")]
    NoProgram,
    /// The folder is in no repository.
    #[error("`{folder}` is in no git repository")]
    NoRepository {
        /// The folder.
        folder: PathBuf,
    },
    /// The repository does not have the branch, or not here.
    #[error("this clone of the repository does not have `{reference}`")]
    NoReference {
        /// The branch.
        reference: String,
    },
    /// The history of the clone does not reach back far enough.
    #[error("this clone of the repository does not have the commit at which `{reference}` was left")]
    NoCommonCommit {
        /// The branch.
        reference: String,
    },
    /// A track's folder is outside of the repository.
    #[error("the folder of the track `{track}` is not in the repository")]
    Outside {
        /// The track.
        track: TrackName,
    },
    /// The migrations of the branch are not what the ORM takes.
    #[error("cannot read the migrations of the track `{track}` as `{reference}` has them")]
    Folder {
        /// The track.
        track: TrackName,
        /// The branch.
        reference: String,
        /// What it is.
        source: DiscoverError,
    },
    /// Git said no.
    #[error("`git {command}` failed: {said}")]
    Failed {
        /// What it was asked.
        command: &'static str,
        /// What it said.
        said: String,
    },
    /// Git could not be run, or there was no place for what it gives.
    #[error("cannot run `git`")]
    Run(#[source] std::io::Error),
}

impl BaseError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoProgram => "install git".into(),
            Self::NoRepository { .. } | Self::Outside { .. } => {
                "the comparison is for migrations that are kept in git".into()
            }
            Self::NoReference { reference } => match reference.split_once('/') {
                Some((remote, branch)) => format!("`git fetch {remote} {branch}` brings it"),
                None => "`git fetch` brings the branches of the remote: write `origin/<branch>`".into(),
            },
            Self::NoCommonCommit { .. } => {
                "`git fetch --unshallow` brings the whole history; in a job, check out with `fetch-depth: 0`"
                    .into()
            }
            Self::Folder { source, .. } => source.hint().into(),
            Self::Failed { .. } | Self::Run(_) => String::new(),
        }
    }
}

/// Holds the tracks on disk against those of a branch.
///
/// # Errors
/// When git or the branch is not to be had.
pub fn compare_with_base(
    tracks: &[Track],
    request: BaseRequest<'_>,
) -> Result<Vec<HistoryFinding>, BaseError> {
    let git = Git::open(&request)?;
    let base = git.commit(request.reference)?;
    let common = git.common_commit(&base, request.reference)?;
    let mut findings = Vec::new();
    for track in tracks {
        let read = |commit: &str| read(&git, commit, track, request.reference);
        let theirs = read(&base)?;
        let both = if common == base { theirs.clone() } else { read(&common)? };
        let branches =
            Branches { base: request.reference, here: &track.migrations, theirs: &theirs, common: &both };
        findings.extend(compare(track.name(), &branches));
    }
    Ok(findings)
}

/// The migrations of a track as a commit has them, through the adapter that reads the folder here.
fn read(git: &Git, commit: &str, track: &Track, reference: &str) -> Result<Vec<Migration>, BaseError> {
    let outside = || BaseError::Outside { track: track.name().clone() };
    let path = git.path_of(&track.settings.path).ok_or_else(outside)?;
    let Some(folder) = git.check_out(commit, &path)? else { return Ok(Vec::new()) };
    let mut settings = track.settings.clone();
    settings.path = folder.path().to_path_buf();
    track.adapter.discover(&settings).map_err(|source| BaseError::Folder {
        track: track.name().clone(),
        reference: reference.to_owned(),
        source,
    })
}
