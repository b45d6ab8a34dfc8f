//! `cargo xtask ci`: everything that must hold before a change lands, the quickest first.
//!
//! Must not differ from `.ci/run` in what it asks, and must stop at the first failure.

use std::time::Instant;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::program::Program;
use crate::{print, tidy};

pub(crate) const COMMAND: Command = Command {
    name: "ci",
    about: "Everything that must hold before a change lands: format, lints, tests, tidy",
    run: |arguments| match arguments.first() {
        Some(argument) => commands::unexpected("ci", argument),
        None => commands::finish(run()),
    },
};

/// A step that cargo runs.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Why a change with this failure cannot land.
    why: &'static str,
    remedy: &'static str,
}

const STEPS: [Step; 3] = [
    Step {
        name: "format",
        arguments: &["fmt", "--all", "--check"],
        why: "a change that also re-formats hides what it changes",
        remedy: "run `cargo fmt --all`",
    },
    Step {
        name: "lints",
        arguments: &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
        why: "the lints hold the house style, and a warning that stays hides the next one",
        remedy: "mend what the lint names; where the code is right, `#[expect(lint, reason = \"...\")]` says why",
    },
    Step {
        name: "tests",
        arguments: &["test", "--workspace"],
        why: "the failed test is a sentence that is no longer true",
        remedy: "run it alone with `cargo test --package <package> <test>`, and mend the code or the sentence",
    },
];

fn run() -> Result<(), Failure> {
    let start = Instant::now();
    for step in &STEPS {
        run_step(step)?;
    }
    print::story("== tidy");
    tidy::check()?;
    print::story(&format!("Everything holds ({} s).", start.elapsed().as_secs()));
    Ok(())
}

fn run_step(step: &Step) -> Result<(), Failure> {
    let command = format!("cargo {}", step.arguments.join(" "));
    print::story(&format!("== {}: {command}", step.name));
    let start = Instant::now();
    let status = Program::cargo().arguments(step.arguments).run()?;
    if !status.success() {
        return Err(Failure::new(format!("`{command}` failed ({status})"), step.why, step.remedy));
    }
    print::story(&format!("-- {}: done in {} s", step.name, start.elapsed().as_secs()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_also_one_of_the_ci_machines() {
        let script = include_str!("../../.ci/run");
        for Step { arguments, .. } in &STEPS {
            let command = format!("cargo {}", arguments.join(" "));
            assert!(script.contains(&command), "`{command}` is not in .ci/run");
        }
        assert!(script.contains("cargo xtask tidy"));
    }
}
