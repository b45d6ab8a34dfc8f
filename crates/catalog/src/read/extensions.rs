//! What extends a whole database: extensions, languages, event triggers. What belongs to an extension is not read.

use super::Reading;

pub(super) const EXTENSIONS: Reading = Reading {
    name: "extensions",
    sql: "
SELECT 'extension' AS kind, quote_ident(e.extname) AS name, e.extversion AS version, quote_ident(n.nspname) AS schema,
    CASE WHEN NOT e.extrelocatable THEN 'no' END AS relocatable
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace",
};

pub(super) const LANGUAGES: Reading = Reading {
    name: "languages",
    sql: "
SELECT 'language' AS kind, quote_ident(l.lanname) AS name, pg_get_userbyid(l.lanowner) AS owner,
    l.lanpltrusted::text AS trusted, l.lanplcallfoid::regproc::text AS handler, l.laninline::regproc::text AS inline_handler,
    l.lanvalidator::regproc::text AS validator
FROM pg_language l
WHERE l.lanispl AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid)",
};

pub(super) const EVENT_TRIGGERS: Reading = Reading {
    name: "event triggers",
    sql: "
SELECT 'event trigger' AS kind, quote_ident(t.evtname) AS name, pg_get_userbyid(t.evtowner) AS owner, t.evtevent AS event,
    t.evtfoid::regproc::text AS function, array_to_string(t.evttags, ', ') AS tags,
    CASE t.evtenabled WHEN 'O' THEN 'origin' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'no' END AS enabled
FROM pg_event_trigger t
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = t.oid)",
};
