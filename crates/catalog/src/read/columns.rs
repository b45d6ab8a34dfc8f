//! Columns of tables and views, and attributes of composite types, in the order of those that are left; and their defaults.

use super::{Found, Parent, Reading};
use crate::fact::{Fact, Id};
use crate::kind::Kind;

/// The numbers are those of the table, of the column, of its collation, and of the operator class that a B-tree takes for it by
/// itself. A default names no column, and so the server need not look up the table for its text.
pub(super) const COLUMNS: Reading = Reading {
    name: "columns",
    sql: "
SELECT 'column' AS kind, r.name || '.' || quote_ident(a.attname) AS name, r.word AS parent_kind, r.name AS parent,
    concat_ws(' ', a.attrelid, a.attnum, a.attcollation, CASE WHEN o.oid IS NULL AND a.atttypid = 'varchar'::regtype
        THEN (SELECT oid FROM pg_opclass WHERE opcmethod = 403 AND opcdefault AND opcintype = 'text'::regtype) ELSE o.oid END) AS numbers,
    CASE WHEN r.relkind IN ('v', 'm') OR NOT a.attislocal THEN 'true' END AS derived,
    format_type(a.atttypid, a.atttypmod) AS type, CASE WHEN a.attnotnull THEN 'false' ELSE 'true' END AS nullable,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS \"collation\",
    CASE a.attgenerated WHEN '' THEN NULL WHEN 's' THEN pg_get_expr(d.adbin, d.adrelid) || ' stored'
         ELSE pg_get_expr(d.adbin, d.adrelid) || ' virtual' END AS generated,
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS \"default\",
    CASE WHEN a.attinhcount > 0 AND d.oid IS NOT NULL AND a.attgenerated = '' AND EXISTS (SELECT FROM pg_inherits i
        JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
        JOIN pg_attrdef e ON e.adrelid = p.attrelid AND e.adnum = p.attnum
        WHERE i.inhrelid = a.attrelid AND pg_get_expr(e.adbin, e.adrelid) = pg_get_expr(d.adbin, d.adrelid))
        THEN 'true' END AS default_derived,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    CASE WHEN a.attstorage = t.typstorage THEN NULL WHEN a.attstorage = 'p' THEN 'plain' WHEN a.attstorage = 'e' THEN 'external'
         WHEN a.attstorage = 'm' THEN 'main' ELSE 'extended' END AS storage,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
    CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS statistics_target,
    CASE WHEN a.attoptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(a.attoptions) ORDER BY 1), ', '), '') END AS options,
    CASE WHEN a.attfdwoptions IS NOT NULL
         THEN nullif(array_to_string(ARRAY(SELECT unnest(a.attfdwoptions) ORDER BY 1), ', '), '') END AS foreign_options
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_opclass o ON o.opcmethod = 403 AND o.opcdefault AND o.opcintype = a.atttypid
LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')",
};

/// Gives every column its place among those that are left, whatever was dropped between them.
pub(super) fn rank(columns: &mut [Found]) {
    let mut places: Vec<(u32, u32, usize)> = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        if let &[table, number, ..] = column.numbers.as_slice() {
            places.push((table, number, place));
        }
    }
    places.sort_unstable();
    for siblings in places.chunk_by(|left, right| left.0 == right.0) {
        for (rank, (_, _, place)) in (1..).zip(siblings) {
            if let Some(column) = columns.get_mut(*place) {
                column.fact.rank = Some(rank);
            }
        }
    }
}

/// Makes the defaults facts of their own, whose parents are their columns.
pub(super) fn part_from_defaults(found: &mut Vec<Found>) {
    let mut defaults = Vec::new();
    for column in found.iter_mut().filter(|found| found.fact.id.kind == Kind::Column) {
        let derived = column.fact.attributes.remove("default_derived").is_some();
        let Some(expression) = column.fact.attributes.remove("default") else { continue };
        let id = Id { kind: Kind::Default, name: format!("for {}", column.fact.id.name) };
        let attributes = std::iter::once(("expression", expression)).collect();
        let fact = Fact { id, parent: None, rank: None, derived, attributes };
        let parent = Some(Parent { kinds: &[Kind::Column], name: column.fact.id.name.clone() });
        defaults.push(Found { fact, parent, numbers: Vec::new() });
    }
    found.append(&mut defaults);
}
