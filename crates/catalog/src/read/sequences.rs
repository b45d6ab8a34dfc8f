//! Sequences. The value that comes next is not schema.

use super::Reading;

/// A sequence of an identity column depends on it internally (`i`), one of a serial column automatically (`a`).
pub(super) const SEQUENCES: Reading = Reading {
    name: "sequences",
    sql: "
SELECT 'sequence' AS kind, r.name, CASE WHEN c.name IS NOT NULL THEN 'table column' END AS parent_kind,
    c.name || '.' || quote_ident(a.attname) AS parent,
    (d.deptype = 'i')::text AS derived, pg_get_userbyid(r.relowner) AS owner,
    CASE r.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence, format_type(s.seqtypid, NULL) AS type,
    s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS minimum, s.seqmax::text AS maximum,
    s.seqcache::text AS cache, s.seqcycle::text AS cycles, c.name || '.' || quote_ident(a.attname) AS owned_by
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN relation c ON c.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.objid IS NULL OR c.oid IS NOT NULL",
};
