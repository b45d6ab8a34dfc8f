//! Operators and casts.

use super::Reading;

/// One without a function is only a name that another has mentioned.
pub(super) const OPERATORS: Reading = Reading {
    name: "operators",
    sql: "
SELECT 'operator' AS kind, (pg_identify_object('pg_operator'::regclass, o.oid, 0)).identity AS name,
    pg_get_userbyid(o.oprowner) AS owner, o.oprresult::regtype::text AS result, nullif(o.oprcode::text, '-') AS function,
    CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END AS commutator,
    CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END AS negator,
    nullif(o.oprrest::text, '-') AS restriction, nullif(o.oprjoin::text, '-') AS \"join\",
    o.oprcanmerge::text AS merges, o.oprcanhash::text AS hashes
FROM pg_operator o JOIN place n ON n.oid = o.oprnamespace
WHERE o.oprcode <> 0 AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)",
};

/// A cast is in no schema. The server's own have the numbers below those that it gives to what users make.
pub(super) const CASTS: Reading = Reading {
    name: "casts",
    sql: "
SELECT 'cast' AS kind, (pg_identify_object('pg_cast'::regclass, c.oid, 0)).identity AS name,
    CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function,
    CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END AS context,
    CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'text' ELSE 'binary' END AS method
FROM pg_cast c
WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
    AND d.deptype IN ('e', 'i'))",
};
