//! What is tried on a shadow server: with nothing kept, with a kept template, and beside another version of the program.
//!
//! Must not measure the target: nothing but the shadow server works here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::beside::seconds_in_turns;
use super::ground::Ground;
use crate::failure::Failure;
use crate::print;
use crate::program::Program;

/// A command, and what is kept when it begins.
struct Case {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Whether the shadow server with its templates is deleted before each round.
    begins_anew: bool,
}

const CASES: [Case; 5] = [
    Case { name: "drift, nothing kept", arguments: &["drift", "--no-cache", "--quiet"], begins_anew: true },
    Case { name: "drift, kept template", arguments: &["drift", "--no-cache", "--quiet"], begins_anew: false },
    Case { name: "down of one, preview", arguments: &["down", "--dry-run", "--quiet"], begins_anew: false },
    Case {
        name: "prove of the last 20",
        arguments: &["prove", "--last", "20", "--quiet"],
        begins_anew: false,
    },
    Case { name: "schema dump of a track", arguments: &["schema", "dump", "auth"], begins_anew: false },
];

/// Measures all cases, beside another program where one is named.
pub(super) fn measure(ground: &Ground, other: Option<&OsString>) -> Result<(), Failure> {
    ground.empty_database()?;
    let url = ground.url();
    let applied = command(ground, &ground.crosstrack, &["up", "--quiet"], &url).capture()?;
    if applied.code != Some(0) {
        return Err(Failure::new("could not apply the migrations", applied.errors, "see what it says"));
    }
    print::answer(&format!("{} migrations        seconds   of the other", super::corpus::MIGRATIONS));
    for case in &CASES {
        let run = |program: &Path| {
            if case.begins_anew {
                // A server whose folder is gone ends by itself.
                drop(std::fs::remove_dir_all(data(ground)));
            }
            Ok(command(ground, program, case.arguments, &url))
        };
        let own = || run(&ground.crosstrack);
        let Some(other) = other.map(PathBuf::from) else {
            let seconds = seconds_in_turns(&[&own])?;
            print::answer(&format!("{:<24} {:>8.2}", case.name, seconds[0]));
            continue;
        };
        let theirs = || run(&other);
        let seconds = seconds_in_turns(&[&own, &theirs])?;
        print::answer(&format!("{:<24} {:>8.2} {:>10.2}", case.name, seconds[0], seconds[0] / seconds[1]));
    }
    Ok(())
}

fn data(ground: &Ground) -> PathBuf {
    ground.path("shadow")
}

fn command(ground: &Ground, program: &Path, arguments: &[&str], url: &str) -> Program {
    ground
        .program(program)
        .arguments(arguments.iter().copied())
        .variable("DATABASE_URL", url)
        .variable("CROSSTRACK_SHADOW_DATA", data(ground))
}
