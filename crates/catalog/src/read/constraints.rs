//! Constraints of tables and domains. The server's text says whether one is deferrable, validated, enforced.

use super::Reading;

/// A foreign key is watched over by triggers of the server's own, which can be disabled and are no facts themselves.
/// That a column takes no nulls is an attribute of the column. From version 18 on it is a constraint, too, and a fact of its
/// own only while it is not validated. A constraint trigger is a trigger.
pub(super) const CONSTRAINTS: Reading = Reading {
    name: "constraints",
    sql: "
SELECT 'constraint' AS kind, format('%I on %s', k.conname, r.name) AS name, r.word AS parent_kind, r.name AS parent,
    (k.conparentid <> 0 OR NOT k.conislocal)::text AS derived, pg_get_constraintdef(k.oid) AS definition,
    (SELECT string_agg(DISTINCT CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END, ', ')
     FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal AND t.tgenabled <> 'O') AS enabled
FROM pg_constraint k JOIN relation r ON r.oid = k.conrelid
WHERE k.contype <> 't' AND (k.contype <> 'n' OR NOT k.convalidated)",
};

pub(super) const DOMAIN_CONSTRAINTS: Reading = Reading {
    name: "constraints of domains",
    sql: "
SELECT 'constraint' AS kind, format('%I on %I.%I', k.conname, n.nspname, t.typname) AS name, 'domain' AS parent_kind,
    format('%I.%I', n.nspname, t.typname) AS parent, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN place n ON n.oid = t.typnamespace
WHERE k.contype <> 'n'",
};
