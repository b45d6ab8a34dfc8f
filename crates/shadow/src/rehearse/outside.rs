//! A statement that no transaction takes, such as a concurrent build: its locks are gone when it ends, so it is held in the middle.
//!
//! Another session keeps an old view and reads every table, for which such a statement waits; who waits holds its locks, and they can
//! be read. Then it is let go. Must not hold it longer than it takes to look.

use std::collections::BTreeSet;
use std::time::Duration;

use crosstrack_database::{ConnectError, Database, QueryError, Session};

use crate::rehearse::observe::{Relation, Seen};

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Two sessions beside the one that runs the statement.
pub(crate) struct Bystanders {
    holder: Session,
    watcher: Session,
}

impl Bystanders {
    /// Opens them.
    pub(crate) async fn open(database: &Database) -> Result<Self, ConnectError> {
        Ok(Self { holder: database.session("holder").await?, watcher: database.session("watcher").await? })
    }

    /// Runs the statement; gives the strongest locks that it was seen with, and how it ended.
    pub(crate) async fn run(
        &self,
        (session, seen): (&Session, &Seen),
        statement: &str,
    ) -> Result<(BTreeSet<(Relation, String)>, Result<(), QueryError>), QueryError> {
        let purpose = "hold a statement";
        let pid = session.rows(purpose, "SELECT pg_backend_pid() AS pid").await?;
        let pid: i32 = pid.first().map_or(Ok(0), |row| row.number("pid"))?;
        self.holder.rows(purpose, &hold(seen)).await?;
        let running = session.rows("run a statement", statement);
        tokio::pin!(running);
        let mut locks = BTreeSet::new();
        let mut is_held = true;
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                () = tokio::time::sleep(BETWEEN_LOOKS), if is_held => {}
            }
            let (seen, waits) = self.look(pid).await?;
            locks.extend(seen);
            if waits {
                self.holder.rows(purpose, "ROLLBACK").await?;
                is_held = false;
            }
        };
        if is_held {
            self.holder.rows(purpose, "ROLLBACK").await?;
        }
        Ok((locks, ended.map(drop)))
    }

    /// The locks of a session, those that it waits for among them, and whether it waits.
    async fn look(&self, pid: i32) -> Result<(BTreeSet<(Relation, String)>, bool), QueryError> {
        let sql = format!(
            "SELECT coalesce(relation, 0) AS relation, mode, granted FROM pg_locks WHERE pid = {pid} \
             AND (relation >= 16384 OR NOT granted)"
        );
        let mut locks = BTreeSet::new();
        let mut waits = false;
        for row in self.watcher.rows("look at a statement's locks", &sql).await? {
            waits |= !row.truth("granted")?;
            locks.insert((row.number("relation")?, row.text("mode")?.to_owned()));
        }
        Ok((locks, waits))
    }
}

/// An old view, and a hand on every table.
fn hold(seen: &Seen) -> String {
    let tables = seen.relations.values().filter(|stored| ["r", "p"].contains(&stored.kind.as_str()));
    let names: Vec<&str> = tables.map(|stored| stored.name.as_str()).collect();
    let lock = if names.is_empty() {
        String::new()
    } else {
        format!("; LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "))
    };
    format!("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1{lock}")
}
