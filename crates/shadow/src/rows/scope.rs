//! The tables that get rows and are compared: those of the schema's own, without what the caller leaves out.
//!
//! Must not name a partition: its rows are those of the partitioned table.

use std::collections::BTreeSet;

use crosstrack_catalog::Scope;
use crosstrack_database::quote_literal;

/// The first statement of a message about the catalog: such queries are short, and compiling them takes longer than they do.
pub(crate) const PREPARE: &str = "SET LOCAL jit TO off; SET LOCAL max_parallel_workers_per_gather TO 0; ";

/// A choice of tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    scope: Scope,
    /// The numbers of the only ones.
    only: Option<BTreeSet<u32>>,
}

impl From<Scope> for Tables {
    fn from(scope: Scope) -> Self {
        Self { scope, only: None }
    }
}

impl Tables {
    /// Of these tables only the ones with these numbers.
    #[must_use]
    pub fn only(self, numbers: BTreeSet<u32>) -> Self {
        Self { only: Some(numbers), ..self }
    }

    /// A `WITH` list whose query `own` has the tables: their columns in `pg_class`, and `name` as SQL text.
    pub(crate) fn own(&self) -> String {
        let left_out: Vec<String> = self.scope.left_out.iter().map(|name| quote_literal(name)).collect();
        let only = self.only.as_ref().map_or_else(String::new, |numbers| {
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            format!(" AND c.oid = ANY ('{{{}}}'::oid[])", numbers.join(","))
        });
        format!(
            "own AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition{only} \
             AND n.nspname NOT IN ('information_schema', 'crosstrack') AND NOT starts_with(n.nspname, 'pg_') \
             AND c.oid <> ALL (ARRAY(SELECT coalesce(to_regclass(given)::oid, 0::oid) \
             FROM unnest(ARRAY[{}]::text[]) AS given)) \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
             AND d.objid = c.oid AND d.deptype = 'e'))",
            left_out.join(", ")
        )
    }
}
