//! What happens on a table by itself: triggers, rewrite rules, policies of row security.

use super::Reading;

/// Whether a partition's copy is enabled is its own affair, so copies are facts, too.
pub(super) const TRIGGERS: Reading = Reading {
    name: "triggers",
    sql: "
SELECT 'trigger' AS kind, format('%I on %s', t.tgname, r.name) AS name, r.word AS parent_kind, r.name AS parent,
    (t.tgparentid <> 0)::text AS derived, pg_get_triggerdef(t.oid) AS definition,
    CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'no' END AS enabled
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
WHERE NOT t.tgisinternal",
};

/// `_RETURN` is the rule that a view is.
pub(super) const RULES: Reading = Reading {
    name: "rules",
    sql: "
SELECT 'rule' AS kind, format('%I on %s', w.rulename, r.name) AS name, r.word AS parent_kind, r.name AS parent,
    pg_get_ruledef(w.oid) AS definition,
    CASE w.ev_enabled WHEN 'O' THEN 'origin' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'no' END AS enabled
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
WHERE w.rulename <> '_RETURN'",
};

pub(super) const POLICIES: Reading = Reading {
    name: "policies",
    sql: "
SELECT 'policy' AS kind, format('%I on %s', p.polname, r.name) AS name, r.word AS parent_kind, r.name AS parent,
    CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END AS form,
    CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete'
         ELSE 'all' END AS command,
    (SELECT string_agg(role, ', ' ORDER BY role)
     FROM (SELECT CASE oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(oid)) END AS role
           FROM unnest(p.polroles) AS oid) AS named) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS \"using\", pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_policy p JOIN relation r ON r.oid = p.polrelid",
};
