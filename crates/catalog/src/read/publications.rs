//! Publications, with the tables and schemas that they are for.

use super::Reading;

/// What a publication can be for has grown with the versions; a column that a version does not have is null here. The row
/// filters come from the server's own view, which has their text.
pub(super) const PUBLICATIONS: Reading = Reading {
    name: "publications",
    sql: "
SELECT 'publication' AS kind, quote_ident(p.pubname) AS name, pg_get_userbyid(p.pubowner) AS owner,
    (jsonb_strip_nulls(to_jsonb(p)) - '{oid,pubname,pubowner}'::text[])::text AS manners,
    (SELECT string_agg(concat_ws(' ', t.prrelid::regclass::text,
        (SELECT '(' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a
         WHERE a.attrelid = t.prrelid
         AND a.attnum = ANY (string_to_array(translate(to_jsonb(t)->>'prattrs', '[],', '   '), ' ', '')::int2[])),
        (SELECT 'where ' || (to_jsonb(v)->>'rowfilter') FROM pg_publication_tables v WHERE v.pubname = p.pubname
         AND format('%I.%I', v.schemaname, v.tablename) = t.prrelid::regclass::text)),
        ', ' ORDER BY t.prrelid::regclass::text)
     FROM pg_publication_rel t WHERE t.prpubid = p.oid) AS tables,
    (SELECT string_agg(d.refobjid::regnamespace::text, ', ' ORDER BY d.refobjid::regnamespace::text)
     FROM pg_depend d WHERE d.classid = to_regclass('pg_publication_namespace')
     AND d.refclassid = 'pg_namespace'::regclass
     AND d.objid IN (SELECT l.objid FROM pg_depend l WHERE l.classid = to_regclass('pg_publication_namespace')
                     AND l.refclassid = 'pg_publication'::regclass AND l.refobjid = p.oid)) AS schemas
FROM pg_publication p
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_publication'::regclass AND m.objid = p.oid)",
};
