//! The command line: flags, the list of adapters, one file a command, and the only file that prints.
//!
//! A command reads as the run's sentence. Nothing is decided here that another crate could decide.

mod adapters;
mod arguments;
mod backups;
mod commands;
mod context;
mod deployment;
mod failure;
mod guard;
mod hooks;
mod origin;
mod preview;
mod print;
mod saved_plan;
mod schemas;
mod server;
mod shadow;
mod signals;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use crosstrack_report::{Outcome, Problem};

use crate::arguments::Arguments;
use crate::context::Context;
use crate::print::Printer;

/// Runs the command line. `program` is how the user calls it: `crosstrack` or `cargo xtask db`.
pub fn main(program: &'static str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Arguments::command().name(program).bin_name(program);
    let matches = command.try_get_matches_from(std::iter::once(program.into()).chain(arguments));
    let parsed = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    print::say_panics();
    let outcome = match parsed {
        // Nothing is looked at after a panic but the exit code.
        Ok(arguments) => catch_unwind(AssertUnwindSafe(|| run(program, arguments))).unwrap_or(Outcome::Bug),
        Err(error) => print::usage(&error),
    };
    ExitCode::from(outcome.code())
}

/// The names of the commands, as `help` lists them.
pub fn command_names() -> Vec<String> {
    Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

fn run(program: &'static str, arguments: Arguments) -> Outcome {
    let printer = Printer::new(program, &arguments.global);
    let command = arguments.command;
    let name = command.name();
    let context = Context::new((program, name), arguments.global, printer);
    let result = runtime().and_then(|runtime| {
        let result = runtime.block_on(command.run(&context));
        // A step that a stop has left behind must not keep the program alive.
        runtime.shutdown_background();
        result
    });
    match result {
        Ok(outcome) => outcome,
        Err(problem) => {
            context.print.problem(name, &problem);
            problem.outcome
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        // One for the step that blocks, one for everything beside it.
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Outcome::Bug, &error))
}
