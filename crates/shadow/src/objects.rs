//! The objects that stand in a database, by the names under which the server finds them again in another one.

use crosstrack_database::{QueryError, Row};

/// An object, as the server identifies it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// Its kind: `table`, `function`, `type`.
    pub kind: String,
    /// Its name, as SQL text: `public.users`, `public.hash(text)`.
    pub identity: String,
}

/// A query for the objects of a database. What goes with another object (an index, the members of an extension) is not among them, and
/// neither is the journal.
///
/// By <https://www.postgresql.org/docs/current/functions-info.html>, `pg_identify_object`. Numbers below 16384 are PostgreSQL's own.
pub const OBJECTS: &str = "
SELECT o.type AS kind, o.identity FROM (
    SELECT 'pg_class'::regclass AS class, oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace
    UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension
    UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
) objects, pg_identify_object(objects.class, objects.oid, 0) o
WHERE objects.oid >= 16384 AND coalesce(o.schema, o.name, '') NOT LIKE 'pg\\_%'
AND coalesce(o.schema, o.name, '') <> 'crosstrack' AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = objects.class AND d.objid = objects.oid AND (d.deptype = 'e'
    OR d.deptype = 'i' AND (d.refclassid, d.refobjid) <> (objects.class, objects.oid)
    OR d.deptype = 'a' AND o.type = 'sequence'))
ORDER BY 1, 2";

/// Reads a row of [`OBJECTS`].
///
/// # Errors
/// When the answer has no such columns.
pub fn read_object(row: &Row) -> Result<Object, QueryError> {
    Ok(Object { kind: row.text("kind")?.to_owned(), identity: row.text("identity")?.to_owned() })
}
