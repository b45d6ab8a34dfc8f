//! `bench`: what crosstrack costs beside the tools that it stands for, measured side by side in one run.
//!
//! Must not be a test: machines are shared and noisy. Only ratios of one run mean something, and the counts of round trips and
//! write-ahead-log syncs, which do not depend on the machine.

mod backup;
mod beside;
mod catalog;
mod contender;
mod corpus;
mod ground;
mod proxy;
mod rounds;
mod shadow;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::print;

use contender::{APPLYING, ASKING, Contender};
use ground::Ground;
use rounds::{Counts, median};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "bench",
    about: "measure beside psql, diesel and sqlx: 1,000 migrations, medians of five; `bench backup`, `bench catalog`: beside pg_dump; `bench shadow [PROGRAM]`: beside another crosstrack",
    run,
};

/// How often each contender runs. The first round warms what there is to warm, and is not counted.
const ROUNDS: usize = 5;

fn run(arguments: &[OsString]) -> ExitCode {
    match arguments {
        [] => commands::finish(measure()),
        [argument] if argument == "backup" => commands::finish(measure_alone(backup::measure)),
        [argument] if argument == "catalog" => commands::finish(measure_alone(catalog::measure)),
        [argument, other @ ..] if argument == "shadow" && other.len() < 2 => {
            commands::finish(measure_alone(|ground| shadow::measure(ground, other.first())))
        }
        [argument, ..] => commands::unexpected("bench", argument),
    }
}

fn measure() -> Result<(), Failure> {
    let ground = Ground::prepare()?;
    print::answer(&format!("{} migrations, half of them Diesel's, half sqlx's", corpus::MIGRATIONS));
    print::answer("");
    applying(&ground)?;
    print::answer("");
    asking(&ground)?;
    print::answer("");
    starting(&ground)?;
    ground.leave()
}

fn measure_alone(measure: impl FnOnce(&Ground) -> Result<(), Failure>) -> Result<(), Failure> {
    let ground = Ground::without_tools()?;
    measure(&ground)?;
    ground.leave()
}

/// From empty to head.
fn applying(ground: &Ground) -> Result<(), Failure> {
    print::answer("from empty to head        seconds   of psql   round trips    syncs (a migration)");
    let mut times = vec![Vec::new(); APPLYING.len()];
    let mut syncs = vec![0; APPLYING.len()];
    for round in 0..=ROUNDS {
        for (index, contender) in APPLYING.iter().enumerate() {
            ground.empty_database()?;
            let before = ground.syncs()?;
            let took = ground.time(contender)?;
            if round > 0 {
                times[index].push(took);
                syncs[index] = ground.syncs()? - before;
            }
        }
    }
    let base = median(&mut times[0]);
    for (index, contender) in APPLYING.iter().enumerate() {
        ground.empty_database()?;
        let Counts { round_trips, .. } = ground.count(contender)?;
        let took = median(&mut times[index]);
        print::answer(&format!(
            "{:<24} {took:>8.2} {:>9.2} {:>13.2} {:>8.2}",
            contender.name,
            took / base,
            ratio(round_trips),
            ratio(syncs[index])
        ));
    }
    Ok(())
}

/// With everything applied.
fn asking(ground: &Ground) -> Result<(), Failure> {
    print::answer("with all applied     milliseconds  of theirs  round trips  connections");
    ground.empty_database()?;
    if let Some(contender) = APPLYING.iter().find(|contender| contender.makes_ledgers) {
        ground.time(contender)?;
    }
    let mut times = vec![Vec::new(); ASKING.len()];
    for round in 0..=ROUNDS * 3 {
        for (index, contender) in ASKING.iter().enumerate() {
            let took = ground.time(contender)?;
            if round > 0 {
                times[index].push(took);
            }
        }
    }
    let base = median(&mut times[0]);
    for (index, contender) in ASKING.iter().enumerate() {
        let counts = ground.count(contender)?;
        let took = median(&mut times[index]);
        print::answer(&format!(
            "{:<22} {:>10.1} {:>10.2} {:>12} {:>12}",
            contender.name,
            took * 1000.0,
            took / base,
            counts.round_trips,
            counts.connections
        ));
    }
    Ok(())
}

/// The program alone.
fn starting(ground: &Ground) -> Result<(), Failure> {
    let version = Contender { name: "crosstrack --version", calls: contender::version, makes_ledgers: false };
    let mut times = Vec::new();
    for _ in 0..ROUNDS * 3 {
        times.push(ground.time(&version)?);
    }
    print::answer(&format!("{} starts and ends in {:.1} ms", version.name, median(&mut times) * 1000.0));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
fn ratio(count: u64) -> f64 {
    count as f64 / corpus::MIGRATIONS as f64
}
