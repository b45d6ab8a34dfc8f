//! `fresh`: drops what the migrations made, and nothing else.
//!
//! What they make is found by replaying them on a scratch database: a table of somebody else in the same schema stays. Where
//! something of somebody else would go with what is dropped, nothing is dropped at all.

use std::collections::BTreeSet;

use crosstrack_database::{ConnectError, LockedSession, QueryError, Session};
use crosstrack_model::Direction;
use crosstrack_replay::{Ground, OBJECTS, Object, ReplayError, Replaying, read_object};

/// Foreign keys and the tables that bear them: a key goes with the table that it refers to.
const FOREIGN_KEYS: &str = "
SELECT format('%I.%I', n.nspname, t.relname) AS bearer, o.identity FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace,
    pg_identify_object('pg_constraint'::regclass, c.oid, 0) o
WHERE c.contype = 'f' ORDER BY 2";

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

/// What the migrations on disk make, the ledgers among it. The scratch database on which they are replayed is dropped again.
///
/// # Errors
/// When there can be no scratch database, or a script fails there.
pub async fn objects_of_migrations(replaying: Replaying<'_>) -> Result<Vec<Object>, ReplayError> {
    let mut ground = Ground::fresh(replaying).await?;
    let made = async {
        let states = ground.inspect().await?.tracks;
        let steps = ground.steps(&states)?;
        ground.run(Direction::Up, &steps).await?.map_err(ReplayError::Execute)?;
        ground.objects().await
    }
    .await;
    let removed = ground.remove().await;
    let made = made?;
    removed?;
    Ok(made)
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
    format!("DROP {} IF EXISTS {identity} CASCADE;\n", kind.to_uppercase())
}

/// What stands in a database.
struct Standing {
    objects: BTreeSet<Object>,
    /// Each with the table that bears it.
    foreign_keys: BTreeSet<(String, String)>,
}

impl Standing {
    async fn of(session: &Session) -> Result<Self, QueryError> {
        let objects = session.rows("list the objects", OBJECTS).await?;
        let foreign_keys = session.rows("list the foreign keys", FOREIGN_KEYS).await?;
        let foreign_key = |row: &crosstrack_database::Row| {
            Ok((row.text("bearer")?.to_owned(), row.text("identity")?.to_owned()))
        };
        Ok(Self {
            objects: objects.iter().map(read_object).collect::<Result<_, _>>()?,
            foreign_keys: foreign_keys.iter().map(foreign_key).collect::<Result<_, QueryError>>()?,
        })
    }

    /// What is gone after and was nobody's own.
    fn lost_beside(&self, own: &BTreeSet<&Object>, after: &Self) -> Vec<String> {
        let objects = self.objects.difference(&after.objects).filter(|object| !own.contains(object));
        let named = objects.map(|object| format!("the {} {}", object.kind, object.identity));
        let is_own = |bearer: &str| own.iter().any(|object| object.identity == bearer);
        let keys = self.foreign_keys.difference(&after.foreign_keys);
        let keys =
            keys.filter(|(bearer, _)| !is_own(bearer)).map(|(_, key)| format!("the foreign key {key}"));
        named.chain(keys).collect()
    }
}
