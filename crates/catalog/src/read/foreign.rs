//! What lives on other servers: foreign tables, wrappers and servers. User mappings hold secrets, and are only named.

use super::Reading;

pub(super) const TABLES: Reading = Reading {
    name: "foreign tables",
    sql: "
SELECT 'foreign table' AS kind, r.name, r.oid AS numbers, pg_get_userbyid(r.relowner) AS owner, quote_ident(s.srvname) AS server,
    nullif(array_to_string(ARRAY(SELECT unnest(f.ftoptions) ORDER BY 1), ', '), '') AS options,
    pg_get_expr(r.relpartbound, r.oid) AS partition_bound,
    (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i
     WHERE i.inhrelid = r.oid) AS inherits
FROM relation r JOIN pg_foreign_table f ON f.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = f.ftserver",
};

pub(super) const WRAPPERS_AND_SERVERS: Reading = Reading {
    name: "foreign-data wrappers and servers",
    sql: "
SELECT 'foreign-data wrapper' AS kind, quote_ident(w.fdwname) AS name, pg_get_userbyid(w.fdwowner) AS owner,
    NULL AS wrapper, NULL AS type, NULL AS version, nullif(w.fdwhandler::regproc::text, '-') AS handler,
    nullif(w.fdwvalidator::regproc::text, '-') AS validator,
    nullif(array_to_string(ARRAY(SELECT unnest(w.fdwoptions) ORDER BY 1), ', '), '') AS options
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid)
UNION ALL
SELECT 'server', quote_ident(s.srvname), pg_get_userbyid(s.srvowner), quote_ident(w.fdwname), s.srvtype, s.srvversion,
    NULL, NULL, nullif(array_to_string(ARRAY(SELECT unnest(s.srvoptions) ORDER BY 1), ', '), '')
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = s.oid)",
};
