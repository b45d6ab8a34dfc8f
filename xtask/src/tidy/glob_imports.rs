//! Rule: a name says where it comes from.
//!
//! Must not mind `use super::*` of a test module, which is what it tests.

use super::code;
use super::repository::{Repository, Source};
use super::rule::{Finding, Rule};

pub(super) const RULE: Rule = Rule {
    name: "no glob imports and no glob re-exports outside tests",
    why: "with a glob neither a reader nor a search can tell where a name comes from or what a crate offers",
    remedy: "list the names",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    repository.rust().filter(|source| !source.is_test()).flat_map(globs_in).collect()
}

fn globs_in(source: &Source) -> Vec<Finding> {
    let mut in_tests = false;
    let mut found = Vec::new();
    for line in code::lines(&source.text) {
        let code = line.code.trim();
        in_tests |= code.starts_with("#[cfg(") && code.contains("test");
        let is_glob = code.contains("::*") || code.contains("{*") || code.contains(", *}");
        if is_glob && is_use(code) && !(in_tests && code == "use super::*;") {
            found.push(Finding::new(&source.path, line.number, format!("`{code}` names nothing")));
        }
    }
    found
}

fn is_use(code: &str) -> bool {
    let code = code.strip_prefix("pub").unwrap_or(code).trim_start();
    let code = code.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(code, |(_, rest)| rest);
    code.trim_start().starts_with("use ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_found() {
        for text in [
            "use std::io::*;",
            "pub use plan::*;",
            "pub(crate) use plan::*;",
            "use super::*;",
            "use plan::{step::*, Plan};",
        ] {
            assert_eq!(check(&Repository::of(&[("src/lib.rs", text)])).len(), 1, "{text}");
        }
    }

    #[test]
    fn names_products_and_tests_are_not() {
        let text = "use std::io::{self, Read};\nlet x = a::*b;\n// use std::io::*;\n#[cfg(test)]\nmod tests {\n    use \
                    super::*;\n}\n";
        let files = [("src/lib.rs", text), ("tests/start.rs", "use crosstrack_server::*;")];
        assert_eq!(check(&Repository::of(&files)), []);
    }
}
