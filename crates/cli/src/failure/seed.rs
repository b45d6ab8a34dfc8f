//! Seeds that are not loaded: what a person can do about each way in which that happens.

use crosstrack_database::QueryError;
use crosstrack_engine::StopSignal;
use crosstrack_report::{Outcome, Place, Problem};
use crosstrack_seed::{FileMistake, FolderError, ReadError, SeedError, SeedFailure, TableRows};

/// The folder of the seeds cannot be used.
pub(crate) fn seed_folder(error: &FolderError) -> Problem {
    if let FolderError::Mistake(source) = error {
        return super::mistake(source);
    }
    let problem = Problem::new(Outcome::Usage, error).changed("nothing");
    match error {
        FolderError::NoSeeds { .. } => {
            problem.hint("it has a `[[seed]]` with `file` and `key` for each file of rows beside it")
        }
        FolderError::Undeclared { declarations, .. } => {
            problem.hint(format!("give it a `[[seed]]` in {}, or take it away", declarations.display()))
        }
        FolderError::Unknown { hint, .. } => problem.hint(hint.clone().unwrap_or_default()),
        FolderError::Unreadable { .. } | FolderError::Mistake(_) => problem,
    }
}

/// A file of rows cannot be used.
pub(crate) fn seed_file(error: &ReadError) -> Problem {
    match error {
        ReadError::Mistake(mistake) => at(mistake, Outcome::Usage).changed("nothing"),
        ReadError::TestAccounts { .. } => Problem::new(Outcome::Refused, error).changed("nothing").hint(
            "take `passwords` and the file out of this environment's seeds; `--only` leaves it out once",
        ),
        ReadError::Unreadable { .. } => Problem::new(Outcome::Usage, error).changed("nothing"),
        ReadError::Hash { .. } => Problem::new(Outcome::Failed, error).changed("nothing"),
    }
}

fn at(mistake: &FileMistake, outcome: Outcome) -> Problem {
    let FileMistake { path, line, column, length, text, .. } = mistake.clone();
    Problem::new(outcome, mistake)
        .at(Some(Place { path, line, column, length, text }))
        .hint(mistake.hint.clone().unwrap_or_default())
}

/// The flag is not for such an environment.
pub(crate) fn not_for_environment(flag: &str, environment: &str) -> Problem {
    refused(format!("`seed {flag}` is not for `{environment}`, which is or is like production"))
        .hint("it is for development and staging")
}

/// Migrations are pending, or nobody knows what is applied.
pub(crate) fn not_up_to_date(is_broken: bool) -> Problem {
    let (message, hint) = if is_broken {
        (
            "the history is broken, so that nobody knows what the tables are",
            "`crosstrack status` shows the way on",
        )
    } else {
        ("migrations are pending, and seeds are for the tables behind them", "run `crosstrack up` first")
    };
    refused(message.to_owned()).hint(hint)
}

/// Tables that nobody has named would lose rows.
pub(crate) fn rows_of_others(tables: &[TableRows]) -> Problem {
    let error = SeedError::Referred { tables: tables.to_vec() };
    referred(Problem::new(Outcome::Refused, &error), tables)
}

/// Views cannot be emptied.
pub(crate) fn fresh_views(views: Vec<String>) -> Problem {
    let error = SeedError::FreshView { views };
    one(&error, None).changed("nothing")
}

fn referred(problem: Problem, tables: &[TableRows]) -> Problem {
    let rows = |rows: u64| if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    let names: Vec<String> =
        tables.iter().map(|table| format!("`{}` ({})", table.table, rows(table.rows))).collect();
    problem
        .because(Some(format!("they are {}", names.join(", "))))
        .changed("nothing")
        .hint("empty them yourself when their rows may go, then run this again")
}

fn refused(message: String) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message,
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: Vec::new(),
    }
}

/// The rows that would be lost could not be counted.
pub(crate) fn uncounted(error: &QueryError) -> Problem {
    super::query(error).changed("nothing")
}

/// It is not known whether the required rows are there.
pub(crate) fn uncheckable(error: &SeedError) -> Problem {
    one(error, None).changed("nothing")
}

/// The seeding did not come to its end.
pub(crate) fn seeding(failure: &SeedFailure, stop: Option<StopSignal>) -> Problem {
    let problem = one(&failure.source, stop);
    if let SeedError::Referred { .. } = failure.source {
        return problem;
    }
    let files: Vec<&str> = failure.report.files.iter().map(|file| file.file.as_str()).collect();
    let loaded = match files.as_slice() {
        [] => "no file is loaded".to_owned(),
        files => format!("loaded: {}", files.join(", ")),
    };
    let emptied = if failure.report.emptied.is_empty() { "" } else { "the tables were emptied; " };
    problem.changed(format!("{emptied}{loaded}; of the file that failed nothing is left"))
}

fn one(error: &SeedError, stop: Option<StopSignal>) -> Problem {
    let failed = Problem::new(Outcome::Failed, error);
    match error {
        SeedError::Mistake { mistake, source } => {
            let server = source.as_ref();
            at(mistake, Outcome::Failed)
                .because(server.map(ToString::to_string))
                .because(server.and_then(|server| server.detail.clone()).map(|detail| format!("detail: {detail}")))
        }
        SeedError::NoTable { .. } => failed.hint("name the table in `seeds.toml`: `table = \"schema.name\"`"),
        SeedError::NoUniqueIndex { .. } => failed.hint(
            "`key` in `seeds.toml` names the columns, or the expressions, of a unique index of the table that is neither partial nor \
             deferrable",
        ),
        SeedError::NotWritable { .. } => {
            failed.hint("`table` in `seeds.toml` names a table, or a view that takes rows")
        }
        SeedError::FreshView { .. } => Problem { outcome: Outcome::Refused, ..failed }
            .hint("choose the tables with `--only`, or empty those below the view yourself"),
        SeedError::NotNumbered { .. } => failed.hint("`scale` in `seeds.toml` names texts and UUIDs"),
        SeedError::Referred { tables } => {
            referred(Problem { outcome: Outcome::Refused, ..failed }, tables)
        }
        SeedError::Query { source, .. } | SeedError::Empty(source) => {
            let mut problem = super::query(source);
            problem.causes.insert(0, std::mem::replace(&mut problem.message, error.to_string()));
            problem
        }
        SeedError::Connect(source) => super::connect(source),
        SeedError::Stopped { .. } => {
            let outcome = stop.map_or(Outcome::Interrupted, crate::signals::outcome);
            Problem { outcome, ..failed }.hint("run the same command again: what is there is left as it is")
        }
    }
}
