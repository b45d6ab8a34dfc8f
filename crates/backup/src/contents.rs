//! What is in a database: the rows of each table, and how many objects there are of each kind.

use crosstrack_database::{QueryError, Session, quote_literal};

use crate::error::BackupError;
use crate::manifest::TableRows;

/// Tables that hold rows themselves, outside PostgreSQL's own schemas.
const TABLES: &str = "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c \
                      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' \
                      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1";

/// How many objects of each kind there are, of those that a dump carries over: nothing temporary, and not what every database begins with.
/// Numbers below 16384 are PostgreSQL's own.
const OBJECTS: &str = "
SELECT CASE relkind WHEN 'r' THEN 'tables' WHEN 'p' THEN 'partitioned tables' WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialized views'
    WHEN 'S' THEN 'sequences' WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'partitioned indexes' WHEN 'f' THEN 'foreign tables' ELSE 'composite types' END
    AS kind, count(*) AS number FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' GROUP BY 1
UNION ALL SELECT 'constraints', count(*) FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
    WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%'
UNION ALL SELECT 'functions', count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE p.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%'
UNION ALL SELECT 'triggers', count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE NOT tgisinternal AND n.nspname NOT LIKE 'pg\\_%'
UNION ALL SELECT 'policies', count(*) FROM pg_policy
UNION ALL SELECT 'schemas', count(*) FROM pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'public'
UNION ALL SELECT 'extensions', count(*) FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL SELECT 'enum values', count(*) FROM pg_enum
UNION ALL SELECT 'large objects', count(*) FROM pg_largeobject_metadata
ORDER BY 1";

/// Counts the rows of each table.
pub(crate) async fn rows(session: &Session, tables: Vec<String>) -> Result<Vec<TableRows>, BackupError> {
    let mut counts = Vec::new();
    for table in tables {
        let counted = session.rows("count rows", &format!("SELECT count(*) AS rows FROM {table}")).await?;
        let rows = counted.first().map_or(Ok(0), |row| row.number("rows"))?;
        counts.push(TableRows { table, rows });
    }
    Ok(counts)
}

/// All tables, or those that a person names, as SQL text.
///
/// # Errors
/// When there is none of a name.
pub(crate) async fn tables(session: &Session, only: &[String]) -> Result<Vec<String>, BackupError> {
    if only.is_empty() {
        let rows = session.rows("list the tables", TABLES).await?;
        return Ok(rows.iter().map(|row| row.text("name").map(str::to_owned)).collect::<Result<_, _>>()?);
    }
    let mut tables = Vec::new();
    for table in only {
        let missing = || BackupError::NoTable { table: table.clone(), place: "the database".to_owned() };
        tables.push(find_table(session, table).await?.ok_or_else(missing)?);
    }
    Ok(tables)
}

/// A table by the name that a person gives it, as SQL text.
pub(crate) async fn find_table(session: &Session, table: &str) -> Result<Option<String>, QueryError> {
    let sql = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.oid = to_regclass({}) AND c.relkind IN ('r', 'p')",
        quote_literal(table)
    );
    let rows = session.rows("look for a table", &sql).await?;
    rows.first().map(|row| row.text("name").map(str::to_owned)).transpose()
}

/// Counts the objects of each kind.
pub(crate) async fn objects(session: &Session) -> Result<Vec<(String, u64)>, QueryError> {
    let rows = session.rows("count the objects", OBJECTS).await?;
    rows.iter().map(|row| Ok((row.text("kind")?.to_owned(), row.number("number")?))).collect()
}
