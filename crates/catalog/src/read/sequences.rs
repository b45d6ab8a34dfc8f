//! Sequences. The value that comes next is not schema.

use super::Reading;

/// A sequence of an identity column depends on it internally (`i`), one of a serial column automatically (`a`): its numbers are those
/// of the table and of the column.
pub(super) const SEQUENCES: Reading = Reading {
    name: "sequences",
    sql: "
SELECT 'sequence' AS kind, r.name, d.refobjid || ' ' || d.refobjsubid AS numbers,
    CASE WHEN d.deptype = 'i' THEN 'true' END AS derived, pg_get_userbyid(r.relowner) AS owner,
    CASE r.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence, format_type(s.seqtypid, NULL) AS type,
    s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache,
    CASE WHEN s.seqcycle THEN 'true' ELSE 'false' END AS cycles
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')",
};
