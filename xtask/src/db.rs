//! `cargo xtask db ...`: the command line of crates/cli, called as part of this repository.
//!
//! Must not take, add or change any argument.

use crate::commands::Command;

pub(crate) const COMMAND: Command = Command {
    name: "db",
    about: "Runs the migrations of all tracks: `cargo xtask db --help` says more",
    run: |arguments| crosstrack_cli::main("cargo xtask db", arguments.to_vec()),
};
