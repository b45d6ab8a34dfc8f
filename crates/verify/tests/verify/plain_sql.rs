//! The list for people who have only psql is the list of the auth track.

use crosstrack_verify::{DeclaredIndex, read_expectations};

use crate::support::{repository, tracks_of};

/// A row as scripts/verify-indexes.sql writes it.
fn row(index: &DeclaredIndex) -> String {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let values = [
        text(&index.name),
        text(&index.table.to_string()),
        text(&index.method),
        index.unique.to_string(),
        text(&index.columns.join(", ")),
        text(&index.include.join(", ")),
        text(index.predicate.as_deref().unwrap_or_default()),
    ];
    format!("({})", values.join(", "))
}

#[test]
fn the_plain_sql_check_lists_the_39_declared_indexes_in_their_order() {
    let sql = std::fs::read_to_string(repository().join("scripts/verify-indexes.sql")).unwrap();
    let listed: Vec<&str> = sql
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("('idx_"))
        .map(|line| line.trim_end_matches(','))
        .collect();
    let expectations = read_expectations(&tracks_of(&repository())).unwrap();
    let declared: Vec<String> = expectations.indexes.iter().map(row).collect();
    assert_eq!(listed, declared);
    assert_eq!(listed.len(), 39);
}
