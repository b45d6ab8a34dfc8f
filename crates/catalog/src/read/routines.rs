//! Functions, procedures and aggregates.

use super::Reading;

/// The functions that make a range's values depend on the range type internally, and come and go with it.
pub(super) const ROUTINES: Reading = Reading {
    name: "functions",
    sql: "
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind, p.oid::regprocedure::text AS name,
    pg_get_userbyid(p.proowner) AS owner, rtrim(pg_get_functiondef(p.oid), chr(10)) AS definition
FROM pg_proc p JOIN place n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    AND d.deptype IN ('e', 'i') AND (d.deptype = 'e' OR d.refclassid = 'pg_type'::regclass))",
};

/// There is no text of the server's for a whole aggregate.
pub(super) const AGGREGATES: Reading = Reading {
    name: "aggregates",
    sql: "
SELECT 'aggregate' AS kind, p.oid::regprocedure::text AS name, pg_get_userbyid(p.proowner) AS owner,
    pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result, a.aggkind::text AS form,
    a.aggtransfn::text AS transition, a.aggtranstype::regtype::text AS state, nullif(a.aggfinalfn::text, '-') AS final,
    nullif(a.aggcombinefn::text, '-') AS combine, nullif(a.aggserialfn::text, '-') AS serialize,
    nullif(a.aggdeserialfn::text, '-') AS deserialize, nullif(a.aggmtransfn::text, '-') AS moving_transition,
    nullif(a.aggminvtransfn::text, '-') AS moving_inverse, nullif(a.aggmfinalfn::text, '-') AS moving_final,
    CASE WHEN a.aggmtranstype <> 0 THEN a.aggmtranstype::regtype::text END AS moving_state,
    CASE WHEN a.aggsortop <> 0 THEN a.aggsortop::regoperator::text END AS sort_operator,
    a.agginitval AS initial, a.aggminitval AS moving_initial, p.proparallel::text AS parallel,
    concat_ws(' ', a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify, a.aggmfinalmodify) AS final_manners
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN place n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)",
};
