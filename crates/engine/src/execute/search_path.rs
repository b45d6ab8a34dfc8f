//! Names as the script's session finds them at this moment: its settings, or the script itself, may have moved its search path.

use crosstrack_database::{LockedSession, QueryError, quote_identifier, quote_literal};
use crosstrack_script::ObjectName;
use crosstrack_track::{StepError, TrackSession};

use super::step::Frame;

/// The schemas in which a session looks for unqualified names, in their order.
pub(super) struct SearchPath(Vec<String>);

/// A table or an index that was found.
pub(super) struct Relation {
    pub(super) oid: u32,
    pub(super) schema: String,
}

impl SearchPath {
    /// Asks the script's session. It stands in no transaction, and does so afterwards.
    pub(super) async fn of(session: &mut dyn TrackSession, frame: &Frame<'_>) -> Result<Self, StepError> {
        session.begin(frame.transaction().opening).await?;
        let schemas = session.search_path().await;
        session.rollback().await;
        schemas.map(Self)
    }

    /// The relation of a name, as a query for its number; null when there is none.
    pub(super) fn relation(&self, object: &ObjectName) -> String {
        let named = format!(
            "SELECT r.oid FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace WHERE r.relname = {}",
            quote_literal(&object.name)
        );
        if let Some(schema) = &object.schema {
            return format!("({named} AND s.nspname = {})", quote_literal(schema));
        }
        let path = self.array();
        format!("({named} AND s.nspname = ANY ({path}) ORDER BY array_position({path}, s.nspname) LIMIT 1)")
    }

    /// The relation of a name, if there is one.
    pub(super) async fn find(
        &self,
        lock: &LockedSession,
        object: &ObjectName,
    ) -> Result<Option<Relation>, QueryError> {
        let relation = self.relation(object);
        let sql = format!(
            "SELECT c.oid, s.nspname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = {relation}"
        );
        let rows = lock.session().rows("look for a relation", &sql).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Relation { oid: row.number("oid")?, schema: row.text("nspname")?.to_owned() }))
    }

    /// Whether an unqualified name that is found in this schema may have been found in another one before.
    pub(super) fn is_searched_behind_another(&self, schema: &str) -> bool {
        self.named().find(|name| !name.starts_with("pg_")).is_some_and(|first| first != schema)
    }

    /// The setting that makes another session find the same.
    pub(super) fn as_setting(&self) -> String {
        let names: Vec<String> = self.named().map(quote_identifier).collect();
        if names.is_empty() { "''".to_owned() } else { names.join(", ") }
    }

    /// Without the schema of the session's own temporary objects.
    fn named(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|name| !name.starts_with("pg_temp"))
    }

    fn array(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|name| quote_literal(name)).collect();
        format!("ARRAY[{}]::name[]", names.join(", "))
    }
}
