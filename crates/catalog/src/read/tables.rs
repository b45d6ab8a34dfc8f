//! Tables: plain ones, partitioned ones and partitions. Their columns, constraints and indexes are facts of their own.

use super::Reading;

pub(super) const TABLES: Reading = Reading {
    name: "tables",
    sql: "
SELECT 'table' AS kind, r.name, r.oid AS numbers, pg_get_userbyid(r.relowner) AS owner,
    CASE r.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
    a.amname AS access_method, s.spcname AS tablespace, CASE WHEN r.reloftype <> 0 THEN r.reloftype::regtype::text END AS of_type,
    CASE WHEN r.reloptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(r.reloptions) ORDER BY 1), ', '), '') END AS options,
    CASE WHEN t.reloptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(t.reloptions) ORDER BY 1), ', '), '') END AS toast_options,
    CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END AS partition_key, pg_get_expr(r.relpartbound, r.oid) AS partition_bound,
    i.parents AS inherits,
    CASE r.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END AS replica_identity,
    CASE WHEN r.relforcerowsecurity AND r.relrowsecurity THEN 'forced' WHEN r.relrowsecurity THEN 'enabled'
         WHEN r.relforcerowsecurity THEN 'disabled, forced' END AS row_security
FROM relation r
LEFT JOIN pg_am a ON a.oid = r.relam LEFT JOIN pg_tablespace s ON s.oid = r.reltablespace
LEFT JOIN pg_class t ON t.oid = r.reltoastrelid
LEFT JOIN (SELECT inhrelid, string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) AS parents FROM pg_inherits GROUP BY 1) i
    ON i.inhrelid = r.oid
WHERE r.relkind IN ('r', 'p')",
};
