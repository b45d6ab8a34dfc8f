//! Rule: the README names every command.
//!
//! Must not judge what it says about them.

use super::repository::Repository;
use super::rule::{Finding, Rule};

const README: &str = "README.md";

/// What stands before a command's name.
const PROGRAMS: [&str; 2] = ["crosstrack", "cargo xtask db"];

pub(super) const RULE: Rule = Rule {
    name: "the README names every command",
    why: "a command that the README does not name is a command that nobody finds",
    remedy: "add a line with `crosstrack <command>` or `cargo xtask db <command>` and what it is for",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let Some(readme) = repository.source(README) else {
        return vec![Finding::new(README, 1, "the file is missing")];
    };
    let last_line = readme.text.lines().count().max(1);
    let commands = repository.commands.iter().filter(|command| !names_command(&readme.text, command));
    commands
        .map(|command| Finding::new(README, last_line, format!("the command `{command}` is not named")))
        .collect()
}

fn names_command(text: &str, command: &str) -> bool {
    PROGRAMS.iter().any(|program| {
        let call = format!("{program} {command}");
        let ends_there =
            |after: &str| !after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-');
        text.match_indices(&call).any(|(at, _)| ends_there(&text[at + call.len()..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(readme: &str) -> Vec<Finding> {
        let commands = vec!["down".to_owned(), "up".to_owned()];
        check(&Repository { commands, ..Repository::of(&[("README.md", readme)]) })
    }

    #[test]
    fn a_command_that_the_readme_does_not_name_is_found() {
        let found = found("Say\n`crosstrack up` and `crosstrack download`.\n");
        assert_eq!(found, [Finding::new("README.md", 2, "the command `down` is not named")]);
        assert_eq!(check(&Repository::of(&[])).len(), 1);
    }

    #[test]
    fn either_way_of_calling_is_a_name() {
        assert_eq!(found("`crosstrack up --steps 1`, then `cargo xtask db down`."), []);
    }
}
