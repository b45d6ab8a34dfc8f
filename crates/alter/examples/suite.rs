//! Runs somebody else's suite of pairs: folders that hold an `old.sql` and a `new.sql`, each led to the other and back.
//!
//! `cargo run --example suite -- <folder> [part of a name [show] [dump]]`

#![expect(clippy::expect_used, reason = "a judge that cannot read a database has nothing to say")]

#[path = "../tests/cases/judge.rs"]
mod judge;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    let part = arguments.next();
    let words: Vec<String> = arguments.collect();
    let has = |word: &str| words.iter().any(|other| other == word);
    let (shows, with_dumps) = (has("show"), has("dump"));
    let (mut equal, mut all) = (0, 0);
    let mut cases = Vec::new();
    find(&folder, &mut cases);
    cases.sort();
    for case in cases {
        let name = case.strip_prefix(&folder).unwrap_or(&case).display().to_string();
        if part.as_ref().is_some_and(|part| !name.contains(part.as_str())) {
            continue;
        }
        let text = |file: &str| std::fs::read_to_string(case.join(file)).unwrap_or_default();
        let outcome = judge::judge((&text("old.sql"), &text("new.sql")), with_dumps).await;
        all += 1;
        equal += usize::from(outcome.failures.is_empty());
        // What is shown while a long suite runs need not wait for its end; who does not read it has not asked for it.
        drop(std::io::stdout().write_all(shown(&name, &outcome, shows).as_bytes()));
    }
    drop(std::io::stdout().write_all(format!("{equal} of {all}\n").as_bytes()));
}

fn shown(name: &str, outcome: &judge::Outcome, shows: bool) -> String {
    let mut text = String::new();
    if !outcome.failures.is_empty() {
        text += &format!("--- {name}\n");
        for failure in outcome.failures.iter().take(8) {
            let _ = writeln!(text, "    {}", failure.chars().take(300).collect::<String>());
        }
    }
    if shows {
        text += &outcome.shown();
    }
    text
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("new.sql").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            find(&entry.path(), cases);
        }
    }
}
