//! The program `crosstrack`.

use std::process::ExitCode;

fn main() -> ExitCode {
    crosstrack_cli::main("crosstrack", std::env::args_os().skip(1))
}
