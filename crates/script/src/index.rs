//! The index that a statement builds, drops or builds anew concurrently.
//!
//! It must not say whether the build succeeded: that is in the catalog.

use crate::identifier::{ObjectName, name, object_name};
use crate::token::{Token, after, significant_tokens, skip, split_options};
use crate::transaction::asks_concurrently;

/// An index that a statement builds concurrently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcurrentIndex {
    /// Its name. PostgreSQL puts it into the schema of its table.
    pub name: String,
    /// Its table.
    pub table: ObjectName,
}

/// What a statement builds anew concurrently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reindexed {
    /// One index.
    Index(ObjectName),
    /// Every index of a table.
    Table(ObjectName),
    /// Every index of a schema.
    Schema(String),
    /// Every index of the database.
    Database,
}

/// The index of a `CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON table ...`.
///
/// `None` for every other statement, and when the statement leaves the name to PostgreSQL.
pub fn concurrent_index(statement: &str) -> Option<ConcurrentIndex> {
    // The words before the column list: CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS name ON ONLY schema.table
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(14).collect();
    let tokens = skip(after(&tokens, &["create"])?, &["unique"]);
    let tokens = skip(after(tokens, &["index", "concurrently"])?, &["if", "not", "exists"]);
    let (first, rest) = tokens.split_first()?;
    let table = skip(after(rest, &["on"])?, &["only"]);
    Some(ConcurrentIndex { name: name(first)?, table: object_name(table)?.0 })
}

/// The index of a `DROP INDEX CONCURRENTLY [IF EXISTS] name`, when it drops only one.
pub fn dropped_index(statement: &str) -> Option<ObjectName> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(12).collect();
    let tokens = skip(after(&tokens, &["drop", "index", "concurrently"])?, &["if", "exists"]);
    let (index, rest) = object_name(tokens)?;
    let ends = skip(skip(rest, &["cascade"]), &["restrict"]).is_empty();
    ends.then_some(index)
}

/// What a `REINDEX` builds anew, when it does so concurrently.
pub fn reindexed_concurrently(statement: &str) -> Option<Reindexed> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    let (options, rest) = split_options(after(&tokens, &["reindex"])?);
    let (kind, rest) = rest.split_first()?;
    let named = skip(rest, &["concurrently"]);
    if named.len() == rest.len() && !asks_concurrently(options) {
        return None;
    }
    let object = || object_name(named).map(|(object, _)| object);
    match kind {
        kind if kind.is("index") => object().map(Reindexed::Index),
        kind if kind.is("table") => object().map(Reindexed::Table),
        kind if kind.is("schema") => object().map(|schema| Reindexed::Schema(schema.name)),
        kind if kind.is("database") => Some(Reindexed::Database),
        _ => None,
    }
}

/// The index of a statement as one that builds it on another table, without `CONCURRENTLY` and `IF NOT EXISTS`: so the server can
/// be asked, on an empty table, for the definition that it would have. `table` is SQL text.
pub fn index_on_another_table(statement: &str, table: &str) -> Option<String> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    let rest = skip(after(&tokens, &["create"])?, &["unique"]);
    let is_unique = after(&tokens, &["create", "unique"]).is_some();
    let rest = skip(skip(after(rest, &["index"])?, &["concurrently"]), &["if", "not", "exists"]);
    let (_, rest) = object_name(rest)?;
    let rest = skip(after(rest, &["on"])?, &["only"]);
    let behind = object_name(rest)?.1.first()?;
    let unique = if is_unique { "UNIQUE " } else { "" };
    Some(format!("CREATE {unique}INDEX ON {table} {}", &statement[behind.start..]))
}

#[cfg(test)]
mod tests {
    use super::{ObjectName, Reindexed, concurrent_index, index_on_another_table, reindexed_concurrently};

    /// The index, and its table.
    fn written(statement: &str) -> Option<(String, String)> {
        concurrent_index(statement).map(|index| (index.name, dotted(index.table)))
    }

    fn dotted(object: ObjectName) -> String {
        match object.schema {
            Some(schema) => format!("{schema}|{}", object.name),
            None => object.name,
        }
    }

    #[test]
    fn the_name_of_a_concurrent_build_is_read_as_the_catalog_writes_it() {
        for (statement, name, table) in [
            ("create index concurrently a on t (b)", "a", "t"),
            ("CREATE UNIQUE INDEX CONCURRENTLY Idx_Users ON Users (email)", "idx_users", "users"),
            ("create index concurrently if not exists a on t (b)", "a", "t"),
            ("create index concurrently \"My \"\"Index\"\"\" on t (b)", "My \"Index\"", "t"),
            ("create index concurrently a on auth.users (b)", "a", "auth|users"),
            ("create index concurrently a on only \"Auth\".users (b)", "a", "Auth|users"),
            ("create /* why */ index -- because\n concurrently a on t using gin (b)", "a", "t"),
            ("create index concurrently if on t (b)", "if", "t"),
        ] {
            assert_eq!(written(statement), Some((name.to_owned(), table.to_owned())), "{statement}");
        }
    }

    #[test]
    fn a_long_name_is_cut_as_postgresql_cuts_it() {
        let statement = format!("create index concurrently {}ä on t (b)", "a".repeat(62));
        assert_eq!(written(&statement), Some(("a".repeat(62), "t".to_owned())));
    }

    #[test]
    fn an_index_is_built_on_another_table_with_the_same_definition() {
        for (statement, moved) in [
            (
                "create unique index concurrently if not exists a on only auth.users (lower(b) desc) where c > 'on'",
                "CREATE UNIQUE INDEX ON t (lower(b) desc) where c > 'on'",
            ),
            (
                "create index concurrently a on \"My Table\" using gin (b) with (fastupdate = off)",
                "CREATE INDEX ON t using gin (b) with (fastupdate = off)",
            ),
        ] {
            assert_eq!(index_on_another_table(statement, "t").as_deref(), Some(moved));
        }
        assert_eq!(index_on_another_table("drop index concurrently a", "t"), None);
    }

    #[test]
    fn what_is_built_anew_concurrently_is_read_with_either_spelling() {
        let object = |schema: Option<&str>, name: &str| ObjectName {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
        };
        for (statement, reindexed) in [
            ("reindex index concurrently s.A", Some(Reindexed::Index(object(Some("s"), "a")))),
            ("REINDEX (VERBOSE) TABLE CONCURRENTLY a", Some(Reindexed::Table(object(None, "a")))),
            ("reindex (concurrently, verbose) table a", Some(Reindexed::Table(object(None, "a")))),
            ("reindex (concurrently on) schema \"S\"", Some(Reindexed::Schema("S".to_owned()))),
            ("reindex database concurrently d", Some(Reindexed::Database)),
            ("reindex table a", None),
            ("reindex (concurrently off) table a", None),
            ("reindex (verbose) index concurrently", None),
            ("reindex", None),
        ] {
            assert_eq!(reindexed_concurrently(statement), reindexed, "{statement}");
        }
    }

    #[test]
    fn the_index_that_is_dropped_concurrently_is_read_likewise() {
        let dropped = |statement| super::dropped_index(statement).map(dotted);
        assert_eq!(dropped("drop index concurrently A"), Some("a".to_owned()));
        assert_eq!(dropped("DROP INDEX CONCURRENTLY IF EXISTS s.\"A\" RESTRICT"), Some("s|A".to_owned()));
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
