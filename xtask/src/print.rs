//! The only file of this crate that prints: answers to stdout, the story to stderr.
//!
//! Must not decide what is said.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the file that prints")]

use crate::failure::Failure;

/// One line of an answer.
pub(crate) fn answer(line: &str) {
    println!("{line}");
}

/// One line about what is going on.
pub(crate) fn story(line: &str) {
    eprintln!("{line}");
}

/// Why a command stopped, and what to do.
pub(crate) fn failure(failure: &Failure) {
    eprintln!("error: {}", failure.what);
    eprintln!("  why: {}", failure.why);
    eprintln!("  do:  {}", failure.remedy);
}
