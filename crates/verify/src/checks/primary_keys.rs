//! The primary keys of the declared tables: these columns in this order.
//!
//! It must not offer to replace one: foreign keys and other programs rely on the one that is there.

use crosstrack_database::{Row, quote_identifier};
use crosstrack_model::{Finding, FindingKind};

use crate::answer::{
    AnswerError, FoundTable, TABLE_COLUMNS, TABLE_JOIN, by_position, json, quoted_list, values,
};
use crate::check::Check;
use crate::declared::{DeclaredTable, Expectations};
use crate::statement::derived_name;

/// The check.
#[derive(Debug)]
pub(crate) struct PrimaryKeys;

impl Check for PrimaryKeys {
    fn name(&self) -> &'static str {
        "constraints"
    }

    fn objects(&self) -> &'static str {
        "primary keys"
    }

    fn query(&self, expectations: &Expectations) -> Option<String> {
        let tables = declared(expectations);
        if tables.is_empty() {
            return None;
        }
        let values =
            values(&tables, |table| format!("to_regclass({})::oid", table.origin.own_literal(&table.name)));
        Some(format!(
            "WITH declared (position, table_oid) AS ({values}) \
             SELECT declared.position, {TABLE_COLUMNS}, \
                 (SELECT json_agg(attname ORDER BY key.number) \
                  FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key (attnum, number), pg_attribute \
                  WHERE conrelid = found.oid AND contype = 'p' AND attrelid = conrelid \
                      AND pg_attribute.attnum = key.attnum) AS primary_key \
             FROM declared {TABLE_JOIN} ORDER BY declared.position"
        ))
    }

    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError> {
        let tables = declared(expectations);
        let groups = by_position(rows, tables.len())?;
        let mut judged = Vec::new();
        for (table, rows) in tables.iter().zip(groups) {
            let primary_key: Option<Vec<String>> =
                rows[0].optional("primary_key")?.map(|_| json(rows[0], "primary_key")).transpose()?;
            judged.push(judge(table, FoundTable::read(rows[0])?.as_ref(), primary_key.as_deref()));
        }
        Ok(judged)
    }
}

fn declared(expectations: &Expectations) -> Vec<&DeclaredTable> {
    expectations.tables.iter().filter(|table| !table.primary_key.is_empty()).collect()
}

fn judge(
    declared: &DeclaredTable,
    table: Option<&FoundTable>,
    primary_key: Option<&[String]>,
) -> Vec<Finding> {
    let shown = declared.origin.shown(&declared.name);
    let columns = declared.primary_key.iter().map(String::as_str);
    let (kind, actual, mend) = match (table, primary_key) {
        (_, Some(columns)) if columns == declared.primary_key => return Vec::new(),
        (None, _) => (FindingKind::Missing, format!("the table `{shown}` does not exist"), Vec::new()),
        (_, Some(columns)) => (FindingKind::WrongColumns, format!("({})", columns.join(", ")), Vec::new()),
        (Some(table), None) => match table.lacks(columns) {
            Some(column) => {
                let actual = format!("the table `{shown}` has no column `{column}`");
                (FindingKind::Missing, actual, Vec::new())
            }
            None => (FindingKind::Missing, "not there".to_owned(), creation(declared, table)),
        },
    };
    vec![Finding {
        kind,
        object: format!("primary key of `{shown}`"),
        track: declared.origin.track.to_string(),
        expected: format!("({})", declared.primary_key.join(", ")),
        actual,
        mend,
    }]
}

/// The index is built concurrently first, so that the table is locked only for as long as it takes to look for nulls. Rows
/// that would break the key make the first or the second statement fail, and nothing is changed.
fn creation(declared: &DeclaredTable, table: &FoundTable) -> Vec<String> {
    let columns = quoted_list(&declared.primary_key);
    let name = quote_identifier(&derived_name(&[&table.name.name], "_pkey"));
    let table_name = table.name.as_sql();
    if table.is_partitioned {
        return vec![format!("ALTER TABLE {table_name} ADD CONSTRAINT {name} PRIMARY KEY ({columns})")];
    }
    vec![
        format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table_name} ({columns})"),
        format!("ALTER TABLE {table_name} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::answer::{CatalogName, FoundTable};
    use crate::declared::{DeclaredName, DeclaredTable, Origin};
    use crosstrack_model::FindingKind;

    fn declared(primary_key: &[&str]) -> DeclaredTable {
        DeclaredTable {
            origin: Origin { track: "cms".parse().unwrap(), schema: None },
            name: DeclaredName::parse("locales").unwrap(),
            primary_key: primary_key.iter().map(|column| (*column).to_owned()).collect(),
        }
    }

    fn found(is_partitioned: bool) -> FoundTable {
        FoundTable {
            name: CatalogName { schema: "public".into(), name: "locales".into() },
            is_partitioned,
            columns: vec!["herb_id".into(), "locale".into()],
        }
    }

    #[test]
    fn the_columns_of_a_primary_key_have_an_order() {
        let there = ["locale".to_owned(), "herb_id".to_owned()];
        assert!(judge(&declared(&["locale", "herb_id"]), Some(&found(false)), Some(&there)).is_empty());
        let findings = judge(&declared(&["herb_id", "locale"]), Some(&found(false)), Some(&there));
        assert_eq!(findings[0].kind, FindingKind::WrongColumns);
        assert_eq!(findings[0].actual, "(locale, herb_id)");
        assert!(findings[0].mend.is_empty());
    }

    #[test]
    fn a_missing_primary_key_is_built_concurrently_unless_the_table_is_partitioned() {
        let declared = declared(&["herb_id", "locale"]);
        assert_eq!(
            judge(&declared, Some(&found(false)), None)[0].mend,
            [
                r#"CREATE UNIQUE INDEX CONCURRENTLY "locales_pkey" ON "public"."locales" ("herb_id", "locale")"#,
                r#"ALTER TABLE "public"."locales" ADD CONSTRAINT "locales_pkey" PRIMARY KEY USING INDEX "locales_pkey""#,
            ]
        );
        assert_eq!(judge(&declared, Some(&found(true)), None)[0].mend.len(), 1);
    }

    #[test]
    fn nothing_mends_what_has_no_table_or_no_column() {
        let findings = judge(&declared(&["herb_id"]), None, None);
        assert_eq!(findings[0].actual, "the table `locales` does not exist");
        assert!(findings[0].mend.is_empty());
        let findings = judge(&declared(&["id"]), Some(&found(false)), None);
        assert_eq!(findings[0].actual, "the table `locales` has no column `id`");
        assert!(findings[0].mend.is_empty());
    }
}
