//! The objects that existed before the first migration, as a file of SQL.
//!
//! It writes nothing: it gives strings.

use std::path::Path;

use crosstrack_alter::Statement;
use serde::Serialize;
use serde_json::Value;

use crate::exit_code::Outcome;
use crate::json::document;
use crate::schema::dump;

/// The beginning of each captured file, by which it is known again.
pub const CAPTURED: &str = "-- crosstrack shadow capture: ";

/// The objects that existed before the first migration.
pub struct CapturedView<'a> {
    /// The schemas and extensions.
    pub names: &'a [String],
    /// The roles.
    pub roles: &'a [String],
    /// The statements that make the schemas and extensions with their contents.
    pub statements: &'a [Statement],
    /// The file that was written.
    pub file: Option<&'a Path>,
}

/// The file.
pub fn captured_script(view: &CapturedView<'_>) -> String {
    let mut text = format!(
        "{CAPTURED}what existed before the first migration. It runs in each shadow database, before the migrations.\n\n"
    );
    for role in view.roles {
        text += &format!("CREATE ROLE {} NOLOGIN;\n", quoted(role));
    }
    if !view.roles.is_empty() {
        text += "\n";
    }
    if !view.statements.is_empty() {
        text += &dump(view.statements);
    }
    text
}

/// The answer: the file itself, or what was written into it.
pub fn captured(view: &CapturedView<'_>) -> String {
    let Some(file) = view.file else { return captured_script(view) };
    let mut text = String::new();
    for name in view.names {
        text += &format!("  {name}\n");
    }
    for role in view.roles {
        text += &format!("  role {role}\n");
    }
    let count = view.names.len() + view.roles.len();
    let plural = if count == 1 { "" } else { "s" };
    text + &format!(
        "Wrote {}: {count} object{plural} that no migration creates.\nnext: name it in crosstrack.toml:\n\n[shadow]\nprepare = [\"{}\"]\n",
        file.display(),
        file.display()
    )
}

#[derive(Serialize)]
struct Body<'a> {
    names: &'a [String],
    roles: &'a [String],
    sql: String,
    file: Option<String>,
}

/// The same as JSON.
pub fn captured_document(view: &CapturedView<'_>) -> Value {
    let file = view.file.map(|file| file.display().to_string());
    let body = Body { names: view.names, roles: view.roles, sql: captured_script(view), file };
    document("shadow", Outcome::Done, body)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
