//! A value that was added to an enum cannot be used before it is committed:
//! <https://www.postgresql.org/docs/current/sql-altertype.html>, "Notes".

use crate::statement::{Statement, Transaction};

/// Marks the first statement that uses a value which one before it has added.
pub(crate) fn committed(mut statements: Vec<Statement>) -> Vec<Statement> {
    let mut added: Vec<String> = Vec::new();
    for statement in &mut statements {
        if let Some(value) = added_value(&statement.sql) {
            added.push(value);
        } else if added.iter().any(|value| statement.sql.contains(value.as_str())) {
            statement.transaction = Transaction::AfterCommit;
            added.clear();
        }
    }
    statements
}

/// The value that a statement adds, as a literal.
fn added_value(sql: &str) -> Option<String> {
    let (start, rest) = sql.split_once(" ADD VALUE ")?;
    if !start.starts_with("ALTER TYPE ") {
        return None;
    }
    let quotes: Vec<usize> = rest.match_indices('\'').map(|(place, _)| place).collect();
    let mut end = None;
    let mut number = 1;
    while number < quotes.len() {
        // Two in a row are one in the text.
        if quotes.get(number + 1) == Some(&(quotes[number] + 1)) {
            number += 2;
            continue;
        }
        end = Some(quotes[number]);
        break;
    }
    rest.get(..=end?).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::committed;
    use crate::statement::{Statement, Transaction};

    #[test]
    fn only_what_uses_a_new_value_waits_for_the_commit() {
        let statements = [
            "ALTER TYPE mood ADD VALUE 'it''s' AFTER 'ok'",
            "ALTER TABLE a ALTER COLUMN mood SET DEFAULT 'ok'::mood",
            "ALTER TABLE b ALTER COLUMN mood SET DEFAULT 'it''s'::mood",
            "ALTER TABLE c ALTER COLUMN mood SET DEFAULT 'it''s'::mood",
        ];
        let marked = committed(statements.into_iter().map(Statement::new).collect());
        let waits: Vec<bool> =
            marked.iter().map(|statement| statement.transaction == Transaction::AfterCommit).collect();
        assert_eq!(waits, [false, false, true, false]);
    }
}
