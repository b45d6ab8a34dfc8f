//! Which facts stand on which others, as the server records it.
//!
//! What the server knows under a number of its own that is no fact (the rule of a view, the row type of a table, an array) is
//! taken for the fact that it belongs to; a member of an extension for the extension.

use crosstrack_database::Snapshot;

use super::ReadError;
use crate::fact::{Catalog, Id};
use crate::kind::Kind;

/// By <https://www.postgresql.org/docs/current/catalog-pg-depend.html>. Numbers below 16384 are PostgreSQL's own.
const DEPENDENCIES: &str = "
WITH pair AS MATERIALIZED (
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend
    WHERE deptype IN ('n', 'a', 'i', 'P', 'S', 'x') AND objid >= 16384 AND refobjid >= 16384
), place AS (
    SELECT classid, objid, objsubid FROM pair UNION SELECT refclassid, refobjid, refobjsubid FROM pair
), owner AS (
    SELECT p.classid, p.objid, p.objsubid,
        CASE WHEN w.oid IS NOT NULL THEN 'pg_class'::regclass::oid
             WHEN d.oid IS NOT NULL AND a.attgenerated <> '' THEN 'pg_class'::regclass
             WHEN g.oid IS NOT NULL AND g.tgisinternal THEN 'pg_constraint'::regclass
             WHEN f.refobjid IS NOT NULL THEN 'pg_type'::regclass
             WHEN u.oid IS NOT NULL THEN 'pg_publication'::regclass ELSE p.classid END AS class,
        CASE WHEN w.oid IS NOT NULL THEN w.ev_class
             WHEN d.oid IS NOT NULL AND a.attgenerated <> '' THEN d.adrelid
             WHEN g.oid IS NOT NULL AND g.tgisinternal THEN g.tgconstraint
             WHEN f.refobjid IS NOT NULL THEN f.refobjid
             WHEN u.oid IS NOT NULL THEN u.prpubid
             WHEN p.classid = 'pg_type'::regclass THEN coalesce(e.oid, m.rngtypid, p.objid) ELSE p.objid END AS object,
        CASE WHEN w.oid IS NOT NULL THEN 0 WHEN d.oid IS NOT NULL AND a.attgenerated <> '' THEN d.adnum ELSE p.objsubid END AS part
    FROM place p
    LEFT JOIN pg_rewrite w ON p.classid = 'pg_rewrite'::regclass AND w.oid = p.objid AND w.rulename = '_RETURN'
    LEFT JOIN pg_attrdef d ON p.classid = 'pg_attrdef'::regclass AND d.oid = p.objid
    LEFT JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    LEFT JOIN pg_trigger g ON p.classid = 'pg_trigger'::regclass AND g.oid = p.objid
    LEFT JOIN pg_type e ON p.classid = 'pg_type'::regclass AND e.typarray = p.objid
    LEFT JOIN pg_range m ON p.classid = 'pg_type'::regclass AND m.rngmultitypid = p.objid
    LEFT JOIN pg_publication_rel u ON p.classid = 'pg_publication_rel'::regclass AND u.oid = p.objid
    LEFT JOIN pg_depend f ON p.classid = 'pg_proc'::regclass AND f.classid = p.classid AND f.objid = p.objid AND f.deptype = 'i'
        AND f.refclassid = 'pg_type'::regclass
), settled AS (
    SELECT o.classid, o.objid, o.objsubid,
        CASE WHEN x.refobjid IS NOT NULL THEN 'pg_extension'::regclass::oid WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass
             ELSE o.class END AS class,
        coalesce(x.refobjid, r.oid, o.object) AS object,
        CASE WHEN x.refobjid IS NOT NULL OR r.oid IS NOT NULL THEN 0 ELSE o.part END AS part
    FROM owner o
    LEFT JOIN pg_type t ON o.class = 'pg_type'::regclass AND t.oid = o.object
    LEFT JOIN pg_class r ON r.oid = t.typrelid
    LEFT JOIN pg_depend x ON x.classid = o.class AND x.objid = o.object AND x.deptype = 'e' AND x.refclassid = 'pg_extension'::regclass
), named AS MATERIALIZED (
    SELECT DISTINCT ON (s.class, s.object, s.part) s.class, s.object, s.part, n.type,
        CASE WHEN s.class = 'pg_proc'::regclass THEN s.object::regprocedure::text ELSE n.identity END AS identity
    FROM settled s, pg_identify_object(s.class, s.object, s.part) n
)
SELECT DISTINCT f.type, f.identity, t.type AS needed_type, t.identity AS needed
FROM pair p
JOIN settled sf ON (sf.classid, sf.objid, sf.objsubid) = (p.classid, p.objid, p.objsubid)
JOIN settled st ON (st.classid, st.objid, st.objsubid) = (p.refclassid, p.refobjid, p.refobjsubid)
JOIN named f ON (f.class, f.object, f.part) = (sf.class, sf.object, sf.part)
JOIN named t ON (t.class, t.object, t.part) = (st.class, st.object, st.part)
WHERE (f.type, f.identity) <> (t.type, t.identity) AND f.identity IS NOT NULL AND t.identity IS NOT NULL";

/// Adds to a catalog which of its facts stand on which others. The snapshot is the one that the catalog was read in: its search path
/// is empty already.
///
/// # Errors
/// When the server refuses or the connection breaks.
pub async fn read_dependencies(snapshot: &Snapshot<'_>, catalog: Catalog) -> Result<Catalog, ReadError> {
    // The server expects one row where there are thousands, and would look for each of them among all.
    let sql = format!("SET LOCAL enable_nestloop TO off; {DEPENDENCIES}; SET LOCAL enable_nestloop TO on");
    let mut pairs = Vec::new();
    for row in snapshot.rows("read the catalog's dependencies", &sql).await? {
        let id = find(&catalog, row.text("type")?, row.text("identity")?);
        let needed = find(&catalog, row.text("needed_type")?, row.text("needed")?);
        pairs.extend(id.zip(needed));
    }
    Ok(catalog.with_dependencies(pairs.into_iter().collect()))
}

/// The fact that the server means, if there is one.
fn find(catalog: &Catalog, word: &str, name: &str) -> Option<Id> {
    let mut candidates = Kind::meant_by(word).iter().map(|&kind| Id { kind, name: name.to_owned() });
    candidates.find(|id| catalog.get(id).is_some())
}
