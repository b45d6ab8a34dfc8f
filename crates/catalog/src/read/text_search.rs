//! Configurations and dictionaries of the text search. Parsers and templates are code, and only named.

use super::Reading;

pub(super) const CONFIGURATIONS: Reading = Reading {
    name: "text search configurations",
    sql: "
SELECT 'text search configuration' AS kind, format('%I.%I', n.nspname, c.cfgname) AS name,
    pg_get_userbyid(c.cfgowner) AS owner,
    (SELECT format('%I.%I', s.nspname, p.prsname) FROM pg_ts_parser p JOIN pg_namespace s ON s.oid = p.prsnamespace
     WHERE p.oid = c.cfgparser) AS parser,
    (SELECT string_agg(k.alias || ' ' || m.mapdict::regdictionary::text, ', ' ORDER BY m.maptokentype, m.mapseqno)
     FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
     WHERE m.mapcfg = c.oid) AS mappings
FROM pg_ts_config c JOIN place n ON n.oid = c.cfgnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = c.oid)",
};

pub(super) const DICTIONARIES: Reading = Reading {
    name: "text search dictionaries",
    sql: "
SELECT 'text search dictionary' AS kind, format('%I.%I', n.nspname, d.dictname) AS name,
    pg_get_userbyid(d.dictowner) AS owner, d.dictinitoption AS options,
    (SELECT format('%I.%I', s.nspname, t.tmplname) FROM pg_ts_template t JOIN pg_namespace s ON s.oid = t.tmplnamespace
     WHERE t.oid = d.dicttemplate) AS template
FROM pg_ts_dict d JOIN place n ON n.oid = d.dictnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = d.oid)",
};
