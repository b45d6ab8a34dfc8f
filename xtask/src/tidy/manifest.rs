//! The manifests of the workspace's members.
//!
//! Must not complain about a manifest that is wrong: cargo does, before any command of this crate runs.

use toml::{Table, Value};

use super::repository::{Repository, Source};

/// The tables that say what a crate uses when it is built.
pub(super) const BUILT_WITH: &[&str] = &["dependencies", "build-dependencies"];

/// Those, and what its tests use.
pub(super) const EVERY_KIND: &[&str] = &["dependencies", "build-dependencies", "dev-dependencies"];

/// A member's `Cargo.toml`.
pub(super) struct Manifest<'repository> {
    /// The file.
    pub(super) source: &'repository Source,
    /// The folder's own name: `engine` for `crates/engine`.
    pub(super) folder: &'repository str,
    /// The package's name.
    pub(super) package: String,
    table: Table,
}

/// The manifests of all members.
pub(super) fn members(repository: &Repository) -> Vec<Manifest<'_>> {
    repository.sources.iter().filter_map(read).collect()
}

fn read(source: &Source) -> Option<Manifest<'_>> {
    let folder = source.path.strip_suffix("/Cargo.toml")?;
    let folder = folder.rsplit_once('/').map_or(folder, |(_, name)| name);
    let table: Table = source.text.parse().ok()?;
    let package = table.get("package")?.get("name")?.as_str()?.to_owned();
    Some(Manifest { source, folder, package, table })
}

impl Manifest<'_> {
    /// The dependencies of these kinds, for all targets.
    pub(super) fn dependencies(&self, kinds: &[&str]) -> Vec<(&str, &Value)> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let of_targets = targets.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table));
        std::iter::once(&self.table)
            .chain(of_targets)
            .flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()))
            .flat_map(|dependencies| dependencies.iter().map(|(name, value)| (name.as_str(), value)))
            .collect()
    }

    pub(super) fn takes_the_workspaces_lints(&self) -> bool {
        self.table.get("lints").and_then(|lints| lints.get("workspace")) == Some(&Value::Boolean(true))
    }

    /// The line that names this dependency, or the first.
    pub(super) fn line_of(&self, dependency: &str) -> usize {
        let names_it = |line: &str| {
            let rest = line.trim_start().strip_prefix(dependency);
            rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        self.source.text.lines().position(names_it).map_or(1, |index| index + 1)
    }
}
