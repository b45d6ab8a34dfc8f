//! Indexes, with what their definitions do not say: whether they are valid and ready, and what they are used for.

use super::Reading;

/// The index of a constraint is a part of the constraint.
///
/// Where the server writes a definition it looks up the whole table first, for each index again, and that is what a snapshot of a large
/// schema waits for. So the definition of a plain index (columns of a B-tree with the operator classes and collations that they have by
/// themselves) is put together here, in the words of `pg_get_indexdef`, which writes all others.
pub(super) const INDEXES: Reading = Reading {
    name: "indexes",
    sql: "
SELECT 'index' AS kind, i.name, CASE WHEN k.oid IS NULL THEN r.word ELSE 'constraint' END AS parent_kind,
    CASE WHEN k.oid IS NULL THEN r.name ELSE format('%I on %s', k.conname, r.name) END AS parent,
    (k.oid IS NOT NULL OR i.relispartition)::text AS derived,
    CASE WHEN p.keys IS NOT NULL AND i.relam = 403 AND i.relkind = 'i' AND i.reloptions IS NULL
              AND NOT (x.indisunique AND (SELECT indnullsnotdistinct FROM pg_index n WHERE n.indexrelid = x.indexrelid))
         THEN format('CREATE %sINDEX %I ON %s USING btree (%s)%s', CASE WHEN x.indisunique THEN 'UNIQUE ' END, i.relname, r.name, p.keys,
                     ' WHERE ' || pg_get_expr(x.indpred, x.indrelid))
         ELSE pg_get_indexdef(x.indexrelid) END AS definition,
    x.indisvalid::text AS valid, x.indisready::text AS ready, x.indisclustered::text AS clustered,
    x.indisreplident::text AS replica_identity,
    s.spcname AS tablespace,
    g.targets AS statistics_targets
FROM (SELECT false AS indnullsnotdistinct) before_15 CROSS JOIN pg_index x JOIN relation i ON i.oid = x.indexrelid JOIN relation r ON r.oid = x.indrelid
LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN (SELECT a.attrelid, string_agg(a.attnum || ':' || a.attname || '=' || a.attstattarget, ', ' ORDER BY a.attnum) AS targets
           FROM pg_attribute a WHERE a.attnum > 0 AND a.attstattarget >= 0 GROUP BY 1) g ON g.attrelid = i.oid
LEFT JOIN (SELECT y.indexrelid, string_agg(quote_ident(a.attname) || CASE e.option WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST'
                   WHEN 3 THEN ' DESC' ELSE '' END, ', ' ORDER BY e.place) AS keys
           FROM pg_index y
           CROSS JOIN unnest(y.indkey::int2[], y.indclass::oid[], y.indcollation::oid[], y.indoption::int2[])
               WITH ORDINALITY e(attnum, opclass, collation_of_key, option, place)
           JOIN pg_attribute a ON a.attrelid = y.indrelid AND a.attnum = e.attnum JOIN pg_opclass o ON o.oid = e.opclass
           WHERE y.indexprs IS NULL AND y.indnatts = y.indnkeyatts
           GROUP BY 1 HAVING bool_and(o.opcdefault AND e.collation_of_key = a.attcollation AND (o.opcintype = a.atttypid
               OR o.opcintype = 'text'::regtype AND a.atttypid = 'varchar'::regtype))) p ON p.indexrelid = x.indexrelid
LEFT JOIN pg_tablespace s ON s.oid = i.reltablespace",
};
