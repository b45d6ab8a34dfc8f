//! `cargo xtask fuzz`: tries to break the claims of `crates/properties` with made-up input.
//!
//! Must not write into the repository: what it finds is under `target/fuzz`, and a person decides what comes into the corpus.

mod call;
mod install;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::program::Program;
use crate::{print, workspace};
use call::{Amount, Call};

pub(crate) const COMMAND: Command = Command {
    name: "fuzz",
    about: "Tries to break the readers of input: [--seconds N | --runs N] [target] (installs cargo-fuzz under target/)",
    run: |arguments| match Call::read(arguments) {
        Ok(call) => commands::finish(run(&call)),
        Err(argument) => commands::unexpected("fuzz", &argument),
    },
};

/// An input may take so long, in seconds. The usual one takes a thousandth of that.
const SLOWEST: &str = "-timeout=10";

/// What a fuzzed program may use, in MiB.
const LARGEST: &str = "-rss_limit_mb=1024";

fn run(call: &Call) -> Result<(), Failure> {
    let targets = targets()?;
    if let Some(wanted) = &call.target
        && !targets.contains(wanted)
    {
        let names = targets.join("`, `");
        return Err(Failure::new(
            format!("there is no target `{wanted}`"),
            format!("the targets are `{names}`"),
            "name one of them, or none for all",
        ));
    }
    let program = install::install()?;
    // The same versions as in the programs that people use.
    let lock = fuzz_folder().join("Cargo.lock");
    std::fs::copy(workspace::root().join("Cargo.lock"), &lock)
        .map_err(|error| cannot_write(&lock, &error))?;
    let is_wanted = |target: &&String| call.target.as_ref().is_none_or(|wanted| *target == wanted);
    targets.iter().filter(is_wanted).try_for_each(|target| fuzz(&program, target, call.amount))
}

fn fuzz(program: &Path, target: &str, amount: Amount) -> Result<(), Failure> {
    let found = output_folder().join("corpus").join(target);
    let broken = output_folder().join("broken").join(target);
    for folder in [&found, &broken] {
        std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    }
    print::story(&format!("== {target}: {amount}"));
    let mut prefix = OsString::from("-artifact_prefix=");
    prefix.push(broken.join(""));
    let status = Program::new(program)
        .arguments(["fuzz", "run", "--sanitizer", "none"])
        .arguments([Path::new("--fuzz-dir"), &fuzz_folder()])
        .arguments([Path::new("--target-dir"), &output_folder().join("targets")])
        .arguments([target])
        // New inputs go into the first folder.
        .arguments([found, fuzz_folder().join("corpus").join(target)])
        .arguments(["--", &amount.to_string(), SLOWEST, LARGEST, "-print_final_stats=1"])
        .arguments([prefix])
        .run()?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("the claim `{target}` does not hold, or its program could not be built ({status})"),
        format!("the input is in {}", broken.display()),
        format!("mend it with a test that is a sentence, and put the input into crates/fuzz/corpus/{target}"),
    ))
}

/// The targets, by the names of their files.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = fuzz_folder().join("targets");
    let entries = std::fs::read_dir(&folder).map_err(|error| {
        Failure::new(
            format!("cannot read {}", folder.display()),
            error.to_string(),
            "check the repository out anew",
        )
    })?;
    let name = |path: PathBuf| Some(path.file_stem()?.to_str()?.replace('_', "-"));
    let mut targets: Vec<String> = entries.filter_map(|entry| name(entry.ok()?.path())).collect();
    targets.sort();
    Ok(targets)
}

fn fuzz_folder() -> PathBuf {
    workspace::root().join("crates/fuzz")
}

/// The folder of everything that this command makes.
fn output_folder() -> PathBuf {
    workspace::root().join("target/fuzz")
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("cannot write {}", path.display()),
        error.to_string(),
        "make room, or see who owns it",
    )
}
