//! Rule: one file of a program prints.
//!
//! Must not mind tests: what they print is shown only when they fail.

use super::code;
use super::repository::{Repository, Source};
use super::rule::{Finding, Rule};

/// The files that print: one for each program.
const PRINTERS: [&str; 2] = ["crates/cli/src/print.rs", "xtask/src/print.rs"];

const MACROS: [&str; 4] = ["eprint!", "eprintln!", "print!", "println!"];

pub(super) const RULE: Rule = Rule {
    name: "one file of a program prints",
    why: "stdout is the answer and stderr the story; a stray line breaks the JSON of whoever reads it",
    remedy: "give an event or a value to the caller; crates/report makes it text, crates/cli/src/print.rs prints it",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let prints = |source: &&Source| !source.is_test() && !PRINTERS.contains(&source.path.as_str());
    repository.rust().filter(prints).flat_map(printing_in).collect()
}

fn printing_in(source: &Source) -> Vec<Finding> {
    let lines = code::lines(&source.text);
    lines
        .iter()
        .filter_map(|line| {
            let word = words(&line.code).find(|word| MACROS.contains(word))?;
            Some(Finding::new(&source.path, line.number, format!("`{word}` in a file that does not print")))
        })
        .collect()
}

/// Identifiers, with the `!` of a macro call.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '!'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_outside_the_printing_file_is_found() {
        for text in ["println!(\"done\");", "    std::eprint!(\"{x}\");"] {
            assert_eq!(check(&Repository::of(&[("crates/engine/src/plan.rs", text)])).len(), 1, "{text}");
        }
    }

    #[test]
    fn the_printing_file_tests_and_comments_are_not() {
        let files = [
            ("crates/cli/src/print.rs", "println!(\"done\");"),
            ("crates/engine/tests/plan.rs", "println!(\"done\");"),
            ("crates/engine/src/plan.rs", "// no println! here\nwriteln!(text, \"println!\")?;"),
        ];
        assert_eq!(check(&Repository::of(&files)), []);
    }
}
