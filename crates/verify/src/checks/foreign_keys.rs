//! The declared foreign keys: from these columns, to those, with this action, validated.
//!
//! Their names are not declared, so a foreign key is found by what it does. This file must not judge what it finds:
//! `judgement` does.

mod judgement;

use crosstrack_database::Row;
use crosstrack_model::Finding;
use serde::Deserialize;

use crate::answer::{
    AnswerError, CatalogName, FoundTable, TABLE_COLUMNS, TABLE_JOIN, by_position, json, values,
};
use crate::check::Check;
use crate::checks::foreign_keys::judgement::judge;
use crate::declared::Expectations;

/// The check.
#[derive(Debug)]
pub(crate) struct ForeignKeys;

/// What the catalog says of one declared foreign key.
struct Found {
    table: Option<FoundTable>,
    references: Option<FoundTable>,
    /// The foreign keys of the table.
    keys: Vec<FoundKey>,
    /// The names of all constraints of the table.
    names: Vec<String>,
}

/// A foreign key as the catalog describes it.
#[derive(Clone, Debug, Deserialize)]
struct FoundKey {
    name: String,
    columns: Vec<String>,
    references: CatalogName,
    referenced_columns: Vec<String>,
    /// The letter of the action in `pg_constraint.confdeltype`.
    on_delete: String,
    validated: bool,
    /// Whether it belongs to a foreign key of the partitioned table.
    inherited: bool,
}

/// The table that is referred to, as JSON: the columns of a row are taken by the table that refers.
const REFERENCED: &str = "\
    SELECT json_build_object('schema', nspname, 'name', relname, 'columns', \
        (SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute \
         WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped)) \
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
    WHERE pg_class.oid = declared.referenced_oid";

/// A reference to a partitioned table has further rows, one for each partition: they are parts of the first.
const KEYS: &str = "\
    SELECT coalesce(json_agg(json_build_object(\
        'name', conname, 'columns', columns_of(conrelid, conkey), \
        'references', json_build_object('schema', nspname, 'name', relname), \
        'referenced_columns', columns_of(confrelid, confkey), \
        'on_delete', confdeltype, 'validated', convalidated, 'inherited', conparentid <> 0) ORDER BY conname), '[]') \
    FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid \
        JOIN pg_namespace ON pg_namespace.oid = relnamespace \
    WHERE conrelid = found.oid AND contype = 'f' AND NOT EXISTS (\
        SELECT FROM pg_constraint AS parent \
        WHERE parent.oid = pg_constraint.conparentid AND parent.conrelid = pg_constraint.conrelid)";

/// The names of the columns with these numbers, in their order.
fn columns_of(table: &str, numbers: &str) -> String {
    format!(
        "(SELECT json_agg(attname ORDER BY number) \
          FROM unnest({numbers}) WITH ORDINALITY AS key (attnum, number) JOIN pg_attribute USING (attnum) \
          WHERE attrelid = {table})"
    )
}

impl Check for ForeignKeys {
    fn name(&self) -> &'static str {
        "constraints"
    }

    fn objects(&self) -> &'static str {
        "foreign keys"
    }

    fn query(&self, expectations: &Expectations) -> Option<String> {
        if expectations.foreign_keys.is_empty() {
            return None;
        }
        let values = values(&expectations.foreign_keys, |key| {
            let candidates: Vec<String> = key
                .origin
                .visible_literals(&key.references)
                .iter()
                .map(|literal| format!("to_regclass({literal})"))
                .collect();
            let table = key.origin.own_literal(&key.table);
            format!("to_regclass({table})::oid, coalesce({})::oid", candidates.join(", "))
        });
        let keys = KEYS
            .replace("columns_of(conrelid, conkey)", &columns_of("conrelid", "conkey"))
            .replace("columns_of(confrelid, confkey)", &columns_of("confrelid", "confkey"));
        Some(format!(
            "WITH declared (position, table_oid, referenced_oid) AS ({values}) \
             SELECT declared.position, {TABLE_COLUMNS}, ({REFERENCED}) AS referenced, ({keys}) AS keys, \
                 (SELECT coalesce(json_agg(conname), '[]') FROM pg_constraint WHERE conrelid = found.oid) AS names \
             FROM declared {TABLE_JOIN} ORDER BY declared.position"
        ))
    }

    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError> {
        let groups = by_position(rows, expectations.foreign_keys.len())?;
        let pairs = expectations.foreign_keys.iter().zip(groups);
        pairs.map(|(key, rows)| Ok(judge(key, &Found::read(rows[0])?))).collect()
    }
}

impl Found {
    fn read(row: &Row) -> Result<Self, AnswerError> {
        #[derive(Deserialize)]
        struct Referenced {
            schema: String,
            name: String,
            columns: Vec<String>,
        }
        let referenced: Option<Referenced> =
            row.optional("referenced")?.map(|_| json(row, "referenced")).transpose()?;
        Ok(Self {
            table: FoundTable::read(row)?,
            references: referenced.map(|table| FoundTable {
                name: CatalogName { schema: table.schema, name: table.name },
                is_partitioned: false,
                columns: table.columns,
            }),
            keys: json(row, "keys")?,
            names: json(row, "names")?,
        })
    }
}
