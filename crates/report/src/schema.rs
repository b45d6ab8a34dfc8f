//! How schemas differ, the script that leads from one to the other, and what was generated: as text and as JSON.

use std::path::Path;

use crosstrack_alter::Statement;
use crosstrack_catalog::{Change, Difference, outermost};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::human::{BAD, GOOD, STRONG, WARNING, paint};
use crate::json::{DifferenceBody, difference_body, document};
use crate::problem::as_called;

/// How two schemas differ, and what leads from one to the other.
pub struct SchemaDiffView<'a> {
    /// What the first is called.
    pub from: &'a str,
    /// What the second is called.
    pub to: &'a str,
    /// How they differ.
    pub differences: &'a [Difference],
    /// The statements that lead from the first to the second.
    pub up: &'a [Statement],
    /// The statements that lead back.
    pub down: &'a [Statement],
    /// What goes on the way from the first to the second.
    pub losses: &'a [String],
    /// What may be renames, as `--rename` takes them.
    pub candidates: &'a [String],
}

/// A line for each difference, as a diff has them, and the sum.
pub fn schema_diff(view: &SchemaDiffView<'_>, program: &str) -> String {
    if view.differences.is_empty() {
        return format!("{} and {} are the same schema.\n", view.from, view.to);
    }
    let mut text = String::new();
    for difference in outermost(view.differences.to_vec()) {
        text += &difference_line(&difference);
    }
    for loss in view.losses {
        text += &format!("{} {loss}\n", paint(WARNING, "loses data:"));
    }
    for candidate in view.candidates {
        text += &format!(
            "{} if that is a rename, `--rename {candidate}` keeps the data\n",
            paint(WARNING, "note:")
        );
    }
    let number = outermost(view.differences.to_vec()).len();
    let noun = if number == 1 { "difference" } else { "differences" };
    text += &as_called(
        &format!(
            "{number} {noun} from {} to {}. The statements, tried there and back on a shadow database: \
             `crosstrack schema diff {} {} --sql`\n",
            view.from, view.to, view.from, view.to
        ),
        program,
    );
    text
}

/// `+ table public.users`, `- column public.users.mail`, `~ column public.users.id: type integer -> bigint`.
pub fn difference_line(difference: &Difference) -> String {
    let (kind, name) = (difference.id.kind, &difference.id.name);
    match &difference.change {
        Change::Added => format!("{} {kind} {name}\n", paint(GOOD, "+")),
        Change::Removed => format!("{} {kind} {name}\n", paint(BAD, "-")),
        Change::Changed { attribute, from, to } => {
            let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            let (from, to) = (said(from), said(to));
            let head = format!("{} {kind} {name}: {attribute}", paint(WARNING, "~"));
            if from.contains('\n') || to.contains('\n') {
                format!("{head}\n{}{}", lines("-", &from), lines("+", &to))
            } else {
                format!("{head} {from} -> {to}\n")
            }
        }
        Change::Reordered { .. } => {
            format!("{} {kind} {name}: the order of its columns\n", paint(STRONG, "~"))
        }
    }
}

fn lines(sign: &str, text: &str) -> String {
    text.lines().fold(String::new(), |all, line| format!("{all}    {sign} {line}\n"))
}

/// Statements as a script of transactions of its own.
pub fn script(statements: &[Statement]) -> String {
    let part = |part: &[Statement]| {
        if part.iter().any(Statement::is_outside) {
            format!("-- outside of a transaction\n{}", migration(part))
        } else {
            format!("BEGIN;\n{}COMMIT;\n", migration(part))
        }
    };
    Statement::parts(statements).map(part).collect()
}

/// Statements as a migration's script, each with what to know before it runs.
pub fn migration(statements: &[Statement]) -> String {
    let mut text = String::new();
    if statements.iter().any(|statement| is_routine(&statement.sql)) {
        text += "SET LOCAL check_function_bodies TO off;\n";
    }
    for statement in statements {
        for hazard in &statement.hazards {
            text += &format!("-- hazard: {hazard}\n");
        }
        for loss in &statement.losses {
            text += &format!("-- loses data: {loss}\n");
        }
        text += &format!("{statement}\n");
    }
    text
}

fn is_routine(sql: &str) -> bool {
    ["CREATE OR REPLACE FUNCTION", "CREATE OR REPLACE PROCEDURE"].iter().any(|start| sql.starts_with(start))
}

#[derive(Serialize)]
struct StatementBody<'a> {
    sql: &'a str,
    hazards: Vec<&'static str>,
    losses: Vec<LossBody>,
    transaction: &'static str,
}

#[derive(Serialize)]
struct LossBody {
    kind: &'static str,
    message: String,
}

