//! Storage options, which relations and columns have: <https://www.postgresql.org/docs/current/sql-createtable.html>, "Storage
//! Parameters".

use crosstrack_database::quote_literal;

use crate::options::options;
use crate::statement::Statement;

/// `(fillfactor = '70')`
pub(crate) fn set(text: &str) -> String {
    list(&options(text))
}

fn list(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key} = {}", quote_literal(value))).collect();
    format!("({})", pairs.join(", "))
}

/// Options that go are put back, and those that come or are different are set.
pub(crate) fn reset_and_set(
    subject: &str,
    before: &[(String, String)],
    after: &[(String, String)],
) -> Vec<Statement> {
    let mut statements = Vec::new();
    let gone: Vec<&str> = before
        .iter()
        .map(|(key, _)| key.as_str())
        .filter(|key| !after.iter().any(|(other, _)| other == key))
        .collect();
    if !gone.is_empty() {
        statements.push(Statement::new(format!("{subject} RESET ({})", gone.join(", "))));
    }
    let new: Vec<(String, String)> = after.iter().filter(|pair| !before.contains(pair)).cloned().collect();
    if !new.is_empty() {
        statements.push(Statement::new(format!("{subject} SET {}", list(&new))));
    }
    statements
}
