//! Rule: the house's lints hold in every crate.
//!
//! Must not judge which lints they are.

use super::manifest;
use super::repository::Repository;
use super::rule::{Finding, Rule};

pub(super) const RULE: Rule = Rule {
    name: "the workspace's lints hold in every crate",
    why: "cargo gives a crate the workspace's lints only when its manifest asks for them, and says nothing otherwise",
    remedy: "add `[lints]` and `workspace = true` to the manifest",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    manifest::members(repository)
        .iter()
        .filter(|member| !member.takes_the_workspaces_lints())
        .map(|member| {
            Finding::new(&member.source.path, 1, "the manifest does not take the workspace's lints")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rest: &str) -> usize {
        let text = format!("[package]\nname = \"a\"\n{rest}");
        check(&Repository::of(&[("crates/a/Cargo.toml", &text)])).len()
    }

    #[test]
    fn a_crate_with_lints_of_its_own_or_none_is_found() {
        assert_eq!(found(""), 1);
        assert_eq!(found("\n[lints.rust]\nunsafe_code = \"allow\"\n"), 1);
    }

    #[test]
    fn a_crate_with_the_workspaces_lints_is_not() {
        assert_eq!(found("\n[lints]\nworkspace = true\n"), 0);
    }
}
