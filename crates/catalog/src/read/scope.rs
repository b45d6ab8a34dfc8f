//! What of a database counts as its schema: not the server's own schemas, not the journal's, not what belongs to an extension,
//! not what the caller leaves out.

use crosstrack_database::{QueryError, Snapshot, quote_literal};

/// What the caller leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tables, as SQL text: `"auth".__diesel_schema_migrations`. A name without a schema is looked for on the search path of
    /// the session; one that is not there leaves nothing out.
    pub left_out: Vec<String>,
}

/// What was found out before anything is read.
pub(super) struct Settled {
    /// The server's numbers of the relations that are left out or belong to extensions, as a list for an array.
    left_out: String,
    /// How many relations the database has.
    pub(super) relations: u64,
    /// What says whether nulls are one value to a unique index; version 15 brought that.
    nulls_not_distinct: &'static str,
}

/// Puts what changes the server's texts to one value for all servers and users. The names of the tables that are left out are
/// looked up before the search path is emptied. No query has workers: each would begin with empty caches, and fill them again.
pub(super) async fn settle(snapshot: &Snapshot<'_>, scope: &Scope) -> Result<Settled, QueryError> {
    let names: Vec<String> = scope.left_out.iter().map(|name| quote_literal(name)).collect();
    let sql = format!(
        "SELECT string_agg(number::text, ',') AS left_out, (SELECT count(*) FROM pg_class) AS relations, \
         current_setting('server_version_num') AS version \
         FROM (SELECT to_regclass(name)::oid FROM unnest(ARRAY[{}]::text[]) AS name UNION SELECT objid FROM pg_depend \
         WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass) AS one(number); \
         SET LOCAL search_path TO ''; SET LOCAL quote_all_identifiers TO off; SET LOCAL extra_float_digits TO 1; \
         SET LOCAL IntervalStyle TO 'postgres'; SET LOCAL work_mem TO '64MB'; \
         SET LOCAL max_parallel_workers_per_gather TO 0",
        names.join(", ")
    );
    let rows = snapshot.rows("prepare to read the catalog", &sql).await?;
    let left_out = rows.first().map_or(Ok(""), |row| row.text("left_out"))?.to_owned();
    let relations = rows.first().map_or(Ok(0), |row| row.number("relations"))?;
    let version = rows.first().map_or(Ok(0), |row| row.number::<u32>("version"))?;
    let nulls_not_distinct = if version < 150_000 { "false" } else { "indnullsnotdistinct" };
    Ok(Settled { left_out, relations, nulls_not_distinct })
}

/// A query with what it stands on: `place` (schemas), `relation` (tables and the like, with their names and the server's
/// word for their kind), `index` and `member` (what belongs to extensions). One that the query does not name costs nothing.
pub(super) fn query(settled: &Settled, sql: &str) -> String {
    format!(
        "WITH member AS NOT MATERIALIZED (SELECT classid, objid FROM pg_depend \
         WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'), \
         place AS (SELECT * FROM pg_namespace WHERE nspname NOT IN ('information_schema', 'crosstrack') \
         AND NOT starts_with(nspname, 'pg_')), \
         relation AS NOT MATERIALIZED (SELECT c.*, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, \
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' \
         WHEN 'c' THEN 'composite type' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' \
         ELSE 'table' END AS word \
         FROM pg_class c JOIN place n ON n.oid = c.relnamespace \
         WHERE c.oid <> ALL (ARRAY[{}]::oid[])), \
         index AS NOT MATERIALIZED (SELECT *, {} AS nulls_not_distinct FROM pg_index) {sql}",
        settled.left_out, settled.nulls_not_distinct
    )
}
