//! Foreign tables of a script: to define one does nothing, and to use it leaves the server.
//!
//! It must not look for foreign tables of other scripts.

use std::collections::BTreeSet;

use crate::identifier::object_name;
use crate::literal::written_name;
use crate::token::{Token, after, skip};

/// First words of statements that use no row.
const DEFINING: &[&str] = &["alter", "comment", "drop", "grant", "revoke", "security"];

/// The name of the table that a `CREATE FOREIGN TABLE` defines, without its schema.
pub(super) fn created_table(tokens: &[Token<'_>]) -> Option<String> {
    let named = after(tokens, &["create", "foreign", "table"])?;
    object_name(skip(named, &["if", "not", "exists"])).map(|(table, _)| table.name)
}

/// Tells whether a statement may use one of these tables.
pub(super) fn uses_table(tokens: &[Token<'_>], tables: &BTreeSet<String>) -> bool {
    let defines = tokens.first().is_none_or(|first| first.is_any(DEFINING))
        || after(tokens, &["create", "foreign"]).is_some();
    let names_one =
        |index: usize| written_name(&tokens[index..]).is_some_and(|name| tables.contains(&name.text));
    !defines && (0..tokens.len()).any(names_one)
}
