//! Constraints of tables and domains. The server's text says whether one is deferrable, validated, enforced.

use super::Reading;

/// A foreign key is watched over by triggers of the server's own, which can be disabled and are no facts themselves.
/// That a column takes no nulls is an attribute of the column. From version 18 on it is a constraint, too, and a fact of its
/// own only while it is not validated. A constraint trigger is a trigger.
///
/// A definition with numbers is the beginning of one, where the index is a plain one: those of the constraint, of its index, of its
/// table, and of every column of the key.
pub(super) const CONSTRAINTS: Reading = Reading {
    name: "constraints",
    sql: "
SELECT 'constraint' AS kind, quote_ident(k.conname) || ' on ' || r.name AS name, r.word AS parent_kind, r.name AS parent,
    CASE WHEN k.conparentid <> 0 OR NOT k.conislocal THEN 'true' END AS derived,
    CASE WHEN p.is_plain THEN concat_ws(' ', k.oid, k.conindid, k.conrelid, array_to_string(k.conkey, ' ')) END AS numbers,
    CASE WHEN NOT p.is_plain THEN pg_get_constraintdef(k.oid) WHEN k.contype = 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END AS definition,
    t.enabled
FROM pg_constraint k JOIN relation r ON r.oid = k.conrelid
CROSS JOIN LATERAL (SELECT k.contype IN ('p', 'u') AND k.conexclop IS NULL AND NOT k.condeferrable AS is_plain) p
LEFT JOIN (SELECT tgconstraint, string_agg(DISTINCT CASE tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END, ', ')
                      AS enabled
           FROM pg_trigger WHERE tgisinternal AND tgenabled <> 'O' GROUP BY 1) t ON t.tgconstraint = k.oid
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
