//! Rule: every Rust file opens with its purpose.
//!
//! Must not judge what the comment says.

use super::repository::Repository;
use super::rule::{Finding, Rule};

pub(super) const RULE: Rule = Rule {
    name: "every Rust file opens with its purpose",
    why: "a reader decides at the first line whether this is the file, and learns what must not be added to it",
    remedy: "begin the file with `//! <its purpose in a sentence>` and a line on what it must not do",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let is_bare = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|purpose| purpose.trim().is_empty())
    };
    repository
        .rust()
        .filter(|source| is_bare(&source.text))
        .map(|source| Finding::new(&source.path, 1, "the file does not open with `//!` and a purpose"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_purpose_is_found() {
        for text in ["use std::io;\n", "// Plans.\n", "//!\n", ""] {
            let found = check(&Repository::of(&[("crates/engine/src/plan.rs", text)]));
            assert_eq!(found.len(), 1, "{text:?}");
            assert_eq!((found[0].path.as_str(), found[0].line), ("crates/engine/src/plan.rs", 1));
        }
    }

    #[test]
    fn a_file_with_a_purpose_is_not() {
        let files = [("crates/engine/src/plan.rs", "//! Plans.\n\nuse std::io;\n"), ("README.md", "Hello\n")];
        assert_eq!(check(&Repository::of(&files)), []);
    }
}
