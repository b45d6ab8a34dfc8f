//! What roles may do with what is there, and with what will be.
//!
//! Every object begins with rights that were not granted: a fact is where a role has others, also fewer.
//!
//! PostgreSQL 17 has the privilege `MAINTAIN`, and `GRANT ALL` gives it. A database that stands in for one of an older server says so by the
//! setting `crosstrack.target_version`, and there the privilege is left out.

use super::Reading;

/// A list of rights that was granted and revoked again is as good as none, so lists are compared with those that the server
/// gives at first, role by role. Who granted is not a part of it.
pub(super) const GRANTS: Reading = Reading {
    name: "grants",
    sql: "
, maintain AS (SELECT coalesce(nullif(current_setting('crosstrack.target_version', true), ''), '17') >= '17' AS counts)
, object AS (
    SELECT 'pg_class'::regclass AS catalog, r.oid, 0 AS part, r.relacl AS acl,
        acldefault((CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END)::\"char\", r.relowner) AS standard
    FROM relation r WHERE r.relacl IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, r.oid, a.attnum, a.attacl, acldefault('c', r.relowner)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, nspacl, acldefault('n', nspowner)
    FROM place WHERE nspacl IS NOT NULL
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, acldefault('f', p.proowner)
    FROM pg_proc p JOIN place n ON n.oid = p.pronamespace WHERE p.proacl IS NOT NULL
    UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, acldefault('T', t.typowner)
    FROM pg_type t JOIN place n ON n.oid = t.typnamespace WHERE t.typacl IS NOT NULL
    UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanacl, acldefault('l', lanowner)
    FROM pg_language WHERE lanacl IS NOT NULL AND lanispl
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl, acldefault('F', fdwowner)
    FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, srvacl, acldefault('S', srvowner)
    FROM pg_foreign_server WHERE srvacl IS NOT NULL
), held AS (
    SELECT catalog, oid, part, grantee, string_agg(privilege, ', ' ORDER BY privilege) AS privileges
    FROM (SELECT DISTINCT o.catalog, o.oid, o.part, e.grantee,
              e.privilege_type || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END AS privilege
          FROM object o, aclexplode(o.acl) e, maintain m WHERE m.counts OR e.privilege_type <> 'MAINTAIN') AS one
    GROUP BY catalog, oid, part, grantee
), standard AS (
    SELECT catalog, oid, part, grantee, string_agg(privilege, ', ' ORDER BY privilege) AS privileges
    FROM (SELECT DISTINCT o.catalog, o.oid, o.part, e.grantee,
              e.privilege_type || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END AS privilege
          FROM object o, aclexplode(o.standard) e, maintain m WHERE m.counts OR e.privilege_type <> 'MAINTAIN') AS one
    GROUP BY catalog, oid, part, grantee
)
SELECT 'grant' AS kind, o.type AS parent_kind, n.name AS parent,
    format('to %s on %s %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, o.type,
           n.name) AS name,
    coalesce(held.privileges, 'none') AS privileges
FROM held FULL JOIN standard USING (catalog, oid, part, grantee), pg_identify_object(catalog, oid, part) o,
    LATERAL (SELECT CASE WHEN catalog = 'pg_proc'::regclass THEN oid::regprocedure::text ELSE o.identity END) n(name)
WHERE held.privileges IS DISTINCT FROM standard.privileges
AND NOT EXISTS (SELECT FROM member m WHERE m.classid = catalog AND m.objid = oid)",
};

pub(super) const DEFAULT_GRANTS: Reading = Reading {
    name: "default grants",
    sql: "
SELECT 'default grant' AS kind,
    format('on %s by %I%s',
           CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
           pg_get_userbyid(d.defaclrole), ' in schema ' || quote_ident(n.nspname)) AS name,
    CASE WHEN n.oid IS NOT NULL THEN 'schema' END AS parent_kind, quote_ident(n.nspname) AS parent,
    array_to_string(ARRAY(SELECT CASE WHEN m.counts THEN entry::text
        ELSE regexp_replace(entry::text, '^((?:[^\"=]|\"[^\"]*\")*=[^/m]*)m\\*?', '\\1') END FROM unnest(d.defaclacl) AS entry ORDER BY 1), ', ') AS privileges
FROM (SELECT coalesce(nullif(current_setting('crosstrack.target_version', true), ''), '17') >= '17' AS counts) AS m, pg_default_acl d LEFT JOIN place n ON n.oid = d.defaclnamespace
WHERE d.defaclnamespace = 0 OR n.oid IS NOT NULL",
};
