//! Rule: every version is stated once, in the workspace's table.
//!
//! Must not judge which version it is.

use super::manifest::{self, Manifest};
use super::repository::Repository;
use super::rule::{Finding, Rule};

pub(super) const RULE: Rule = Rule {
    name: "every version is stated once",
    why: "two crates that state a version each will some day state two versions",
    remedy: "state it under [workspace.dependencies] in the root Cargo.toml, and `name.workspace = true` here",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    manifest::members(repository).iter().flat_map(stated_in).collect()
}

fn stated_in(manifest: &Manifest<'_>) -> Vec<Finding> {
    let states_its_own = |value: &toml::Value| value.get("workspace") != Some(&toml::Value::Boolean(true));
    let dependencies = manifest.dependencies(manifest::EVERY_KIND).into_iter();
    dependencies
        .filter(|(_, value)| states_its_own(value))
        .map(|(name, _)| {
            let what = format!("`{name}` is not taken from the workspace's table");
            Finding::new(&manifest.source.path, manifest.line_of(name), what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(dependencies: &str) -> Vec<Finding> {
        let text = format!("[package]\nname = \"a\"\n\n{dependencies}");
        check(&Repository::of(&[("crates/a/Cargo.toml", &text)]))
    }

    #[test]
    fn a_version_in_a_crates_own_manifest_is_found() {
        let what = "`serde` is not taken from the workspace's table";
        for table in ["dependencies", "dev-dependencies", "target.'cfg(unix)'.dependencies"] {
            let found = found(&format!("[{table}]\nserde = \"1\"\ntoml.workspace = true\n"));
            assert_eq!(found, [Finding::new("crates/a/Cargo.toml", 5, what)], "{table}");
        }
        assert_eq!(found("[dependencies]\nserde = { path = \"../serde\" }\n").len(), 1);
    }

    #[test]
    fn a_version_from_the_table_is_not() {
        let text =
            "[dependencies]\ntoml.workspace = true\nserde = { workspace = true, features = [\"derive\"] }\n";
        assert_eq!(found(text), []);
    }
}
