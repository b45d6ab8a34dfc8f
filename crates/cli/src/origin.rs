//! Who runs what from where: what the journal keeps of a run.

use std::path::Path;

use crosstrack_engine::Origin;
use crosstrack_settings::{Environment, Settings};

/// Describes a run for the journal.
pub(crate) fn origin(command: &str, settings: &Settings, environment: &Environment) -> Origin {
    Origin {
        command: command.to_owned(),
        environment: settings.environment.as_str().to_owned(),
        actor: environment
            .text("CROSSTRACK_ACTOR")
            .or_else(|| environment.text("GITHUB_ACTOR"))
            .or_else(|| environment.text("GITLAB_USER_LOGIN"))
            .or_else(|| environment.user())
            .map(str::to_owned),
        host: whoami::hostname().ok(),
        git_commit: commit(&settings.root, environment),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The branch that a CI job's branch will be merged into, as a clone knows it.
pub(crate) fn merge_target(environment: &Environment) -> Option<String> {
    let said = environment
        .text("GITHUB_BASE_REF")
        .or_else(|| environment.text("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
    said.map(|branch| format!("origin/{branch}"))
}

/// The commit that the migrations come from: what the job says, else what is checked out.
fn commit(root: &Path, environment: &Environment) -> Option<String> {
    let said =
        ["CROSSTRACK_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"].iter().find_map(|name| environment.text(name));
    said.map(str::to_owned).or_else(|| root.ancestors().find_map(|folder| checked_out(&folder.join(".git"))))
}

/// Reads git's own files: <https://git-scm.com/docs/gitrepository-layout>.
fn checked_out(git: &Path) -> Option<String> {
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(reference) = head.trim().strip_prefix("ref: ") else { return Some(head.trim().to_owned()) };
    let loose = std::fs::read_to_string(git.join(reference)).ok().map(|commit| commit.trim().to_owned());
    loose.or_else(|| {
        let packed = std::fs::read_to_string(git.join("packed-refs")).ok()?;
        let line = packed.lines().find(|line| line.ends_with(&format!(" {reference}")))?;
        line.split(' ').next().map(str::to_owned)
    })
}
