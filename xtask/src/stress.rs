//! `cargo xtask stress`: the tests of many runs at once, with and without a pooler, of runs killed at any moment, and of random
//! schemas that are led there and back, in many rounds.
//!
//! Must not know what is tested: the tests are `crowd` of the command line and `random` of the statements, which do one round each by
//! themselves.

use std::ffi::OsString;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::print;
use crate::program::Program;

pub(crate) const COMMAND: Command = Command {
    name: "stress",
    about: "Sixteen runs at once, five runs killed at random and 40 pairs of random schemas, in each of ten rounds: [--rounds N]",
    run: |arguments| match rounds(arguments) {
        Ok(rounds) => commands::finish(run(rounds)),
        Err(argument) => commands::unexpected("stress", &argument),
    },
};

/// A package, a file of tests in it, and which of those are done in rounds.
const SUITES: [(&str, &str, &str); 2] =
    [("crosstrack-cli", "cli", "crowd::"), ("crosstrack-alter", "cases", "random::")];

/// How many rounds there are when nobody says.
const ROUNDS: usize = 10;

fn rounds(arguments: &[OsString]) -> Result<usize, OsString> {
    match arguments {
        [] => Ok(ROUNDS),
        [flag, number] if flag == "--rounds" => {
            number.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| number.clone())
        }
        [first, ..] => Err(first.clone()),
    }
}

fn run(rounds: usize) -> Result<(), Failure> {
    print::story(&format!("== {rounds} rounds"));
    SUITES.iter().try_for_each(|suite| run_suite(suite, rounds))
}

fn run_suite(&(package, target, tests): &(&str, &str, &str), rounds: usize) -> Result<(), Failure> {
    let status = Program::cargo()
        .arguments(["test", "--package", package, "--test", target, "--", tests])
        .variable("CROSSTRACK_TEST_ROUNDS", rounds.to_string())
        .run()?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("a round did not end as it must ({status})"),
        "the failed test is a sentence that is not always true",
        "run it again with more rounds until it is seen why, and make it a fault point",
    ))
}

#[cfg(test)]
mod tests {
    use super::{ROUNDS, rounds};

    #[test]
    fn the_number_of_rounds_is_an_argument() {
        let read = |words: &[&str]| rounds(&words.iter().map(std::ffi::OsString::from).collect::<Vec<_>>());
        assert_eq!(read(&[]), Ok(ROUNDS));
        assert_eq!(read(&["--rounds", "3"]), Ok(3));
        assert!(read(&["--rounds", "many"]).is_err() && read(&["--runs", "3"]).is_err());
    }
}
