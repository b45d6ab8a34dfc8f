//! The index that a statement builds concurrently.
//!
//! It must not say whether the build succeeded: that is in the catalog.

use crate::identifier::name;
use crate::token::{Kind, Token, after, significant_tokens, skip};

/// An index's name, as the catalog writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndexName {
    /// The schema of the index's table (where PostgreSQL puts the index), if the statement names it.
    pub schema: Option<String>,
    /// The name, folded to lower case or freed of its quotes, and cut to PostgreSQL's 63 bytes.
    pub name: String,
}

/// The index of a `CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON table ...`.
///
/// `None` for every other statement, and when the statement leaves the name to PostgreSQL.
pub fn concurrent_index_name(statement: &str) -> Option<IndexName> {
    // The words before the column list: CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS schema.name ON ONLY schema.table
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(16).collect();
    let tokens = skip(after(&tokens, &["create"])?, &["unique"]);
    let tokens = skip(after(tokens, &["index", "concurrently"])?, &["if", "not", "exists"]);
    if tokens.first()?.is("on") {
        return None;
    }
    let (own_schema, name, tokens) = qualified_name(tokens)?;
    let table = skip(after(tokens, &["on"])?, &["only"]);
    let table_schema = qualified_name(table).and_then(|(schema, ..)| schema);
    Some(IndexName { schema: own_schema.or(table_schema), name })
}

type Qualified<'t, 'a> = (Option<String>, String, &'t [Token<'a>]);

fn qualified_name<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<Qualified<'t, 'a>> {
    let (first, rest) = tokens.split_first()?;
    match rest {
        [dot, second, rest @ ..] if dot.kind == Kind::Dot => Some((Some(name(first)?), name(second)?, rest)),
        _ => Some((None, name(first)?, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::concurrent_index_name;

    fn written(statement: &str) -> Option<String> {
        concurrent_index_name(statement).map(|index| match index.schema {
            Some(schema) => format!("{schema}|{}", index.name),
            None => index.name,
        })
    }

    #[test]
    fn the_name_of_a_concurrent_build_is_read_as_the_catalog_writes_it() {
        for (statement, name) in [
            ("create index concurrently a on t (b)", "a"),
            ("CREATE UNIQUE INDEX CONCURRENTLY Idx_Users ON Users (email)", "idx_users"),
            ("create index concurrently if not exists a on t (b)", "a"),
            ("create index concurrently \"My \"\"Index\"\"\" on t (b)", "My \"Index\""),
            ("create index concurrently a on auth.users (b)", "auth|a"),
            ("create index concurrently a on only \"Auth\".users (b)", "Auth|a"),
            ("create index concurrently s.a on t (b)", "s|a"),
            ("create /* why */ index -- because\n concurrently a on t using gin (b)", "a"),
            ("create index concurrently if on t (b)", "if"),
        ] {
            assert_eq!(written(statement).as_deref(), Some(name), "{statement}");
        }
    }

    #[test]
    fn a_long_name_is_cut_as_postgresql_cuts_it() {
        let statement = format!("create index concurrently {}ä on t (b)", "a".repeat(62));
        assert_eq!(written(&statement), Some("a".repeat(62)));
    }

    #[test]
    fn other_statements_have_no_such_name() {
        for statement in [
            "create index a on t (b)",
            "create index concurrently on t (b)",
            "create index concurrently",
            "drop index concurrently a",
            "create index concurrently U&\"\\0061\" on t (b)",
            "",
        ] {
            assert_eq!(written(statement), None, "{statement}");
        }
    }
}
