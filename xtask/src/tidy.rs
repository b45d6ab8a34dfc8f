//! `cargo xtask tidy`: the rules of the house that the compiler does not know.
//!
//! Must not change any file. Adding a rule is a file in `tidy/` and its line in `tidy/rules.rs`.

mod code;
mod crate_graph;
mod dependency_versions;
mod file_size;
mod glob_imports;
mod lints;
mod machine_paths;
mod manifest;
mod migrations;
mod module_comment;
mod module_names;
mod printing;
mod readme_commands;
mod repository;
mod rule;
mod rules;
mod unfinished;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::{print, workspace};
use repository::Repository;

pub(crate) const COMMAND: Command = Command {
    name: "tidy",
    about: "The rules that the compiler does not know: comments, sizes, names, the crate graph, the README",
    run: |arguments| match arguments.first() {
        Some(argument) => commands::unexpected("tidy", argument),
        None => commands::finish(check()),
    },
};

/// Holds the repository against every rule.
pub(crate) fn check() -> Result<(), Failure> {
    let repository = Repository::read(&workspace::root()).map_err(|error| {
        Failure::new("could not read the repository's files", error.to_string(), "see that they can be read")
    })?;
    let mut count = 0;
    for rule in rules::RULES {
        for finding in (rule.check)(&repository) {
            print::answer(&rule::show(rule, &finding));
            count += 1;
        }
    }
    if count > 0 {
        return Err(Failure::new(
            format!("{count} places break a rule"),
            "each finding above says it",
            "do what the findings say, then run `cargo xtask tidy` again",
        ));
    }
    print::story(&format!("Tidy: {} files keep {} rules.", repository.sources.len(), rules::RULES.len()));
    Ok(())
}
