//! Indexes, with what their definitions do not say: whether they are valid and ready, and what they are used for.

use super::Reading;

/// The index of a constraint is a part of the constraint.
pub(super) const INDEXES: Reading = Reading {
    name: "indexes",
    sql: "
SELECT 'index' AS kind, i.name, CASE WHEN k.oid IS NULL THEN r.word ELSE 'constraint' END AS parent_kind,
    CASE WHEN k.oid IS NULL THEN r.name ELSE format('%I on %s', k.conname, r.name) END AS parent,
    (k.oid IS NOT NULL OR i.relispartition)::text AS derived, pg_get_indexdef(x.indexrelid) AS definition,
    x.indisvalid::text AS valid, x.indisready::text AS ready, x.indisclustered::text AS clustered,
    x.indisreplident::text AS replica_identity,
    s.spcname AS tablespace,
    g.targets AS statistics_targets
FROM pg_index x JOIN relation i ON i.oid = x.indexrelid JOIN relation r ON r.oid = x.indrelid
LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN (SELECT a.attrelid, string_agg(a.attnum || ':' || a.attname || '=' || a.attstattarget, ', ' ORDER BY a.attnum) AS targets
           FROM pg_attribute a WHERE a.attstattarget >= 0 GROUP BY 1) g ON g.attrelid = i.oid
LEFT JOIN pg_tablespace s ON s.oid = i.reltablespace",
};
