//! The only file that prints: the answer on stdout, the story on stderr.
//!
//! A reader that has gone away (`| head`) is no reason to fail, so what cannot be written is dropped.

use std::io::{BufRead, IsTerminal, Write};

use clap::ColorChoice;
use crosstrack_report::{Outcome, Problem};
use serde_json::Value;

use crate::arguments::{Format, Global};

/// Prints as the flags say.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    program: &'static str,
    format: Format,
    quiet: bool,
    verbose: bool,
    /// Whether an answer is a part of the story, because another one comes after it.
    answers_are_story: bool,
}

impl Printer {
    pub(crate) fn new(program: &'static str, global: &Global) -> Self {
        match global.color {
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
            ColorChoice::Auto => anstream::ColorChoice::Auto,
        }
        .write_global();
        Self {
            program,
            format: global.format,
            quiet: global.quiet,
            verbose: global.verbose > 0,
            answers_are_story: false,
        }
    }

    /// The same for what is done on the way: its answers are a part of the story.
    pub(crate) fn on_the_way(&self) -> Self {
        Self { answers_are_story: true, ..self.clone() }
    }

    /// The answer: text for people, or the document for programs.
    pub(crate) fn answer(&self, text: &str, document: impl FnOnce() -> Value) {
        if self.answers_are_story {
            self.story(text);
        } else if self.format == Format::Json {
            to_stdout(&format!("{:#}\n", document()));
        } else {
            to_stdout(text);
        }
    }

    /// Annotations, where a job reads them.
    pub(crate) fn annotate(&self, annotations: impl FnOnce() -> String) {
        if self.format == Format::Github {
            to_stdout(&annotations());
        }
    }

    /// A piece of the story.
    pub(crate) fn story(&self, text: &str) {
        if !self.quiet {
            to_stderr(text);
        }
    }

    /// A piece of the story that only a curious reader wants.
    pub(crate) fn detail(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            to_stderr(&text());
        }
    }

    /// Something that went wrong: always said.
    pub(crate) fn problem(&self, command: &str, problem: &Problem) {
        to_stderr(&crosstrack_report::problem(problem, self.program));
        match self.format {
            Format::Json => {
                to_stdout(&format!("{:#}\n", crosstrack_report::problem_document(command, problem)));
            }
            Format::Github => to_stdout(&crosstrack_report::problem_annotation(problem)),
            Format::Human => {}
        }
    }
}

/// Asks a person; `None` when there is none, for there is no terminal.
pub(crate) fn ask(question: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    to_stderr(question);
    let mut answer = String::new();
    // Who ends the input has not said yes.
    drop(std::io::stdin().lock().read_line(&mut answer));
    Some(answer)
}

fn to_stdout(text: &str) {
    let mut stdout = anstream::stdout().lock();
    drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
}

fn to_stderr(text: &str) {
    drop(anstream::stderr().lock().write_all(text.as_bytes()));
}

/// Makes a panic a message for a person. There should be none.
pub(crate) fn say_panics() {
    std::panic::set_hook(Box::new(|panic| {
        to_stderr(&format!(
            "error: this is a bug of crosstrack: {panic}\n  changed: `crosstrack status` shows what is applied; the next run \
             puts the journal right\n     next: report it with this message and what you ran\n"
        ));
    }));
}

/// What clap has to say: help and versions on stdout, mistakes on stderr.
pub(crate) fn usage(error: &clap::Error) -> Outcome {
    let is_answer = !error.use_stderr();
    // A closed pipe is no reason to fail.
    drop(error.print());
    if is_answer { Outcome::Done } else { Outcome::Usage }
}
