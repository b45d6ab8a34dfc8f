//! Writes the statements that mend: names quoted and qualified, so that they mean the same in every session.
//!
//! It must not decide whether a statement is wanted.

use std::fmt::Write as _;

use crosstrack_database::quote_identifier;

use crate::answer::FoundTable;
use crate::declared::DeclaredIndex;
use crate::definition::lone_name;
use crate::token::{source, tokens};

/// `NAMEDATALEN - 1`: PostgreSQL cuts longer names.
const LENGTH_LIMIT: usize = 63;

/// A name made of parts joined by `_`, cut so that its suffix stays.
pub(crate) fn derived_name(parts: &[&str], suffix: &str) -> String {
    let mut name = parts.join("_");
    name.truncate(name.floor_char_boundary(LENGTH_LIMIT.saturating_sub(suffix.len())));
    name.push_str(suffix);
    name
}

/// The statement that builds a declared index under this name. An index of a partitioned table cannot be built concurrently.
pub(crate) fn create_index(declared: &DeclaredIndex, table: &FoundTable, name: &str) -> String {
    let columns: Vec<String> = declared.columns.iter().map(|column| column_as_sql(column)).collect();
    let mut sql = format!(
        "CREATE {}INDEX {}{} ON {} USING {} ({})",
        if declared.unique { "UNIQUE " } else { "" },
        if table.is_partitioned { "" } else { "CONCURRENTLY " },
        quote_identifier(name),
        table.name.as_sql(),
        declared.method,
        columns.join(", ")
    );
    if !declared.include.is_empty() {
        let columns: Vec<String> = declared.include.iter().map(|column| column_as_sql(column)).collect();
        // Writing to a String cannot fail.
        let _ = write!(sql, " INCLUDE ({})", columns.join(", "));
    }
    if declared.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &declared.predicate {
        let _ = write!(sql, " WHERE {predicate}");
    }
    sql
}

/// The statement that drops an index. An index of a partitioned table cannot be dropped concurrently.
pub(crate) fn drop_index(schema: &str, name: &str, is_partitioned: bool) -> String {
    let concurrently = if is_partitioned { "" } else { "CONCURRENTLY " };
    format!("DROP INDEX {concurrently}IF EXISTS {}.{}", quote_identifier(schema), quote_identifier(name))
}

/// The statement that gives an index another name.
pub(crate) fn rename_index(schema: &str, from: &str, to: &str) -> String {
    let (schema, from, to) = (quote_identifier(schema), quote_identifier(from), quote_identifier(to));
    format!("ALTER INDEX {schema}.{from} RENAME TO {to}")
}

/// A lone name is a column and is quoted, since it stands for exactly itself; everything else is SQL as it is written.
fn column_as_sql(column: &str) -> String {
    let tokens = tokens(column);
    match lone_name(&tokens) {
        Some((name, [])) => quote_identifier(name),
        Some((name, rest)) => format!("{} {}", quote_identifier(name), source(column, rest)),
        None => column.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{create_index, derived_name};
    use crate::answer::{CatalogName, FoundTable};
    use crate::declared::{DeclaredIndex, DeclaredName, Origin};

    fn declared() -> DeclaredIndex {
        DeclaredIndex {
            origin: Origin { track: "auth".parse().unwrap(), schema: None },
            name: "idx".into(),
            table: DeclaredName::parse("Users").unwrap(),
            columns: vec!["userId desc".into(), "lower(email) text_pattern_ops".into(), "\"order\"".into()],
            include: vec!["name".into()],
            unique: true,
            nulls_not_distinct: true,
            method: "btree".into(),
            predicate: Some("a IS NULL".into()),
            serves: None,
        }
    }

    #[test]
    fn every_part_of_a_declaration_is_built() {
        let mut table = FoundTable {
            name: CatalogName { schema: "public".into(), name: "Users".into() },
            is_partitioned: false,
            columns: vec![],
        };
        assert_eq!(
            create_index(&declared(), &table, "idx"),
            "CREATE UNIQUE INDEX CONCURRENTLY \"idx\" ON \"public\".\"Users\" USING btree \
             (\"userId\" desc, lower(email) text_pattern_ops, \"order\") INCLUDE (\"name\") NULLS NOT DISTINCT WHERE a IS NULL"
        );
        table.is_partitioned = true;
        assert!(create_index(&declared(), &table, "idx").starts_with("CREATE UNIQUE INDEX \"idx\" ON"));
    }

    #[test]
    fn a_derived_name_is_cut_before_its_suffix() {
        assert_eq!(derived_name(&["users", "id"], "_fkey"), "users_id_fkey");
        let long = derived_name(&[&"ä".repeat(40)], "_fkey");
        assert!(long.len() <= 63 && long.ends_with("ä_fkey"), "{long}");
    }
}
