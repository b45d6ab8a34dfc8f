//! Rule: what lands is finished.
//!
//! Must not look into literals: a program may talk about these words.

use super::code::{self, Line};
use super::repository::Repository;
use super::rule::{Finding, Rule};

/// What code says when it is not finished.
const CODE: [&str; 4] = ["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// What a comment says when it is not finished.
const COMMENT: [&str; 3] = ["TODO", "FIXME", "XXX"];

pub(super) const RULE: Rule = Rule {
    name: "what lands is finished",
    why: "a note to oneself is read by nobody, and a test that does not run proves nothing",
    remedy: "do it now, or take it out and write an issue",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let found_in = |line: &Line| {
        let in_code = CODE.iter().find(|word| contains_word(&line.code, word));
        in_code.or_else(|| COMMENT.iter().find(|word| contains_word(&line.comment, word))).copied()
    };
    let mut found = Vec::new();
    for source in repository.rust() {
        for line in code::lines(&source.text) {
            if let Some(word) = found_in(&line) {
                found.push(Finding::new(&source.path, line.number, format!("`{word}` is not finished")));
            }
        }
    }
    found
}

/// Whether the word stands by itself and not inside a longer one.
fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_code_and_notes_are_found() {
        let words = CODE.iter().map(|word| format!("{word}(x)"));
        let notes = COMMENT.iter().map(|word| format!("let x = 1; // {word}: later"));
        for text in words.chain(notes) {
            assert_eq!(check(&Repository::of(&[("src/lib.rs", &text)])).len(), 1, "{text}");
        }
    }

    #[test]
    fn words_in_literals_and_inside_other_words_are_not() {
        let text = "let name = \"TODO\"; // the TODOS table\nmy_todo!(x);\nlet s = \"dbg!(x)\";\n";
        assert_eq!(check(&Repository::of(&[("src/lib.rs", text)])), []);
    }
}
