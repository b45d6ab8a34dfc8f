//! Schemas that cannot be read, and ways between two that were not found.

use std::path::Path;

use crosstrack_engine::Track;
use crosstrack_report::{Outcome, Problem, difference_line};
use crosstrack_schema::{SchemaError, Unproven};
use crosstrack_settings::TargetError;

/// How many differences are shown.
const SHOWN: usize = 12;
const NOTHING: &str = "nothing; the shadow database was dropped";

/// A schema cannot be read, or there is no proven way between two.
pub(crate) fn schema(error: &SchemaError) -> Problem {
    match error {
        SchemaError::File { .. } | SchemaError::NoScripts { .. } => Problem::new(Outcome::Usage, error),
        SchemaError::Write { .. } => Problem::new(Outcome::Usage, error).changed("nothing"),
        SchemaError::Occupied { .. } => {
            Problem::new(Outcome::Usage, error).changed("nothing").hint("name a file that is not there yet")
        }
        SchemaError::NoSnapshot { .. } | SchemaError::Format { .. } => Problem::new(Outcome::Usage, error)
            .changed("nothing")
            .hint("make one that this version understands: `crosstrack schema save <file> <schema>`"),
        SchemaError::Shadow(source) => super::shadow(source),
        SchemaError::Connect(source) => super::connect(source),
        SchemaError::Catalog(source) => super::query(&source.source),
        SchemaError::Query(source) => super::query(source),
        SchemaError::Alter(_) => Problem::new(Outcome::Refused, error).changed(NOTHING).hint(
            "write this migration by hand: `crosstrack create <name> --track <track>`, and prove it with `crosstrack prove`",
        ),
        SchemaError::Rename(_) => Problem::new(Outcome::Usage, error)
            .hint("say the name that is there and the name that is to be: `--rename users.mail=email`"),
        SchemaError::Unproven { unproven, .. } => self::unproven(error, unproven),
    }
}

fn unproven(error: &SchemaError, unproven: &Unproven) -> Problem {
    let mut problem = Problem::new(Outcome::Refused, error).changed(NOTHING);
    let heading = match unproven {
        Unproven::Refused { .. } | Unproven::Divided => None,
        Unproven::Rows { .. } => {
            Some("tried with rows, they change data that no statement announces as lost:")
        }
        Unproven::Differs { .. } => Some("what they make is still different from what is wanted:"),
        Unproven::NoStart { .. } => {
            Some("the schema that they start from cannot be made on a shadow database:")
        }
    };
    for cause in heading.map(str::to_owned).into_iter().chain(missing(unproven)) {
        problem = problem.because(Some(cause));
    }
    problem.hint(
        "write this migration by hand: `crosstrack create <name> --track <track>`, and prove it with `crosstrack prove`",
    )
}

/// What statements do not bring about, line by line.
pub(crate) fn missing(unproven: &Unproven) -> Vec<String> {
    match unproven {
        Unproven::Refused { statement, source } => {
            let first = statement.lines().next().unwrap_or_default();
            let said = super::detail(source);
            std::iter::once(format!("the server refuses `{first}`")).chain(said).collect()
        }
        Unproven::Rows { changes } => changes.iter().take(SHOWN).cloned().collect(),
        Unproven::Divided => {
            vec![
                "the down migration would have to commit more than once, and a down migration is one transaction"
                    .to_owned(),
            ]
        }
        Unproven::Differs { differences } | Unproven::NoStart { differences } => {
            let shown = differences.iter().take(SHOWN);
            let mut lines: Vec<String> =
                shown.map(|difference| difference_line(difference).trim_end().to_owned()).collect();
            if differences.len() > SHOWN {
                lines.push(format!("and {} more", differences.len() - SHOWN));
            }
            lines
        }
    }
}

/// A word names no schema.
pub(crate) fn unknown_schema(text: &str, tracks: &[Track]) -> Problem {
    let known: Vec<String> = tracks.iter().map(|track| format!("`{}`", track.name())).collect();
    let mut hints = vec![
        "a schema is `database`, a URL, a track, a file or folder of SQL, or a file of `schema save`"
            .to_owned(),
    ];
    if !known.is_empty() {
        hints.push(format!("the tracks are {}", known.join(", ")));
    }
    Problem {
        outcome: Outcome::Usage,
        message: format!("`{text}` names no schema: there is no such file, folder or track"),
        place: None,
        causes: Vec::new(),
        changed: None,
        hints,
    }
}

/// A URL cannot be read.
pub(crate) fn schema_url(error: &TargetError) -> Problem {
    Problem::new(Outcome::Usage, error)
}

/// A track does not say what is desired.
pub(crate) fn no_desired(track: &str, path: &Path) -> Problem {
    Problem {
        outcome: Outcome::Usage,
        message: format!(
            "the track `{track}` does not say what its schema is to be: there is no `{}`",
            path.display()
        ),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec![
            format!(
                "begin with what its migrations make: `crosstrack schema dump {track} > {}`",
                path.display()
            ),
            "or name another file or a folder of SQL: `desired = \"...\"` under the track in crosstrack.toml"
                .into(),
        ],
    }
}

/// A file holds something else than what is to be written.
pub(crate) fn occupied(path: &Path) -> Problem {
    Problem {
        outcome: Outcome::Usage,
        message: format!("`{}` exists, and `crosstrack shadow capture` did not write it", path.display()),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["name a file that does not exist".into()],
    }
}

/// A file cannot be written.
pub(crate) fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        outcome: Outcome::Usage,
        message: format!("cannot write `{}`", path.display()),
        place: None,
        causes: vec![error.to_string()],
        changed: Some("nothing".into()),
        hints: Vec::new(),
    }
}

/// A file that a schema is to be saved in would not be known again.
pub(crate) fn no_json(path: &Path) -> Problem {
    let named = path.with_extension("json");
    Problem {
        outcome: Outcome::Usage,
        message: format!("`{}` does not end in `.json`, by which a saved schema is known", path.display()),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec![format!("name it `{}`", named.display())],
    }
}
