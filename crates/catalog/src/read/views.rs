//! Views and materialized views. Whether a materialized view is filled is not schema.

use super::Reading;

pub(super) const VIEWS: Reading = Reading {
    name: "views",
    sql: "
SELECT r.word AS kind, r.name, r.oid AS numbers, pg_get_userbyid(r.relowner) AS owner, pg_get_viewdef(r.oid) AS definition,
    a.amname AS access_method, s.spcname AS tablespace,
    nullif(array_to_string(ARRAY(SELECT unnest(r.reloptions) ORDER BY 1), ', '), '') AS options
FROM relation r
LEFT JOIN pg_am a ON a.oid = r.relam LEFT JOIN pg_tablespace s ON s.oid = r.reltablespace
WHERE r.relkind IN ('v', 'm')",
};
