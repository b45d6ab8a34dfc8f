//! Rule: the map of who may use whom is the truth.
//!
//! Must not mind what tests use.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{self, Manifest};
use super::repository::{Repository, Source};
use super::rule::{Finding, Rule};

const MAP: &str = "crates/README.md";
const HEADING: &str = "## Who may use whom";

pub(super) const RULE: Rule = Rule {
    name: "the map of who may use whom is the truth",
    why: "the order of the crates is what keeps each of them small; one edge that nobody decided ends it",
    remedy: "take the edge out of the code, or decide it and change the block under \"## Who may use whom\" in \
             crates/README.md",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let Some(source) = repository.source(MAP) else {
        return vec![Finding::new(MAP, 1, "the file with the map is missing")];
    };
    let Some(map) = Map::read(source) else {
        return vec![Finding::new(MAP, 1, format!("there is no ```text block under \"{HEADING}\""))];
    };
    let members = manifest::members(repository);
    let folders: BTreeMap<&str, &str> =
        members.iter().map(|member| (member.package.as_str(), member.folder)).collect();
    let mut found: Vec<Finding> =
        members.iter().flat_map(|member| not_in_map(member, &folders, &map)).collect();
    found.extend(
        map.entries.iter().flat_map(|(folder, entry)| not_in_code(folder, entry, &members, &folders)),
    );
    found
}

/// The block of the map, such as `engine -> model script`.
struct Map<'text> {
    entries: BTreeMap<&'text str, Entry<'text>>,
}

struct Entry<'text> {
    line: usize,
    targets: BTreeSet<&'text str>,
}

impl<'text> Map<'text> {
    fn read(source: &'text Source) -> Option<Self> {
        let lines: Vec<&str> = source.text.lines().collect();
        let heading = lines.iter().position(|line| line.trim_end() == HEADING)?;
        let start =
            heading + 1 + lines[heading + 1..].iter().position(|line| line.trim_end() == "```text")?;
        let length = lines[start + 1..].iter().position(|line| line.trim_end() == "```")?;
        let entries = (start + 2..).zip(&lines[start + 1..=start + length]).filter_map(|(line, text)| {
            let (folder, targets) = text.split_once("->")?;
            let targets = targets.split_whitespace().filter(|name| *name != "-").collect();
            Some((folder.trim(), Entry { line, targets }))
        });
        Some(Self { entries: entries.collect() })
    }
}

/// The dependencies that are crates of this workspace: the package's name, and the folder.
fn edges<'all>(member: &Manifest<'_>, folders: &BTreeMap<&str, &'all str>) -> Vec<(String, &'all str)> {
    let dependencies = member.dependencies(manifest::BUILT_WITH).into_iter();
    dependencies.filter_map(|(name, _)| Some((name.to_owned(), *folders.get(name)?))).collect()
}

fn not_in_map(member: &Manifest<'_>, folders: &BTreeMap<&str, &str>, map: &Map<'_>) -> Vec<Finding> {
    let folder = member.folder;
    let Some(entry) = map.entries.get(folder) else {
        return vec![Finding::new(&member.source.path, 1, format!("the map has no line for `{folder}`"))];
    };
    let undecided = edges(member, folders).into_iter().filter(|(_, target)| !entry.targets.contains(target));
    undecided
        .map(|(package, target)| {
            let what = format!("`{folder}` uses `{target}`, and the map does not say so");
            Finding::new(&member.source.path, member.line_of(&package), what)
        })
        .collect()
}

fn not_in_code(
    folder: &str,
    entry: &Entry<'_>,
    members: &[Manifest<'_>],
    folders: &BTreeMap<&str, &str>,
) -> Vec<Finding> {
    let Some(member) = members.iter().find(|member| member.folder == folder) else {
        let what = format!("the map names `{folder}`, and there is no such crate");
        return vec![Finding::new(MAP, entry.line, what)];
    };
    let real: BTreeSet<&str> = edges(member, folders).into_iter().map(|(_, target)| target).collect();
    let only_in_map = entry.targets.iter().filter(|target| !real.contains(*target));
    only_in_map
        .map(|target| {
            Finding::new(MAP, entry.line, format!("the map lets `{folder}` use `{target}`, and it does not"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "[package]\nname = \"shop-model\"\n";
    const ENGINE: &str = "[package]\nname = \"shop-engine\"\n\n[dependencies]\nserde.workspace = \
                          true\nshop-model.workspace = true\n\n[dev-dependencies]\nshop-testkit.workspace = true\n";

    fn found(map: &str) -> Vec<Finding> {
        let text = format!("# Map\n\n{HEADING}\n\nThe edges:\n\n```text\n{map}\n```\n");
        check(&Repository::of(&[
            ("crates/README.md", &text),
            ("crates/engine/Cargo.toml", ENGINE),
            ("crates/model/Cargo.toml", MODEL),
        ]))
    }

    #[test]
    fn a_true_map_is_silent() {
        assert_eq!(found("engine -> model\nmodel  -> -"), []);
    }

    #[test]
    fn an_edge_that_nobody_decided_is_found_where_it_stands() {
        let what = "`engine` uses `model`, and the map does not say so";
        assert_eq!(found("engine -> -\nmodel -> -"), [Finding::new("crates/engine/Cargo.toml", 6, what)]);
    }

    #[test]
    fn an_edge_that_is_gone_from_the_code_is_found_in_the_map() {
        let what = "the map lets `model` use `engine`, and it does not";
        assert_eq!(found("engine -> model\nmodel -> engine"), [Finding::new(MAP, 9, what)]);
    }

    #[test]
    fn a_crate_that_is_only_in_one_of_them_is_found() {
        let what = "the map has no line for `model`";
        assert_eq!(found("engine -> model"), [Finding::new("crates/model/Cargo.toml", 1, what)]);
        let what = "the map names `shop`, and there is no such crate";
        assert_eq!(found("engine -> model\nmodel -> -\nshop -> -"), [Finding::new(MAP, 10, what)]);
    }

    #[test]
    fn a_missing_map_is_found() {
        assert_eq!(check(&Repository::of(&[])).len(), 1);
        assert_eq!(check(&Repository::of(&[("crates/README.md", "# Crates\n")])).len(), 1);
    }
}
