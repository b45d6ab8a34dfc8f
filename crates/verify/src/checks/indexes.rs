//! The declared indexes: table, columns and their order, uniqueness, method, predicate, and that they are valid and ready.
//!
//! An index stands in the schema of its table, so it is looked up there and nowhere else. This file must not compare
//! definitions: `definition` and `expression` say when two are the same.

mod found;
mod judgement;

use crosstrack_database::{Row, quote_literal};
use crosstrack_model::Finding;

use crate::answer::{AnswerError, TABLE_COLUMNS, TABLE_JOIN, by_position, values};
use crate::check::Check;
use crate::checks::indexes::found::Found;
use crate::checks::indexes::judgement::judge;
use crate::declared::Expectations;

/// The check.
#[derive(Debug)]
pub(crate) struct Indexes;

/// A row for the index of the declared name or, when there is none, a row for every index of the table: one of them may be
/// the declared index under another name.
const CANDIDATES: &str = "\
    SELECT indexrelid AS oid FROM pg_index WHERE indexrelid = named.oid \
    UNION ALL \
    SELECT indexrelid AS oid FROM pg_index WHERE indrelid = found.oid AND named.oid IS NULL";

/// `conrelid` is there for the sake of its index. A role without `pg_read_all_stats` does not see what other roles build.
const INDEX_COLUMNS: &str = "\
    index_class.relname AS index_name, index_class.relkind AS index_kind, \
    index_class.relispartition AS is_partition, \
    index_table.relname AS index_table_name, index_schema.nspname AS index_schema, \
    pg_get_indexdef(index_class.oid, 0, true) AS definition, indisvalid, indisready, indislive, \
    (SELECT conname FROM pg_constraint WHERE conrelid = indrelid AND conindid = indexrelid \
         AND contype IN ('p', 'u', 'x') LIMIT 1) AS constraint_name, \
    CASE WHEN indisvalid THEN NULL ELSE \
        (SELECT min(pid) FROM pg_stat_progress_create_index WHERE index_relid = indexrelid) END AS builder";

impl Check for Indexes {
    fn name(&self) -> &'static str {
        "indexes"
    }

    fn objects(&self) -> &'static str {
        "indexes"
    }

    fn query(&self, expectations: &Expectations) -> Option<String> {
        if expectations.indexes.is_empty() {
            return None;
        }
        let values = values(&expectations.indexes, |index| {
            format!(
                "to_regclass({})::oid, {}",
                index.origin.own_literal(&index.table),
                quote_literal(&index.name)
            )
        });
        Some(format!(
            "WITH declared (position, table_oid, name) AS ({values}) \
             SELECT declared.position, {TABLE_COLUMNS}, named.relkind AS named_kind, {INDEX_COLUMNS} \
             FROM declared {TABLE_JOIN} \
             LEFT JOIN pg_class AS named \
                 ON named.oid = to_regclass(quote_ident(found_schema.nspname) || '.' || quote_ident(declared.name)) \
             LEFT JOIN LATERAL ({CANDIDATES}) AS candidate ON true \
             LEFT JOIN pg_index ON pg_index.indexrelid = candidate.oid \
             LEFT JOIN pg_class AS index_class ON index_class.oid = pg_index.indexrelid \
             LEFT JOIN pg_class AS index_table ON index_table.oid = indrelid \
             LEFT JOIN pg_namespace AS index_schema ON index_schema.oid = index_class.relnamespace \
             ORDER BY declared.position, index_name"
        ))
    }

    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError> {
        let groups = by_position(rows, expectations.indexes.len())?;
        let pairs = expectations.indexes.iter().zip(groups);
        pairs.map(|(index, rows)| Ok(judge(index, &Found::read(&rows)?))).collect()
    }
}
