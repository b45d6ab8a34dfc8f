//! The repository as the rules see it: paths and texts.
//!
//! Must not judge anything, and must not need git: a CI machine may have only the files.

use std::io;
use std::path::Path;

/// Folders with a dot that belong to the project; every other one is somebody's editor.
const HIDDEN_FOLDERS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];

/// A text file.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path from the workspace's folder, with `/` between the names.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

impl Source {
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The name of the file, without its folder.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// Whether it holds nothing but tests.
    pub(super) fn is_test(&self) -> bool {
        self.name() == "tests.rs" || self.path.split('/').any(|folder| folder == "tests")
    }
}

/// Everything that the rules may look at.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// The files, by path.
    pub(super) sources: Vec<Source>,
    /// The names of the commands of `crosstrack`.
    pub(super) commands: Vec<String>,
}

impl Repository {
    /// Reads every text file that `.gitignore` does not name.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> = ignored.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut repository = Self { commands: crosstrack_cli::command_names(), ..Self::default() };
        repository.read_folder(root, "", &ignored)?;
        repository.sources.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(repository)
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.is_rust())
    }

    /// The file at this path.
    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str, ignored: &[&str]) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if is_ignored(ignored, &path, &name) {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !name.starts_with('.') || HIDDEN_FOLDERS.contains(&name.as_str()) {
                    self.read_folder(&entry.path(), &format!("{path}/"), ignored)?;
                }
            } else if kind.is_file()
                && let Ok(text) = String::from_utf8(std::fs::read(entry.path())?)
            {
                self.sources.push(Source { path, text });
            }
        }
        Ok(())
    }
}

/// Reads the two plain forms of a `.gitignore` line: `/path` from the root and `name` anywhere.
fn is_ignored(lines: &[&str], path: &str, name: &str) -> bool {
    lines.iter().any(|line| {
        let line = line.trim_end_matches('/');
        line.strip_prefix('/').map_or(line == name, |from_root| from_root == path)
    })
}

#[cfg(test)]
impl Repository {
    /// A repository of these paths and texts.
    pub(super) fn of(sources: &[(&str, &str)]) -> Self {
        let sources = sources
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        Self { sources, commands: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_files_are_not_the_projects() {
        let lines = ["/target", ".env"];
        assert!(is_ignored(&lines, "target", "target"));
        assert!(is_ignored(&lines, "crates/cli/.env", ".env"));
        assert!(!is_ignored(&lines, "crates/target", "target"));
        assert!(!is_ignored(&lines, ".env.example", ".env.example"));
    }

    #[test]
    fn a_tests_folder_and_a_tests_file_hold_tests() {
        let repository = Repository::of(&[
            ("crates/a/tests/start.rs", ""),
            ("crates/a/src/plan/tests.rs", ""),
            ("crates/a/src/testing.rs", ""),
        ]);
        let tests: Vec<bool> = repository.sources.iter().map(Source::is_test).collect();
        assert_eq!(tests, [true, true, false]);
    }
}
