//! What a `REINDEX CONCURRENTLY` that did not come to its end left behind: each attempt leaves indexes of its own.
//!
//! PostgreSQL's documentation says of both kinds that they are to be dropped: an invalid index whose name ends in `_ccnew` is an
//! unfinished new one, and one whose name ends in `_ccold` is an old one that could not be dropped.

use std::collections::HashSet;

use crosstrack_database::{LockedSession, QueryError, quote_literal};
use crosstrack_script::{Reindexed, reindexed_concurrently};
use crosstrack_track::{StepError, TrackSession};

use super::by_statement::broken;
use super::error::Leftover;
use super::index::UNDER_WAY;
use super::search_path::SearchPath;
use super::step::Frame;

/// A statement that builds indexes anew concurrently.
pub(super) struct Rebuild {
    /// The tables that it is about, as a condition on the index `i`.
    condition: String,
    /// What stood there before it began, and is not its own.
    before: HashSet<String>,
}

impl Rebuild {
    /// What a statement builds anew, if it does. `left` is what an attempt of this run left behind; what one of an earlier run left
    /// is not known by its names.
    pub(super) async fn of(
        statement: &str,
        session: &mut dyn TrackSession,
        (frame, is_in_doubt, left): (&Frame<'_>, bool, &[Leftover]),
    ) -> Result<Option<Self>, StepError> {
        let Some(reindexed) = reindexed_concurrently(statement) else { return Ok(None) };
        let path = SearchPath::of(session, frame).await?;
        let mut rebuild = Self { condition: condition(&reindexed, &path), before: HashSet::new() };
        if !is_in_doubt {
            let found = rebuild.leftovers(frame.lock()).await.map_err(broken)?;
            let is_own = |index: &String| left.iter().any(|left| left.index == *index);
            rebuild.before = found.into_iter().filter(|index| !is_own(index)).collect();
        }
        Ok(Some(rebuild))
    }

    /// The indexes that it left, as SQL text.
    pub(super) async fn leftovers(&self, lock: &LockedSession) -> Result<Vec<String>, QueryError> {
        let sql = format!(
            "SELECT format('%I.%I', n.nspname, c.relname) AS index FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND NOT {UNDER_WAY} AND {} ORDER BY 1",
            self.condition
        );
        let rows = lock.session().rows("look for what a statement left", &sql).await?;
        let mut indexes = Vec::new();
        for row in &rows {
            let index = row.text("index")?;
            if !self.before.contains(index) {
                indexes.push(index.to_owned());
            }
        }
        Ok(indexes)
    }
}

/// Which indexes a statement is about, those of partitions and of what is stored out of line with them.
fn condition(reindexed: &Reindexed, path: &SearchPath) -> String {
    let with_partitions = |relation: String| {
        format!("SELECT {relation} AS oid UNION SELECT relid FROM pg_partition_tree({relation})")
    };
    let tables = match reindexed {
        Reindexed::Index(index) => format!(
            "SELECT x.indrelid AS oid FROM pg_index x WHERE x.indexrelid IN ({})",
            with_partitions(path.relation(index))
        ),
        Reindexed::Table(table) => with_partitions(path.relation(table)),
        Reindexed::Schema(schema) => format!(
            "SELECT r.oid FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace WHERE s.nspname = {}",
            quote_literal(schema)
        ),
        Reindexed::Database => return "true".to_owned(),
    };
    format!(
        "i.indrelid IN (WITH tables AS ({tables}) SELECT oid FROM tables UNION \
         SELECT r.reltoastrelid FROM pg_class r JOIN tables USING (oid))"
    )
}
