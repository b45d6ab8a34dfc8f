//! `cargo xtask interop`: the proof, with the real `diesel` and `sqlx` programs, that nobody is locked in.
//!
//! Must not touch any database but its own: a private server under `target/xtask`. Adding a case is a file in
//! `interop/cases/` and its line in `interop/cases.rs`.

mod cases;
mod checks;
mod database;
mod ground;
mod install;
mod listing;
mod project;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::print;
use checks::Checks;
use ground::Ground;
pub(crate) use install::{Programs, install};

pub(crate) const COMMAND: Command = Command {
    name: "interop",
    about: "Proves with the real diesel and sqlx programs that the ledgers are theirs (installs them under target/)",
    run: |arguments| match arguments.first() {
        Some(argument) => commands::unexpected("interop", argument),
        None => commands::finish(run()),
    },
};

fn run() -> Result<(), Failure> {
    let ground = Ground::prepare()?;
    let outcome = run_cases(&ground);
    ground.server.leave()?;
    outcome
}

fn run_cases(ground: &Ground) -> Result<(), Failure> {
    let mut count = 0;
    let mut broken = 0;
    for case in cases::CASES {
        let mut checks = Checks::default();
        let outcome = (case.run)(ground, &mut checks);
        print::answer(&format!("{}\n{}", case.name, checks.table()));
        outcome?;
        count += checks.count();
        broken += checks.broken();
    }
    if broken > 0 {
        return Err(Failure::new(
            format!("{broken} of {count} checks do not hold"),
            "a ledger that one of the programs reads otherwise locks its users in",
            "make the adapter (crates/track-diesel, crates/track-sqlx) do what the program does",
        ));
    }
    print::answer(&format!("All {count} checks hold."));
    Ok(())
}
