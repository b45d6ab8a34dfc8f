//! `fresh`: drops what the migrations made, and nothing else.
//!
//! Their objects are found by replaying them on a shadow database: a table of another owner in the same schema stays. Where
//! something of somebody else would go with what is dropped, nothing is dropped at all.

use std::collections::BTreeSet;

use crosstrack_database::{ConnectError, LockedSession, QueryError, Session};
use crosstrack_shadow::{OBJECTS, Object, read_object};

/// What tables and composite types consist of, each part with its bearer: a part may go with a type, a function or a table on which it
/// depends, while its bearer stays.
const PARTS: &str = "
SELECT format('%I.%I', n.nspname, t.relname) AS bearer, o.type || ' ' || o.identity AS part FROM (
    SELECT attrelid AS bearer, 'pg_class'::regclass AS class, attrelid AS object, attnum::int AS sub FROM pg_attribute
        WHERE attnum > 0 AND NOT attisdropped
    UNION ALL SELECT adrelid, 'pg_attrdef'::regclass, oid, 0 FROM pg_attrdef
    UNION ALL SELECT conrelid, 'pg_constraint'::regclass, oid, 0 FROM pg_constraint WHERE conrelid <> 0
    UNION ALL SELECT indrelid, 'pg_class'::regclass, indexrelid, 0 FROM pg_index
    UNION ALL SELECT tgrelid, 'pg_trigger'::regclass, oid, 0 FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT ev_class, 'pg_rewrite'::regclass, oid, 0 FROM pg_rewrite
    UNION ALL SELECT polrelid, 'pg_policy'::regclass, oid, 0 FROM pg_policy
    UNION ALL SELECT prrelid, 'pg_publication_rel'::regclass, oid, 0 FROM pg_publication_rel
) parts JOIN pg_class t ON t.oid = parts.bearer JOIN pg_namespace n ON n.oid = t.relnamespace,
    pg_identify_object(parts.class, parts.object, parts.sub) o
WHERE t.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'crosstrack' AND t.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
ORDER BY 2";

/// Why nothing was dropped.
#[derive(Debug, thiserror::Error)]
pub enum FreshError {
    /// Something of somebody else would go, too.
    #[error("dropping what the migrations made would take with it {}", .others.join(", "))]
    Others {
        /// What it is.
        others: Vec<String>,
    },
    /// No session could be opened.
    #[error("cannot open a session")]
    Connect(#[source] ConnectError),
    /// The server refused.
    #[error("cannot drop what the migrations made")]
    Query(#[from] QueryError),
}

/// Drops objects in one transaction; says how many of them were there.
///
/// # Errors
/// When something of somebody else would go with them, or the server refuses. Then nothing is dropped.
pub async fn drop_objects(lock: &LockedSession, objects: &[Object]) -> Result<usize, FreshError> {
    let session = lock.database().session("track=fresh").await.map_err(FreshError::Connect)?;
    session.rows(PURPOSE, "BEGIN").await?;
    let result = drop_in_transaction(&session, objects).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = session.rows(PURPOSE, end).await;
    let dropped = result?;
    ended?;
    Ok(dropped)
}

const PURPOSE: &str = "drop what the migrations made";

async fn drop_in_transaction(session: &Session, objects: &[Object]) -> Result<usize, FreshError> {
    let before = Standing::of(session).await?;
    let own: BTreeSet<&Object> = objects.iter().filter(|object| before.objects.contains(object)).collect();
    let statements: Vec<String> = own.iter().map(|object| drop_statement(object)).collect();
    session.rows(PURPOSE, &statements.concat()).await?;
    let others = before.lost_beside(&own, &Standing::of(session).await?);
    if others.is_empty() { Ok(own.len()) } else { Err(FreshError::Others { others }) }
}

fn drop_statement(Object { kind, identity }: &Object) -> String {
    let kind = kind.to_uppercase().replace('-', " ");
    format!("DROP {kind} IF EXISTS {identity} CASCADE;\n")
}

/// What stands in a database.
struct Standing {
    objects: BTreeSet<Object>,
    /// Each part with its bearer.
    parts: BTreeSet<(String, String)>,
}

impl Standing {
    async fn of(session: &Session) -> Result<Self, QueryError> {
        let objects = session.rows("list the objects", OBJECTS).await?;
        let parts = session.rows("list the parts of tables", PARTS).await?;
        let part = |row: &crosstrack_database::Row| {
            Ok((row.text("bearer")?.to_owned(), row.text("part")?.to_owned()))
        };
        Ok(Self {
            objects: objects.iter().map(read_object).collect::<Result<_, _>>()?,
            parts: parts.iter().map(part).collect::<Result<_, QueryError>>()?,
        })
    }

    /// What is gone after and was nobody's own.
    fn lost_beside(&self, own: &BTreeSet<&Object>, after: &Self) -> Vec<String> {
        let objects = self.objects.difference(&after.objects).filter(|object| !own.contains(object));
        let named = objects.map(|object| format!("the {} {}", object.kind, object.identity));
        let is_own = |bearer: &str| own.iter().any(|object| object.identity == bearer);
        // Of what is gone itself its parts need not be named.
        let is_there = |bearer: &str| after.objects.iter().any(|object| object.identity == bearer);
        let parts = self.parts.difference(&after.parts);
        let parts = parts.filter(|(bearer, _)| !is_own(bearer) && is_there(bearer));
        named.chain(parts.map(|(_, part)| format!("the {part}"))).collect()
    }
}
