//! `cargo xtask readme`: what the README shows is what the commands say.
//!
//! Must not touch any database but its own. The blocks are run in order on one database, so that they tell a story.

mod blocks;
mod mask;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::program::Program;
use crate::server::PrivateServer;
use crate::{print, workspace};
use blocks::Block;

pub(crate) const COMMAND: Command = Command {
    name: "readme",
    about: "Holds the README's examples against what the commands say; with --write, writes them",
    run: start,
};

const README: &str = "README.md";

/// The database of the examples, as the README calls it.
const DATABASE: &str = "herbs";

/// What to do with an example that is not what the command says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Check,
    Write,
}

fn start(arguments: &[OsString]) -> ExitCode {
    match arguments {
        [] => commands::finish(run(Manner::Check)),
        [flag] if flag == "--write" => commands::finish(run(Manner::Write)),
        [first, ..] => commands::unexpected("readme", first),
    }
}

fn run(manner: Manner) -> Result<(), Failure> {
    let path = workspace::root().join(README);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::new("could not read README.md", error.to_string(), "write it"))?;
    let found = blocks::read(&text).map_err(|line| {
        let what = format!("README.md:{line}: the example that begins here is not complete");
        Failure::new(what, "an example is a marker, a fenced block and an end", blocks::FORM)
    })?;
    let server = PrivateServer::start()?;
    let outcome = say_again(&server, &found);
    server.leave()?;
    let said = outcome?;
    let changed =
        said.iter().zip(&found).filter(|(said, block)| mask::mask(said) != mask::mask(&block.text)).count();
    if changed == 0 {
        print::story(&format!("README.md: {} examples are what the commands say.", found.len()));
        return Ok(());
    }
    if manner == Manner::Check {
        return Err(stale(&said, &found));
    }
    std::fs::write(&path, blocks::replace(&text, &found, &said)).map_err(|error| {
        Failure::new("could not write README.md", error.to_string(), "see its permissions")
    })?;
    print::story(&format!("README.md: wrote {} examples, {changed} of them changed.", found.len()));
    Ok(())
}

/// What each example's command says today.
fn say_again(server: &PrivateServer, blocks: &[Block]) -> Result<Vec<String>, Failure> {
    server.create_database(DATABASE)?;
    blocks.iter().map(|block| say(server, block)).collect()
}

fn say(server: &PrivateServer, block: &Block) -> Result<String, Failure> {
    let Some(arguments) = block.command.strip_prefix("cargo xtask ") else {
        let what = format!("README.md:{}: cannot run `{}`", block.line, block.command);
        return Err(Failure::new(what, "only `cargo xtask` is run", "show it in a block without a marker"));
    };
    let transcript = Program::xtask()
        .arguments(arguments.split_whitespace())
        .variable("DATABASE_URL", server.url(DATABASE))
        .variable("NO_COLOR", "1")
        .transcript()?;
    let folder = workspace::root().display().to_string();
    let lines = transcript.lines().map(|line| line.replace(&format!("{folder}/"), "").trim_end().to_owned());
    Ok(lines.collect::<Vec<_>>().join("\n").trim_end().to_owned())
}

fn stale(said: &[String], blocks: &[Block]) -> Failure {
    let mut what = String::from("README.md shows what the commands no longer say");
    for (said, block) in said.iter().zip(blocks) {
        let (now, then) = (mask::mask(said), mask::mask(&block.text));
        let mut lines = now.lines().map(Some).chain(std::iter::repeat(None));
        let differs = then.lines().map(Some).chain([None]).find_map(|then| {
            let now = lines.next().flatten();
            (now != then).then_some((then, now))
        });
        if let Some((then, now)) = differs {
            let (then, now) = (then.unwrap_or("nothing more"), now.unwrap_or("nothing more"));
            let Block { line, command, .. } = block;
            what = format!("{what}\n{README}:{line}: `{command}`\n  shows {then}\n  says  {now}");
        }
    }
    Failure::new(
        what,
        "an example that is not true is worse than none",
        "run `cargo xtask readme --write` and read it",
    )
}
