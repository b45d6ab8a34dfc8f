//! Comments, on whatever they are.

use super::Reading;

/// Comments on the server's own objects are left out by their numbers, but for a schema that the server made for users.
pub(super) const COMMENTS: Reading = Reading {
    name: "comments",
    sql: "
SELECT 'comment' AS kind, format('on %s %s', o.type, n.name) AS name, o.type AS parent_kind, n.name AS parent,
    d.description AS text
FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o,
    LATERAL (SELECT CASE WHEN d.classoid = 'pg_proc'::regclass THEN d.objoid::regprocedure::text ELSE o.identity END) n(name)
WHERE (d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass AND d.objoid IN (SELECT oid FROM place)))
AND NOT EXISTS (SELECT FROM member m WHERE m.classid = d.classoid AND m.objid = d.objoid)",
};
