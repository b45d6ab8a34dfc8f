//! Indexes that are built or dropped concurrently: what a statement that did not come to its end left behind.
//!
//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS` succeeds over an invalid index of the same name, and a ledger would then say
//! that all is well. An index is recognised by its name, its table and its definition: an invalid one of another definition is
//! somebody else's, and is left alone.

use std::time::Duration;

use crosstrack_database::{CLEARS_UP, LockedSession, QueryError, Row, quote_identifier, quote_literal};
use crosstrack_script::{ConcurrentIndex, concurrent_index, dropped_index, index_on_another_table};
use crosstrack_track::{StepError, TrackSession};

use super::by_statement::broken;
use super::search_path::{Relation, SearchPath};
use super::step::Frame;

/// A statement that builds an index concurrently.
pub(super) struct Build<'a> {
    statement: &'a str,
    name: String,
    table_name: String,
    /// The index's table; the index is in the same schema.
    table: Relation,
    path: SearchPath,
}

/// What stands under the name of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or something that is no index: the server will say what it thinks of it.
    Nothing,
    /// The index, and it is valid.
    Built,
    /// The index, and somebody is building it at this moment.
    UnderWay,
    /// What a failed build of this index left behind.
    Leftover,
    /// An invalid index of another definition.
    Foreign,
    /// A valid index of another definition.
    Other,
}

/// Whether somebody builds the index `i`. It is seen by the lock that a concurrent build keeps on the table: of a build of another
/// user the server shows the process and nothing else.
pub(super) const UNDER_WAY: &str = "EXISTS (SELECT FROM pg_stat_progress_create_index p JOIN pg_locks l USING (pid) \
                                    WHERE l.relation = i.indrelid AND l.granted AND l.mode = 'ShareUpdateExclusiveLock')";

/// What distinguishes two indexes apart from their names and their tables, as the server writes it.
const DEFINITION: &str = "i.indisunique, i.indisvalid, i.indrelid, a.amname, i.indnkeyatts, i.indoption, i.indcollation, \
                          i.indclass, (SELECT array_agg(pg_get_indexdef(i.indexrelid, k, false) ORDER BY k) \
                          FROM generate_series(1, i.indnatts) k) AS columns, \
                          pg_get_expr(i.indpred, i.indrelid) AS predicate, c.reloptions, \
                          to_jsonb(i) ->> 'indnullsnotdistinct' AS nulls \
                          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam";

/// The columns of [`DEFINITION`] that have to be equal.
const COLUMNS: [&str; 10] = [
    "indisunique",
    "amname",
    "indnkeyatts",
    "indoption",
    "indcollation",
    "indclass",
    "columns",
    "predicate",
    "reloptions",
    "nulls",
];

/// How often is looked whether somebody else is done with building.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

impl<'a> Build<'a> {
    /// The index that a statement builds concurrently, if it builds one and names it; and if its table is there, for otherwise the
    /// statement itself fails.
    pub(super) async fn of(
        statement: &'a str,
        session: &mut dyn TrackSession,
        frame: &Frame<'_>,
    ) -> Result<Option<Self>, StepError> {
        let Some(ConcurrentIndex { name, table }) = concurrent_index(statement) else { return Ok(None) };
        let path = SearchPath::of(session, frame).await?;
        let found = path.find(frame.lock(), &table).await.map_err(broken)?;
        Ok(found.map(|relation| Self { statement, name, table_name: table.name, table: relation, path }))
    }

    /// The index, as SQL text.
    pub(super) fn index(&self) -> String {
        self.qualified(&self.name)
    }

    fn qualified(&self, name: &str) -> String {
        format!("{}.{}", quote_identifier(&self.table.schema), quote_identifier(name))
    }

    /// Looks what stands under the index's name.
    pub(super) async fn find(&self, lock: &LockedSession) -> Result<Found, QueryError> {
        let sql = format!(
            "SELECT {UNDER_WAY} AS under_way, {DEFINITION} JOIN pg_class t ON t.oid = {} \
             WHERE c.relname = {} AND c.relnamespace = t.relnamespace",
            self.table.oid,
            quote_literal(&self.name)
        );
        let rows = lock.session().rows("look at an index", &sql).await?;
        let Some(found) = rows.first() else { return Ok(Found::Nothing) };
        let is_valid = found.truth("indisvalid")?;
        if !is_valid && found.truth("under_way")? {
            return Ok(Found::UnderWay);
        }
        let is_same = match self.wanted(lock).await? {
            Some(wanted) if found.number::<u32>("indrelid")? == self.table.oid => {
                definition(found)? == definition(&wanted)?
            }
            _ => false,
        };
        Ok(match (is_valid, is_same) {
            (true, true) => Found::Built,
            (true, false) => Found::Other,
            (false, true) => Found::Leftover,
            (false, false) => Found::Foreign,
        })
    }

    /// The definition that the index would have: the server is asked for it on an empty table of the same shape, in a transaction
    /// that is given up. `None` when it does not come to that, for then the statement itself would fail, too.
    async fn wanted(&self, lock: &LockedSession) -> Result<Option<Row>, QueryError> {
        const TABLE: &str = "pg_temp.crosstrack_shape";
        let Some(create) = index_on_another_table(self.statement, TABLE) else { return Ok(None) };
        let sql = format!(
            "BEGIN; SET LOCAL search_path TO {}; CREATE TEMPORARY TABLE crosstrack_shape (LIKE {}); {create}; \
             SELECT {DEFINITION} WHERE i.indrelid = '{TABLE}'::regclass; ROLLBACK",
            self.path.as_setting(),
            self.qualified(&self.table_name)
        );
        let session = lock.session();
        let rows = session.rows("describe an index", &sql).await;
        if rows.is_err() {
            session.rows("give up a transaction", "ROLLBACK").await?;
        }
        Ok(rows.ok().and_then(|rows| rows.into_iter().next()))
    }

    /// Waits until nobody builds it any more; says what is there then, and whether somebody was waited for. Gives up when `may_wait`
    /// says so.
    pub(super) async fn wait_for_others(
        &self,
        lock: &LockedSession,
        may_wait: impl Fn() -> bool,
    ) -> Result<(Found, bool), QueryError> {
        let mut has_waited = false;
        loop {
            let found = self.find(lock).await?;
            if found != Found::UnderWay || !may_wait() {
                return Ok((found, has_waited));
            }
            has_waited = true;
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

/// Drops an index that a statement left behind. `index` is SQL text.
pub(super) async fn drop_leftover(session: &mut dyn TrackSession, index: &str) -> Result<(), StepError> {
    session.execute(&format!("{CLEARS_UP}DROP INDEX CONCURRENTLY IF EXISTS {index}")).await
}

/// Whether a statement drops an index concurrently that is not there any more.
pub(super) async fn is_dropped(
    statement: &str,
    session: &mut dyn TrackSession,
    frame: &Frame<'_>,
) -> Result<bool, StepError> {
    let Some(name) = dropped_index(statement) else { return Ok(false) };
    let path = SearchPath::of(session, frame).await?;
    match path.find(frame.lock(), &name).await.map_err(broken)? {
        // The one that was meant may have stood before it on the search path, and be gone.
        Some(found) if name.schema.is_none() && path.is_searched_behind_another(&found.schema) => {
            let index = format!("{}.{}", quote_identifier(&found.schema), quote_identifier(&name.name));
            Err(StepError::AnotherIndex { index })
        }
        found => Ok(found.is_none()),
    }
}

fn definition(row: &Row) -> Result<Vec<Option<&str>>, QueryError> {
    COLUMNS.iter().map(|column| row.optional(column)).collect()
}
