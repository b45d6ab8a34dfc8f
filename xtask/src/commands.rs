//! The commands, in the order in which the help shows them, and how one is chosen.
//!
//! Must not do a command's work.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::{bench, ci, db, fuzz, interop, print, readme, stress, tidy};

/// A command of `cargo xtask`.
pub(crate) struct Command {
    /// The word that chooses it.
    pub(crate) name: &'static str,
    /// What it does, in a line of the help.
    pub(crate) about: &'static str,
    /// Does it; the arguments are those after the name.
    pub(crate) run: fn(&[OsString]) -> ExitCode,
}

const COMMANDS: &[Command] = &[
    db::COMMAND,
    ci::COMMAND,
    tidy::COMMAND,
    readme::COMMAND,
    interop::COMMAND,
    bench::COMMAND,
    fuzz::COMMAND,
    stress::COMMAND,
];

/// The exit code of a wrong call, as in the table of `crosstrack`.
const USAGE: u8 = 2;

/// Runs the command that the first argument names.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(name) = arguments.next() else {
        print::story(&help());
        return ExitCode::from(USAGE);
    };
    if name == "--help" || name == "-h" || name == "help" {
        print::answer(&help());
        return ExitCode::SUCCESS;
    }
    if let Some(command) = COMMANDS.iter().find(|command| name == command.name) {
        return (command.run)(&arguments.collect::<Vec<_>>());
    }
    wrong_call(&Failure::new(
        format!("there is no command `{}`", name.to_string_lossy()),
        format!("the commands are {}", names()),
        "say `cargo xtask --help` for what each does",
    ))
}

/// For commands that take none of these arguments.
pub(crate) fn unexpected(command: &str, argument: &OsString) -> ExitCode {
    wrong_call(&Failure::new(
        format!("`{command}` does not take `{}`", argument.to_string_lossy()),
        "every argument has a meaning, or the call is not what it looks like",
        "say `cargo xtask --help` for what each command takes",
    ))
}

/// The exit code after what a command did.
pub(crate) fn finish(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn wrong_call(failure: &Failure) -> ExitCode {
    print::failure(failure);
    ExitCode::from(USAGE)
}

fn names() -> String {
    COMMANDS.iter().map(|command| format!("`{}`", command.name)).collect::<Vec<_>>().join(", ")
}

fn help() -> String {
    let commands = COMMANDS.iter().map(|Command { name, about, .. }| format!("  {name:<9} {about}"));
    let commands = commands.collect::<Vec<_>>().join("\n");
    format!(
        "The repository's own commands.\n\nUsage: cargo xtask <command>\n\nCommands:\n{commands}\n\n\
         They work from any folder of the workspace."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_command_once() {
        let help = help();
        for Command { name, about, .. } in COMMANDS {
            assert_eq!(help.matches(&format!("\n  {name} ")).count(), 1, "{name} in {help}");
            assert!(!about.ends_with('.'), "{name}: {about}");
        }
    }

    #[test]
    fn an_unknown_command_is_a_wrong_call() {
        let code = run(["teleport".into()].into_iter());
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(USAGE)));
    }
}
