//! The fingerprint of the system catalogs of a database: quickly read, and different after every change of the schema.
//!
//! A copy has its template's catalogs row by row, with the transactions that wrote them. A later transaction has a greater number, so a
//! catalog with as many rows and the same last transaction has not been written to. It says nothing about rows of tables.

use std::fmt::Write as _;

use crosstrack_database::{QueryError, Session};
use sha2::{Digest, Sha256};

/// The catalogs of the database alone, and PostgreSQL's other tables there. Statistics are no part of a schema.
const CATALOGS: &str = "
SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid < 16384 AND c.relkind = 'r' AND NOT c.relisshared AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data')
ORDER BY c.oid";

/// The properties of the database that a copy has from its template, and whatever keeps a database from being replaced.
pub(super) const SHARED: &str = "
WITH own AS (SELECT * FROM pg_database WHERE datname = current_database())
SELECT line FROM (
    SELECT format('replication slot %I', slot_name) FROM pg_replication_slots WHERE database = current_database()
    UNION ALL SELECT format('prepared transaction %L', gid) FROM pg_prepared_xacts WHERE database = current_database()
    UNION ALL SELECT format('subscription %I', subname) FROM pg_subscription s JOIN own ON own.oid = s.subdbid
    UNION ALL SELECT format('security label %s', label) FROM pg_shseclabel l JOIN own ON own.oid = l.objoid
        WHERE l.classoid = 'pg_database'::regclass
    UNION ALL SELECT format('property %s: %s', key, value) FROM own, jsonb_each_text(to_jsonb(own)) AS property(key, value)
        WHERE key NOT IN ('oid', 'datname', 'datdba', 'datacl', 'datconnlimit', 'datfrozenxid', 'datminmxid', 'datlastsysoid')
) AS lines(line) ORDER BY line COLLATE \"C\"";

/// The age of what has no age: rows that were there before the first transaction.
const PERMANENT: u32 = 2_147_483_647;

/// The fingerprint of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Reads it.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn read(session: &Session) -> Result<Self, QueryError> {
        let purpose = "read the fingerprint of the database";
        let mut sql = String::new();
        for row in session.rows(purpose, CATALOGS).await? {
            let name = row.text("name")?;
            let union = if sql.is_empty() { "" } else { " UNION ALL " };
            // Writing to a String cannot fail.
            let _ = write!(
                sql,
                "{union}SELECT '{name}' AS name, count(*) AS rows, nullif(min(age(xmin)), {PERMANENT}) AS age FROM {name}"
            );
        }
        let sql = format!(
            "SET LOCAL jit TO off; SELECT md5(string_agg(format('%s %s %s', name, rows, age('3'::xid) - age), ',' ORDER BY name)) AS fingerprint FROM ({sql}) AS one"
        );
        let rows = session.rows(purpose, &sql).await?;
        let mut text =
            rows.last().map_or(Ok(String::new()), |row| row.text("fingerprint").map(str::to_owned))?;
        let mut digest = Sha256::new();
        digest.update(&text);
        for row in session.rows(purpose, SHARED).await? {
            digest.update(format!("\n{}", row.text("line")?));
        }
        text.clear();
        for byte in digest.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// Its text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
