//! What is there and whose definition nobody here reads: named, so that it is never passed over.
//!
//! Roles, tablespaces and settings of the database are not a part of its schema.

use super::Reading;

/// Arrays, and the row types of tables, come and go with what they are made of.
pub(super) const UNMODELLED: Reading = Reading {
    name: "other objects",
    sql: "
SELECT 'unmodelled object' AS kind, o.type || ' ' || o.identity AS name
FROM (
    SELECT 'pg_opclass'::regclass AS catalog, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
    UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
    UNION ALL SELECT 'pg_subscription'::regclass, oid FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t JOIN place n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
) AS x, pg_identify_object(x.catalog, x.oid, 0) o
WHERE x.oid >= 16384 AND NOT EXISTS (SELECT FROM member m WHERE m.classid = x.catalog AND m.objid = x.oid)
UNION ALL
SELECT 'unmodelled object', format('user mapping for %s on %s', quote_ident(u.usename), quote_ident(u.srvname))
FROM pg_user_mappings u
UNION ALL
SELECT 'unmodelled object', format('security label of %s on %s %s', s.provider, o.type, o.identity)
FROM pg_seclabel s, pg_identify_object(s.classoid, s.objoid, s.objsubid) o",
};
