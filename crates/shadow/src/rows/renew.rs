//! Other rows in the place of those that are there: after a migration they show what the new columns can hold.

use std::collections::BTreeMap;

use crosstrack_database::{QueryError, Row, Session, quote_literal};

use crate::rows::fill::{Filled, fill};
use crate::rows::scope::{self, Tables};

/// Removes the rows that [`fill`] put into the tables, and fills them anew. Sequences stay where they are.
///
/// # Errors
/// When the server does not answer any more, or refuses to remove a row.
pub async fn renew(session: &Session, tables: &Tables, former: &Filled) -> Result<Filled, QueryError> {
    empty(session, tables, former).await?;
    fill(session, tables).await
}

/// Removes the rows that [`fill`] put into the tables. False where a table that had rows before has more or fewer of them now. Sequences
/// stay where they are.
///
/// # Errors
/// When the server does not answer any more, or refuses to remove a row.
pub async fn empty(session: &Session, tables: &Tables, former: &Filled) -> Result<bool, QueryError> {
    let purpose = "list the tables of a shadow database";
    let sql = format!(
        "{}WITH {} SELECT oid, name, relkind = 'p' AS is_partitioned FROM own",
        scope::PREPARE,
        tables.own()
    );
    let now = session.rows(purpose, &sql).await?;
    let now: BTreeMap<u32, String> = now.iter().map(read_table).collect::<Result<_, _>>()?;
    let (kept, filled): (Vec<_>, Vec<_>) =
        now.into_iter().partition(|(number, _)| former.had_rows.contains_key(number));
    delete(session, &filled.into_iter().map(|(_, table)| table).collect::<Vec<_>>()).await?;
    if kept.len() < former.had_rows.len() {
        return Ok(false);
    }
    Ok(count(session, &kept).await? == former.had_rows)
}

fn read_table(row: &Row) -> Result<(u32, String), QueryError> {
    let only = if row.truth("is_partitioned")? { "" } else { "ONLY " };
    Ok((row.number("oid")?, format!("{only}{}", row.text("name")?)))
}

/// Neither triggers nor foreign keys see it. Faster than to truncate them, which makes new files for each.
async fn delete(session: &Session, tables: &[String]) -> Result<(), QueryError> {
    if tables.is_empty() {
        return Ok(());
    }
    let statements: Vec<String> = tables.iter().map(|table| format!("DELETE FROM {table}")).collect();
    let sql = format!("SET LOCAL session_replication_role TO replica; {}", statements.join("; "));
    match session.rows("empty the tables of a shadow database", &sql).await {
        Err(error) if is_not_allowed(&error) => {}
        result => return result.map(drop),
    }
    // Only a superuser may turn triggers off.
    let names: Vec<&str> = tables.iter().map(|table| table.trim_start_matches("ONLY ")).collect();
    let sql = format!("TRUNCATE {}", names.join(", "));
    session.rows("empty the tables of a shadow database", &sql).await.map(drop)
}

/// `insufficient_privilege`.
fn is_not_allowed(error: &QueryError) -> bool {
    error.server_error().is_some_and(|server| server.code == "42501")
}

async fn count(session: &Session, tables: &[(u32, String)]) -> Result<BTreeMap<u32, u64>, QueryError> {
    let counts: Vec<String> = tables
        .iter()
        .map(|(number, table)| {
            format!(
                "SELECT {}::oid AS oid, count(*) AS rows FROM {table}",
                quote_literal(&number.to_string())
            )
        })
        .collect();
    if counts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = session.rows("count rows", &counts.join(" UNION ALL ")).await?;
    rows.iter().map(|row| Ok((row.number("oid")?, row.number("rows")?))).collect()
}
