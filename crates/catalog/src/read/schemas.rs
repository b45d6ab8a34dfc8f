//! Schemas.

use super::Reading;

pub(super) const SCHEMAS: Reading = Reading {
    name: "schemas",
    sql: "
SELECT 'schema' AS kind, quote_ident(n.nspname) AS name, pg_get_userbyid(n.nspowner) AS owner
FROM place n
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)",
};
