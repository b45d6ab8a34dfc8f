//! Rule: a file is about one thing, and so it is short.
//!
//! Must not be answered by cutting a file in two halves: look for the missing noun.

use super::repository::Repository;
use super::rule::{Finding, Rule};

/// About 300 is the aim; a list that is a list may take this many.
const LIMIT: usize = 400;

/// Files that may be longer, each with the reason.
const LONGER: &[(&str, &str)] = &[];

pub(super) const RULE: Rule = Rule {
    name: "a Rust file has at most 400 lines",
    why: "a file that is longer is about two things, and nobody reads it to its end",
    remedy: "find the noun that is missing and give it a file; where there is none, add the path and the reason to \
             `LONGER` in xtask/src/tidy/file_size.rs",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let may_be_longer = |path: &str| LONGER.iter().any(|(longer, _)| *longer == path);
    repository
        .rust()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(source, lines)| *lines > LIMIT && !may_be_longer(&source.path))
        .map(|(source, lines)| {
            Finding::new(
                &source.path,
                LIMIT + 1,
                format!("the file has {lines} lines, {} too many", lines - LIMIT),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        let found = check(&Repository::of(&[("crates/engine/src/plan.rs", &"x\n".repeat(412))]));
        assert_eq!(
            found,
            [Finding::new("crates/engine/src/plan.rs", 401, "the file has 412 lines, 12 too many")]
        );
    }

    #[test]
    fn a_file_that_just_fits_is_not_nor_is_other_text() {
        let files = [("src/plan.rs", "x\n".repeat(400)), ("README.md", "x\n".repeat(900))];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(check(&Repository::of(&files)), []);
    }
}
