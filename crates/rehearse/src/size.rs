//! How large tables are where the data is: what a rewrite, a scan or a build of an index costs is measured in that.
//!
//! Must not count: the server's statistics are enough.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Snapshot, quote_literal};

use crate::rehearsal::Size;

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
        "SELECT name, part.rows, part.bytes, (SELECT count(*) FROM pg_index i WHERE i.indrelid = to_regclass(name)) AS indexes \
         FROM unnest(ARRAY[{}]) AS name, LATERAL (WITH RECURSIVE parts AS (SELECT to_regclass(name)::oid AS oid UNION ALL \
         SELECT i.inhrelid FROM pg_inherits i JOIN parts ON i.inhparent = parts.oid) \
         SELECT sum(c.reltuples) FILTER (WHERE c.reltuples >= 0)::bigint AS rows, sum(pg_total_relation_size(c.oid))::bigint AS bytes \
         FROM pg_class c JOIN parts ON parts.oid = c.oid WHERE c.relkind <> 'p') part WHERE to_regclass(name) IS NOT NULL",
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
