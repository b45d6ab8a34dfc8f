//! Shadow databases that are not to be had, and migrations that fail there.

use std::path::Path;

use crosstrack_engine::ExecuteError;
use crosstrack_report::{Outcome, Place, Problem};
use crosstrack_shadow::ShadowError;

/// The hint when the check of a baseline cannot be made.
const UNCHECKED: &str = "`--unchecked` leaves the check out";

/// The way to a private shadow server.
const INSTALL: &str =
    "install PostgreSQL's server programs (Debian: `postgresql`), or name their folder with `--pg-bin`";

/// The ways to another shadow server.
const OTHERS: [&str; 2] = [
    "name a server on which migrations may be tried: `--shadow-url`, CROSSTRACK_SHADOW_URL, or `url` under `[shadow]` in \
     crosstrack.toml",
    "or use the target's own server: `server = \"target\"` under `[shadow]`; the user needs the right CREATEDB there",
];

const NOTHING: &str = "nothing; the shadow database was dropped";

/// There is no answer: no shadow database, or a migration fails there.
pub(crate) fn shadow(error: &ShadowError) -> Problem {
    match error {
        ShadowError::Execute(source) => on_shadow(source).changed(NOTHING),
        ShadowError::Plan(_) => problem(error),
        _ => problem(error).changed("nothing"),
    }
}

/// The target cannot be read.
pub(crate) fn look(error: &ShadowError) -> Problem {
    problem(error).changed("nothing")
}

/// There is no comparison.
pub(crate) fn drift(error: &ShadowError) -> Problem {
    match error {
        ShadowError::Execute(source) if !matches!(**source, ExecuteError::Stopped { .. }) => Problem {
            hints: vec![
                "it is applied here, and cannot run on an empty database: a file is missing or modified (`crosstrack status` shows which), \
                 or it needs something that existed before the first migration"
                    .into(),
                "`crosstrack shadow capture` writes what existed before into a file for `prepare` under `[shadow]`".into(),
            ],
            ..on_shadow(source)
        }
        .changed(NOTHING),
        _ => shadow(error),
    }
}

/// The claims of a baseline cannot be checked.
pub(crate) fn claim(error: &ShadowError) -> Problem {
    let mut problem = match error {
        ShadowError::Execute(source) if !matches!(**source, ExecuteError::Stopped { .. }) => Problem {
            outcome: Outcome::Refused,
            hints: vec![
                "a migration that cannot run on an empty database cannot be checked; `crosstrack shadow capture` writes what existed \
                 before the first migration into a file for `prepare` under `[shadow]`"
                    .to_owned(),
            ],
            ..problem(error)
        },
        _ => problem(error),
    };
    problem.hints.push(UNCHECKED.to_owned());
    problem.changed("nothing; the check runs on a shadow database")
}

/// A script failed on a shadow database: where and why. Nothing of it is left.
pub(crate) fn on_shadow(error: &ExecuteError) -> Problem {
    Problem { changed: None, hints: Vec::new(), ..super::execute(error) }
}

fn problem(error: &ShadowError) -> Problem {
    match error {
        ShadowError::Target(source) => super::connect(source),
        ShadowError::Connect(source) => Problem::new(super::connect(source).outcome, error).hint(
            "a private shadow server is started again by the next command; another is named by `--shadow-url`, CROSSTRACK_SHADOW_URL, or \
             `url` under `[shadow]` in crosstrack.toml",
        ),
        ShadowError::NoTarget => Problem::new(Outcome::Usage, error)
            .hint("name the database with DATABASE_URL or `--database-url`"),
        ShadowError::NoPrograms => with_options(Problem::new(Outcome::Refused, error).hint(INSTALL)),
        ShadowError::Programs(source) => with_options(
            Problem::new(Outcome::Refused, error)
                .because(std::error::Error::source(source).map(chain))
                .hint(source.hint())
                .hint("the folder is named by `--pg-bin`, or by `pg_bin` under `[server]` in crosstrack.toml"),
        ),
        ShadowError::OldPrograms { major, .. } => with_options(Problem::new(Outcome::Refused, error).hint(format!(
            "install the server programs of PostgreSQL {major} or newer (Debian: `postgresql-{major}`), or name their folder with `--pg-bin`"
        ))),
        ShadowError::Start(source) => {
            let problem = Problem::new(Outcome::Refused, error).because(Some(chain(source.as_ref())));
            problem.hint(source.hint()).hint(OTHERS[0])
        }
        ShadowError::IsTarget { .. } => Problem::new(Outcome::Refused, error)
            .hint("name another server; without `--shadow-url` a private one is started")
            .hint("to use the target's own server on purpose: `server = \"target\"` under `[shadow]` in crosstrack.toml"),
        ShadowError::NotAllowed { user, .. } => Problem::new(Outcome::Refused, error)
            .hint(format!("have the right granted: `ALTER ROLE {user} CREATEDB`"))
            .hint("or leave the shadow server to crosstrack: without `--shadow-url` and `[shadow]` a private one is started"),
        ShadowError::Refused(source) => Problem::new(Outcome::Failed, error).because(super::detail(source)),
        ShadowError::Left { name, source } => Problem::new(Outcome::Failed, error)
            .because(super::detail(source))
            .hint(format!("drop it by hand: `DROP DATABASE {name}`; the next command that creates one tries it, too")),
        ShadowError::Beyond { path, .. } => Problem::new(Outcome::Refused, error)
            .because(path.as_ref().map(|path| format!("the statements are in {}", path.display())))
            .hint("a shadow database cannot undo that; leave it out with `--to` or `--from` where the command has them"),
        ShadowError::BeyondPrepare { path, .. } => Problem::new(Outcome::Refused, error)
            .hint(format!("take those statements out of {}, which `prepare` under `[shadow]` names", path.display())),
        ShadowError::InUse { .. } | ShadowError::Changed { .. } => Problem::new(Outcome::Refused, error),
        ShadowError::File { .. } => Problem::new(Outcome::Usage, error),
        ShadowError::Split { path, source } => {
            Problem::new(Outcome::Usage, error).at(Some(super::place(path, source.position()))).hint(source.hint())
        }
        ShadowError::Statement { path, line, statement, source } => {
            Problem::new(Outcome::Usage, error).because(super::detail(source)).at(Some(place(path, *line, statement)))
        }
        ShadowError::Lock(source) => super::lock(source),
        ShadowError::Inspect(source) => super::inspect(source),
        ShadowError::Query(source) => super::query(source),
        ShadowError::Catalog(source) => super::query(&source.source),
        ShadowError::Plan(source) => super::plan(source),
        ShadowError::Execute(source) => super::execute(source),
    }
}

fn with_options(problem: Problem) -> Problem {
    OTHERS.iter().fold(problem, |problem, option| problem.hint(*option))
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

fn place(path: &Path, line: usize, text: &str) -> Place {
    Place { path: path.to_owned(), line, column: 1, length: text.chars().count(), text: text.to_owned() }
}
