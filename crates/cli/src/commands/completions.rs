//! `completions`: the completions of a shell, on stdout.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use crosstrack_report::Outcome;
use serde_json::json;

use crate::arguments;
use crate::context::Context;

/// The flags of `completions`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let mut script = Vec::new();
    let mut command = arguments::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "crosstrack", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    context.print.answer(&script, || {
        json!({ "schema_version": crosstrack_report::SCHEMA_VERSION, "command": "completions", "outcome": "done",
                "exit_code": 0, "shell": arguments.shell.to_string(), "script": script })
    });
    Outcome::Done
}
