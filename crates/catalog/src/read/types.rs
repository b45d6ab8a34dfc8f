//! Types that are no tables: enum types, domains, composite types, range types; and collations, which texts are compared by.
//!
//! A type's array and a range's multirange come and go with it and are not facts of their own.

use super::Reading;

pub(super) const ENUM_TYPES: Reading = Reading {
    name: "enum types",
    sql: "
SELECT 'enum type' AS kind, format('%I.%I', n.nspname, t.typname) AS name, pg_get_userbyid(t.typowner) AS owner,
    coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
              FROM pg_enum e WHERE e.enumtypid = t.oid), '') AS values
FROM pg_type t JOIN place n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)",
};

pub(super) const DOMAINS: Reading = Reading {
    name: "domains",
    sql: "
SELECT 'domain' AS kind, format('%I.%I', n.nspname, t.typname) AS name, pg_get_userbyid(t.typowner) AS owner,
    format_type(t.typbasetype, t.typtypmod) AS type, (NOT t.typnotnull)::text AS nullable, pg_get_expr(t.typdefaultbin, 0) AS \"default\",
    CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END AS \"collation\"
FROM pg_type t JOIN place n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd' AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)",
};

pub(super) const COMPOSITE_TYPES: Reading = Reading {
    name: "composite types",
    sql: "
SELECT 'composite type' AS kind, r.name, pg_get_userbyid(r.relowner) AS owner
FROM relation r JOIN pg_type t ON t.oid = r.reltype
WHERE r.relkind = 'c' AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)",
};

pub(super) const RANGE_TYPES: Reading = Reading {
    name: "range types",
    sql: "
SELECT 'range type' AS kind, format('%I.%I', n.nspname, t.typname) AS name, pg_get_userbyid(t.typowner) AS owner,
    g.rngsubtype::regtype::text AS subtype, g.rngmultitypid::regtype::text AS multirange,
    (SELECT format('%I.%I', p.nspname, o.opcname) FROM pg_opclass o JOIN pg_namespace p ON p.oid = o.opcnamespace
     WHERE o.oid = g.rngsubopc) AS operator_class,
    CASE WHEN g.rngcollation <> s.typcollation THEN g.rngcollation::regcollation::text END AS \"collation\",
    nullif(g.rngcanonical::text, '-') AS canonical, nullif(g.rngsubdiff::text, '-') AS subtype_difference
FROM pg_range g JOIN pg_type t ON t.oid = g.rngtypid JOIN place n ON n.oid = t.typnamespace
JOIN pg_type s ON s.oid = g.rngsubtype
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)",
};

/// The columns that describe a collation differ from version to version, so they are taken as they come. Which version of the
/// system's library it was made with is not schema.
pub(super) const COLLATIONS: Reading = Reading {
    name: "collations",
    sql: "
SELECT 'collation' AS kind, format('%I.%I', n.nspname, c.collname) AS name, pg_get_userbyid(c.collowner) AS owner,
    (jsonb_strip_nulls(to_jsonb(c))
     - '{oid,collname,collnamespace,collowner,collversion,collencoding}'::text[])::text AS definition
FROM pg_collation c JOIN place n ON n.oid = c.collnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid)",
};
