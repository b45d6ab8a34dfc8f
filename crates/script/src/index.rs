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

/// The index of a `DROP INDEX CONCURRENTLY [IF EXISTS] name`, when it drops only one.
pub fn dropped_index(statement: &str) -> Option<IndexName> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(12).collect();
    let tokens = skip(after(&tokens, &["drop", "index", "concurrently"])?, &["if", "exists"]);
    let (schema, name, rest) = qualified_name(tokens)?;
    let ends = skip(skip(rest, &["cascade"]), &["restrict"]).is_empty();
    ends.then_some(IndexName { schema, name })
}

/// The same index as a statement that builds it on another table, without `CONCURRENTLY` and `IF NOT EXISTS`: so the server can be
/// asked, on an empty table, for the definition that it would have. Gives the statement's own table, as it is written, and the new
/// statement. `table` is SQL text.
pub fn index_on_another_table(statement: &str, table: &str) -> Option<(String, String)> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    let rest = skip(after(&tokens, &["create"])?, &["unique"]);
    let is_unique = after(&tokens, &["create", "unique"]).is_some();
    let rest = skip(skip(after(rest, &["index"])?, &["concurrently"]), &["if", "not", "exists"]);
    let (_, _, rest) = qualified_name(rest)?;
    let rest = skip(after(rest, &["on"])?, &["only"]);
    let (_, _, definition) = qualified_name(rest)?;
    let (first, behind) = (rest.first()?, definition.first()?);
    let written = statement[first.start..behind.start].trim().to_owned();
    let unique = if is_unique { "UNIQUE " } else { "" };
    Some((written, format!("CREATE {unique}INDEX ON {table} {}", &statement[behind.start..])))
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
    use super::{concurrent_index_name, index_on_another_table};

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
    fn an_index_is_built_on_another_table_with_the_same_definition() {
        for (statement, table, moved) in [
            (
                "create unique index concurrently if not exists a on only auth.users (lower(b) desc) where c > 'on'",
                "auth.users",
                "CREATE UNIQUE INDEX ON t (lower(b) desc) where c > 'on'",
            ),
            (
                "create index concurrently s.a on \"My Table\" using gin (b) with (fastupdate = off)",
                "\"My Table\"",
                "CREATE INDEX ON t using gin (b) with (fastupdate = off)",
            ),
        ] {
            assert_eq!(index_on_another_table(statement, "t"), Some((table.to_owned(), moved.to_owned())));
        }
        assert_eq!(index_on_another_table("drop index concurrently a", "t"), None);
    }

    #[test]
    fn the_index_that_is_dropped_concurrently_is_read_likewise() {
        let dropped = |statement| super::dropped_index(statement).map(|index| (index.schema, index.name));
        assert_eq!(dropped("drop index concurrently A"), Some((None, "a".to_owned())));
        assert_eq!(
            dropped("DROP INDEX CONCURRENTLY IF EXISTS s.\"A\" RESTRICT"),
            Some((Some("s".to_owned()), "A".to_owned()))
        );
        assert_eq!(dropped("drop index a"), None);
        assert_eq!(dropped("drop index concurrently a, b"), None);
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
