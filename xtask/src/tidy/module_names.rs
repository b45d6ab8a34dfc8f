//! Rule: modules are named after what they hold.
//!
//! Must not look into the files.

use super::repository::Repository;
use super::rule::{Finding, Rule};

/// Names of drawers: whatever is put in, fits.
const DRAWERS: [&str; 8] = ["common", "helper", "helpers", "imp", "misc", "util", "utilities", "utils"];

pub(super) const RULE: Rule = Rule {
    name: "a module is named after what it holds",
    why: "a drawer takes everything, and nothing is found in it again",
    remedy: "name the file or folder after its thing in the words of the glossary (crates/README.md)",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    repository
        .rust()
        .filter_map(|source| {
            let drawer = source.path.trim_end_matches(".rs").split('/').find(|name| is_drawer(name))?;
            Some(Finding::new(&source.path, 1, format!("`{drawer}` says nothing about what is in it")))
        })
        .collect()
}

/// `util` itself, and names such as `time_util`.
fn is_drawer(name: &str) -> bool {
    let last_word = name.rsplit(['_', '-']).next().unwrap_or(name);
    DRAWERS.contains(&name) || (last_word != name && DRAWERS.contains(&last_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawer_is_found_whether_it_is_a_file_or_a_folder() {
        for path in ["crates/engine/src/util.rs", "crates/helpers/src/lib.rs", "src/time_utils.rs"] {
            assert_eq!(check(&Repository::of(&[(path, "")])).len(), 1, "{path}");
        }
    }

    #[test]
    fn a_word_that_only_contains_one_is_not() {
        for path in ["src/improve.rs", "src/common_table_expression.rs", "src/plan.rs"] {
            assert_eq!(check(&Repository::of(&[(path, "")])), [], "{path}");
        }
    }
}
