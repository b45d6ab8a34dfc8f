//! How large tables are where the data is: what a rewrite, a scan or a build of an index costs is measured in that.
//!
//! Must not count: the server's statistics are enough.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Snapshot, quote_literal};

use crate::rehearse::rehearsal::Size;

/// The sizes of tables, those of the partitions with their whole. What is not there has none.
///
/// # Errors
/// When the server does not answer.
pub async fn sizes(
    snapshot: &Snapshot<'_>,
    tables: &BTreeSet<String>,
) -> Result<BTreeMap<String, Size>, QueryError> {
    if tables.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = tables.iter().map(|name| quote_literal(name)).collect();
    let sql = format!(
        "WITH RECURSIVE named AS (SELECT format('%I.%I', n.nspname, c.relname) AS name, c.oid FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE format('%I.%I', n.nspname, c.relname) = ANY (ARRAY[{}])), \
         parts AS (SELECT name, oid FROM named UNION ALL SELECT p.name, i.inhrelid FROM pg_inherits i JOIN parts p ON i.inhparent = p.oid) \
         SELECT d.name, part.rows, part.bytes, (SELECT count(*) FROM pg_index i WHERE i.indrelid = d.oid) AS indexes \
         FROM named d, LATERAL (SELECT sum(c.reltuples) FILTER (WHERE c.reltuples >= 0)::bigint AS rows, \
         sum(pg_total_relation_size(c.oid))::bigint AS bytes FROM pg_class c JOIN parts p ON p.oid = c.oid \
         WHERE p.name = d.name AND c.relkind <> 'p') part",
        names.join(", ")
    );
    let mut sizes = BTreeMap::new();
    for row in snapshot.rows("read how large tables are", &sql).await? {
        let rows = row.optional("rows")?.map(|_| row.number("rows")).transpose()?;
        let bytes = if row.optional("bytes")?.is_some() { row.number("bytes")? } else { 0 };
        sizes.insert(row.text("name")?.to_owned(), Size { rows, bytes, indexes: row.number("indexes")? });
    }
    Ok(sizes)
}
