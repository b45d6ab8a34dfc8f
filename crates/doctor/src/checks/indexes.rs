//! Indexes that are there and no good: what a failed concurrent build leaves behind.

use crosstrack_database::{QueryError, Row};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Indexes;

impl Check for Indexes {
    fn name(&self) -> &'static str {
        "indexes"
    }

    /// One that is being built is not valid yet either. That of a partitioned table becomes so with its last partition.
    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', n.nspname, t.relname) AS table_name, \
         c.relname ~ '_cc(new|old)[0-9]*$' AS is_transient FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind = 'i' \
         AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid OR p.relid = t.oid) ORDER BY 1"
            .into()
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let mut judgement = Judgement::ok("every index is valid");
        let mut named = Vec::new();
        for row in rows {
            let name = row.text("name")?;
            named.push(format!("{name} on {}", row.text("table_name")?));
            judgement = judgement.remedy(if row.truth("is_transient")? {
                format!("a failed REINDEX left it: `DROP INDEX CONCURRENTLY {name}`")
            } else {
                format!("`REINDEX INDEX CONCURRENTLY {name}`, or `DROP INDEX CONCURRENTLY {name}` and build it again")
            });
        }
        if named.is_empty() {
            return Ok(judgement);
        }
        let invalid =
            Judgement::warning(format!("not valid, so that no query uses it: {}", named.join(", ")));
        Ok(invalid.remedies(judgement.remedies))
    }
}
