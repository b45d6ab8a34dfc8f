//! Indexes, with what their definitions do not say: whether they are valid and ready, and what they are used for.

use super::Reading;

/// The index of a constraint is a part of the constraint, whose name on its table stands for the parent's here.
///
/// The numbers are those of the index and of its table; where the index is plain, then of every key the column, the operator class, the
/// collation and the order, and its definition is only the beginning of one. Two predicates of one digest are one node tree.
pub(super) const INDEXES: Reading = Reading {
    name: "indexes",
    sql: "
SELECT 'index' AS kind, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
    CASE WHEN k.oid IS NOT NULL THEN 'constraint' END AS parent_kind, quote_ident(k.conname) AS parent,
    CASE WHEN k.oid IS NOT NULL OR c.relispartition THEN 'true' END AS derived,
    CASE WHEN p.is_plain THEN concat_ws(' ', x.indexrelid, x.indrelid, x.indkey, x.indclass, x.indcollation, x.indoption)
         ELSE concat_ws(' ', x.indexrelid, x.indrelid) END AS numbers,
    CASE WHEN p.is_plain THEN hashtextextended(x.indpred::text, 0) || ' ' || hashtextextended(x.indpred::text, 1) END AS predicate,
    CASE WHEN NOT p.is_plain THEN pg_get_indexdef(x.indexrelid) WHEN x.indisunique THEN 'CREATE UNIQUE INDEX' ELSE 'CREATE INDEX' END
        AS definition,
    CASE WHEN NOT x.indisvalid THEN 'false' END AS valid, CASE WHEN NOT x.indisready THEN 'false' END AS ready,
    CASE WHEN x.indisclustered THEN 'true' END AS clustered, CASE WHEN x.indisreplident THEN 'true' END AS replica_identity,
    s.spcname AS tablespace,
    CASE WHEN x.indexprs IS NOT NULL
         THEN (SELECT string_agg(a.attnum || ':' || a.attname || '=' || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_attribute a
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attstattarget >= 0) END AS statistics_targets
FROM index x JOIN pg_class c ON c.oid = x.indexrelid JOIN place n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT c.relam = 403 AND c.relkind = 'i' AND c.reloptions IS NULL AND x.indexprs IS NULL
                           AND x.indnatts = x.indnkeyatts AND NOT x.nulls_not_distinct AS is_plain) p
LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace",
};
