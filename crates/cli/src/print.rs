//! The only file that prints: the answer on stdout, the story on stderr.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the one file that prints")]

use anstream::{eprint, print};
use clap::ColorChoice;
use crosstrack_report::{Clock, Outcome, Problem};
use serde_json::Value;

use crate::arguments::{Format, Global};

/// Prints as the flags say.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    program: &'static str,
    format: Format,
    quiet: bool,
    verbose: bool,
}

impl Printer {
    pub(crate) fn new(program: &'static str, global: &Global) -> Self {
        match global.color {
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
            ColorChoice::Auto => anstream::ColorChoice::Auto,
        }
        .write_global();
        Self { program, format: global.format, quiet: global.quiet, verbose: global.verbose > 0 }
    }

    /// The answer: text for people, or the document for programs.
    pub(crate) fn answer(&self, text: &str, document: impl FnOnce() -> Value) {
        if self.format == Format::Json {
            print!("{:#}\n", document());
        } else {
            print!("{text}");
        }
    }

    /// Annotations, where a job reads them.
    pub(crate) fn annotate(&self, annotations: impl FnOnce() -> String) {
        if self.format == Format::Github {
            print!("{}", annotations());
        }
    }

    /// A piece of the story.
    pub(crate) fn story(&self, text: &str) {
        if !self.quiet {
            eprint!("{text}");
        }
    }

    /// A piece of the story that only a curious reader wants.
    pub(crate) fn detail(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            eprint!("{}", text());
        }
    }

    /// Something that went wrong: always said.
    pub(crate) fn problem(&self, command: &str, problem: &Problem) {
        eprint!("{}", crosstrack_report::problem(problem, self.program));
        match self.format {
            Format::Json => print!("{:#}\n", crosstrack_report::problem_document(command, problem)),
            Format::Github => print!("{}", crosstrack_report::problem_annotation(problem)),
            Format::Human => {}
        }
    }

    /// How times are shown.
    pub(crate) fn clock(&self) -> Clock {
        Clock::Real
    }
}

/// What clap has to say: help and versions on stdout, mistakes on stderr.
pub(crate) fn usage(error: &clap::Error) -> Outcome {
    let is_answer = !error.use_stderr();
    // A closed pipe is no reason to fail.
    drop(error.print());
    if is_answer { Outcome::Done } else { Outcome::Usage }
}
