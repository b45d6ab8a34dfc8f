//! The repository's own commands: `cargo xtask <command>`.
//!
//! Must not do any work: each command is a file of its name.

mod bench;
mod ci;
mod commands;
mod db;
mod failure;
mod fuzz;
mod interop;
mod print;
mod program;
mod readme;
mod server;
mod stress;
mod tidy;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(std::env::args_os().skip(1))
}
