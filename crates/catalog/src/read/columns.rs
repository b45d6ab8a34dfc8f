//! Columns of tables and views, and attributes of composite types, in the order of those that are left.

use super::Reading;

pub(super) const COLUMNS: Reading = Reading {
    name: "columns",
    sql: "
SELECT 'column' AS kind, format('%s.%I', r.name, a.attname) AS name, r.word AS parent_kind, r.name AS parent,
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS rank,
    (r.relkind IN ('v', 'm') OR NOT a.attislocal)::text AS derived,
    format_type(a.atttypid, a.atttypmod) AS type, (NOT a.attnotnull)::text AS nullable,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS \"collation\",
    CASE a.attgenerated WHEN '' THEN NULL WHEN 's' THEN pg_get_expr(d.adbin, d.adrelid) || ' stored'
         ELSE pg_get_expr(d.adbin, d.adrelid) || ' virtual' END AS generated,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    CASE WHEN a.attstorage = t.typstorage THEN NULL WHEN a.attstorage = 'p' THEN 'plain' WHEN a.attstorage = 'e' THEN 'external'
         WHEN a.attstorage = 'm' THEN 'main' ELSE 'extended' END AS storage,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
    CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS statistics_target,
    CASE WHEN a.attoptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(a.attoptions) ORDER BY 1), ', '), '') END AS options,
    CASE WHEN a.attfdwoptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(a.attfdwoptions) ORDER BY 1), ', '), '') END AS foreign_options
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')",
};

/// A default that a partition or a child has from its parent is no fact of its own making. A default names no column, and so the server need
/// not look up the table for its text.
pub(super) const DEFAULTS: Reading = Reading {
    name: "defaults",
    sql: "
SELECT 'default value' AS kind, format('for %s.%I', r.name, a.attname) AS name,
    CASE r.word WHEN 'table' THEN 'table column' ELSE r.word || ' column' END AS parent_kind,
    format('%s.%I', r.name, a.attname) AS parent, pg_get_expr(d.adbin, 0) AS expression,
    (a.attinhcount > 0 AND EXISTS (SELECT FROM pg_inherits i
        JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
        JOIN pg_attrdef e ON e.adrelid = p.attrelid AND e.adnum = p.attnum
        WHERE i.inhrelid = a.attrelid AND pg_get_expr(e.adbin, e.adrelid) = pg_get_expr(d.adbin, d.adrelid)))::text AS derived
FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''",
};