fn statement_body(statement: &Statement) -> StatementBody<'_> {
    let losses = statement
        .losses
        .iter()
        .map(|loss| LossBody { kind: loss.kind_and_object().0, message: loss.to_string() });
    StatementBody {
        sql: &statement.sql,
        hazards: statement.hazards.iter().map(|hazard| hazard.as_str()).collect(),
        losses: losses.collect(),
        transaction: statement.transaction.as_str(),
    }
}

#[derive(Serialize)]
struct DiffBody<'a> {
    from: &'a str,
    to: &'a str,
    differences: Vec<DifferenceBody<'a>>,
    up: Vec<StatementBody<'a>>,
    down: Vec<StatementBody<'a>>,
    losses: &'a [String],
    possible_renames: &'a [String],
}

/// The differences and both ways.
pub fn schema_diff_document(view: &SchemaDiffView<'_>, outcome: Outcome) -> Value {
    let body = DiffBody {
        from: view.from,
        to: view.to,
        differences: view.differences.iter().map(difference_body).collect(),
        up: view.up.iter().map(statement_body).collect(),
        down: view.down.iter().map(statement_body).collect(),
        losses: view.losses,
        possible_renames: view.candidates,
    };
    document("schema", outcome, body)
}

#[derive(Serialize)]
struct DumpBody<'a> {
    source: &'a str,
    sql: String,
    unmodelled: &'a [String],
}

/// A schema as a script.
pub fn schema_dump_document(source: &str, statements: &[Statement], unmodelled: &[String]) -> Value {
    document("schema", Outcome::Done, DumpBody { source, sql: dump(statements), unmodelled })
}

#[derive(Serialize)]
struct SaveBody<'a> {
    source: &'a str,
    path: String,
    facts: usize,
}

/// A schema that was saved in a file, and how many facts it has.
pub fn schema_save_document(source: &str, path: &Path, facts: usize) -> Value {
    document("schema", Outcome::Done, SaveBody { source, path: path.display().to_string(), facts })
}

/// A schema as a script: without what there is to know of statements, for nothing is there that could be lost.
pub fn dump(statements: &[Statement]) -> String {
    let mut text = String::new();
    if statements.iter().any(|statement| is_routine(&statement.sql)) {
        text += "SET check_function_bodies TO off;\n\n";
    }
    let mut former = "";
    for statement in statements {
        let start = statement.sql.split(' ').take(2).collect::<Vec<_>>().join(" ");
        // What is long stands alone; short statements of one kind stand together.
        let is_apart =
            statement.sql.contains('\n') || start != former.split(' ').take(2).collect::<Vec<_>>().join(" ");
        if is_apart && !text.is_empty() && !text.ends_with("\n\n") {
            text += "\n";
        }
        text += &format!("{statement}\n");
        if statement.sql.contains('\n') {
            text += "\n";
        }
        former = &statement.sql;
    }
    text.trim_end().to_owned() + "\n"
}

/// What was generated.
pub struct GeneratedView<'a> {
    /// The track.
    pub track: &'a str,
    /// How what the migrations make differs from what is desired.
    pub differences: &'a [Difference],
    /// The files that were written, as they are shown.
    pub files: &'a [String],
    /// How many migrations they are.
    pub migrations: usize,
    /// What goes with the way forward.
    pub losses: Vec<String>,
    /// What may be renames, as `--rename` takes them.
    pub candidates: &'a [String],
}

/// What was detected and written, and what comes next.
pub fn generated(view: &GeneratedView<'_>, program: &str) -> String {
    if view.differences.is_empty() {
        return format!("Nothing to generate: the migrations of {} make what is desired.\n", view.track);
    }
    let mut text = String::from("Detected:\n");
    for difference in outermost(view.differences.to_vec()) {
        text += &format!("  {}", difference_line(&difference).replace("\n    ", "\n      "));
    }
    for loss in &view.losses {
        text += &format!("{} {loss}\n", paint(WARNING, "loses data:"));
    }
    for candidate in view.candidates {
        text += &format!(
            "{} if that is a rename, `--rename {candidate}` keeps the data\n",
            paint(WARNING, "note:")
        );
    }
    if view.files.is_empty() {
        return text;
    }
    text += "Written, and tried there and back on a shadow database:\n";
    for file in view.files {
        text += &format!("  {file}\n");
    }
    text += &format!(
        "Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with \
         `crosstrack prove --track {} --last {}`.\n",
        view.track, view.migrations
    );
    as_called(&text, program)
}

#[derive(Serialize)]
struct GeneratedBody<'a> {
    track: &'a str,
    differences: Vec<DifferenceBody<'a>>,
    files: &'a [String],
    losses: &'a [String],
    possible_renames: &'a [String],
}

/// The same as JSON.
pub fn generated_document(view: &GeneratedView<'_>, outcome: Outcome) -> Value {
    let body = GeneratedBody {
        track: view.track,
        differences: view.differences.iter().map(difference_body).collect(),
        files: view.files,
        losses: &view.losses,
        possible_renames: view.candidates,
    };
    document("generate", outcome, body)
}
