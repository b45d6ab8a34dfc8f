//! Rule: nothing in the repository knows the machine that it was written on.
//!
//! Must not mind paths that exist on every machine, such as `/usr/bin`.

use super::repository::{Repository, Source};
use super::rule::{Finding, Rule};

/// Folders that belong to one machine.
const MACHINE: [&str; 2] = ["root", "work"];

/// Folders that hold one person's folder each.
const PEOPLE: [&str; 2] = ["home", "Users"];

/// Whom an example may be about.
const NOBODY: [&str; 5] = ["linuxbrew", "me", "runner", "user", "you"];

pub(super) const RULE: Rule = Rule {
    name: "nothing knows the machine that it was written on",
    why: "the path is on no other machine, and it may name a person",
    remedy: "say it relative to the workspace, ask the caller, or write `/home/me` in an example",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    repository.sources.iter().flat_map(paths_in).collect()
}

fn paths_in(source: &Source) -> Vec<Finding> {
    let numbered = source.text.lines().zip(1..);
    numbered
        .filter_map(|(line, number)| {
            let path = machine_path(line)?;
            Some(Finding::new(&source.path, number, format!("`{path}` is a path of one machine")))
        })
        .collect()
}

/// The first path in the line that begins with the folder of a machine or of a person.
fn machine_path(line: &str) -> Option<&str> {
    line.match_indices(['/', '\\']).find_map(|(at, _)| {
        let begins_here =
            !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || "._-})*".contains(letter));
        let path = &line[at..];
        let end = path.find(|letter: char| !(letter.is_alphanumeric() || "/\\._-".contains(letter)));
        let path = &path[..end.unwrap_or(path.len())];
        (begins_here && names_a_machine(path)).then_some(path)
    })
}

fn names_a_machine(path: &str) -> bool {
    let mut folders = path.split(['/', '\\']).skip(1);
    let (first, second) = (folders.next().unwrap_or_default(), folders.next());
    match second {
        Some(_) if MACHINE.contains(&first) => true,
        Some(person) => {
            PEOPLE.contains(&first) && person.starts_with(char::is_alphanumeric) && !NOBODY.contains(&person)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> usize {
        check(&Repository::of(&[("scripts/migrate.sh", line)])).len()
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        for folder in ["root", "work", "home/ana", "Users/ana"] {
            assert_eq!(found(&format!("cd /{folder}/project")), 1, "{folder}");
            assert_eq!(found(&format!("path = \"/{folder}/project\"")), 1, "{folder}");
        }
        assert_eq!(found(&format!("C:{}Users{}ana", '\\', '\\')), 1);
    }

    #[test]
    fn examples_and_relative_paths_are_not() {
        for line in [
            "/home/me/project",
            "/home/.hidden",
            "target/work/x",
            "$HOME/root/x",
            "https://example.com/home/",
            "the /root",
        ] {
            assert_eq!(found(line), 0, "{line}");
        }
    }
}
