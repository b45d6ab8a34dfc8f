//! `[[hook]]`: programs that run before and after a change.
//!
//! It must not look for the programs: that they are missing is said when they are needed, for machines differ.

use std::time::Duration;

use crate::document::{Node, Read, Table};
use crate::mistake::Problem;
use crate::settings::{HookMoment, HookSettings};

const KEYS: [&str; 4] = ["when", "run", "timeout", "always"];

/// How long a hook may run when it does not say.
const TIMEOUT: Duration = Duration::from_mins(5);

pub(super) fn read(node: Option<Node<'_>>) -> Read<Vec<HookSettings>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.tables(&KEYS)?.iter().map(hook).collect()
}

fn hook(table: &Table<'_>) -> Read<HookSettings> {
    let run = table.required("run")?;
    let words = run.list()?.iter().map(|word| word.text().map(str::to_owned)).collect::<Read<Vec<_>>>()?;
    if words.first().is_none_or(String::is_empty) {
        let hint = "a program and its arguments: run = [\"cargo\", \"sqlx\", \"prepare\"]".to_owned();
        return Err(run.mistake_with(Problem::Empty { key: "run".to_owned() }, Some(hint)));
    }
    Ok(HookSettings {
        moment: table.required("when")?.one_of("moment", &HookMoment::ALL, HookMoment::as_str)?,
        run: words,
        timeout: table.get("timeout").map_or(Ok(TIMEOUT), |node| node.some_time())?,
        always: table.get("always").map_or(Ok(false), |node| node.truth())?,
    })
}
