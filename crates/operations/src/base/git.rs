//! Git's own program, asked for commits and for a folder as a commit has it.
//!
//! Must not write to the repository, its index or its work tree: what is checked out goes to a temporary folder.

use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use super::{BaseError, BaseRequest};

/// A repository.
pub(super) struct Git {
    program: PathBuf,
    /// The top of the work tree.
    top: PathBuf,
}

impl Git {
    pub(super) fn open(request: &BaseRequest<'_>) -> Result<Self, BaseError> {
        let program =
            which::which_in("git", Some(request.search_path), ".").map_err(|_| BaseError::NoProgram)?;
        let git = Self { program, top: request.root.to_owned() };
        let output = git.run(&["rev-parse", "--show-toplevel"], None)?;
        let top = PathBuf::from(text(&output));
        if !output.status.success() {
            return Err(BaseError::NoRepository { folder: request.root.to_owned() });
        }
        Ok(Self { top: top.canonicalize().unwrap_or(top), ..git })
    }

    /// The commit that a reference means.
    pub(super) fn commit(&self, reference: &str) -> Result<String, BaseError> {
        let wanted = format!("{reference}^{{commit}}");
        let output = self.run(&["rev-parse", "--verify", "--quiet", &wanted], None)?;
        // What begins with a dash is a flag to git and no reference.
        if output.status.success() && !reference.starts_with('-') {
            return Ok(text(&output));
        }
        Err(BaseError::NoReference { reference: reference.to_owned() })
    }

    /// The commit at which this branch left the other.
    pub(super) fn common_commit(&self, commit: &str, reference: &str) -> Result<String, BaseError> {
        let output = self.run(&["merge-base", commit, "HEAD"], None)?;
        let common = text(&output);
        if !output.status.success() || common.is_empty() {
            return Err(BaseError::NoCommonCommit { reference: reference.to_owned() });
        }
        Ok(common)
    }

    /// A folder's path in the repository, as git writes it; `None` when it is outside.
    pub(super) fn path_of(&self, folder: &Path) -> Option<String> {
        let folder = folder.canonicalize().ok()?;
        let parts = folder.strip_prefix(&self.top).ok()?.components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// A folder as a commit has it, in a temporary place; `None` when the commit has no such folder.
    pub(super) fn check_out(&self, commit: &str, path: &str) -> Result<Option<TempDir>, BaseError> {
        let tree = format!("{commit}:{path}");
        let kind = self.run(&["cat-file", "-t", &tree], None)?;
        if text(&kind) != "tree" {
            return Ok(None);
        }
        let index = temporary()?;
        let folder = temporary()?;
        let prefix = format!("--prefix={}/", folder.path().display());
        let steps: [(&'static str, &[&str]); 2] =
            [("read-tree", &["read-tree", &tree]), ("checkout-index", &["checkout-index", "--all", &prefix])];
        for (command, arguments) in steps {
            let output = self.run(arguments, Some(&index.path().join("index")))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                return Err(BaseError::Failed { command, said });
            }
        }
        Ok(Some(folder))
    }

    fn run(&self, arguments: &[&str], index: Option<&Path>) -> Result<Output, BaseError> {
        let mut command = duct::cmd(&self.program, arguments)
            .dir(&self.top)
            .stdin_null()
            .stdout_capture()
            .stderr_capture()
            .unchecked();
        if let Some(index) = index {
            command = command.env("GIT_INDEX_FILE", index);
        }
        command.run().map_err(BaseError::Run)
    }
}

fn temporary() -> Result<TempDir, BaseError> {
    tempfile::Builder::new().prefix("crosstrack-base-").tempdir().map_err(BaseError::Run)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
