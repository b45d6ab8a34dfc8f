//! Counts what is lost, in a view of the database that holds it.
//!
//! Must not wait for long, neither for rows nor for a lock: what takes longer than the patience is the server's estimate. What
//! cannot be counted says why, and keeps nothing else from being counted.

use std::time::{Duration, Instant};

use crosstrack_database::{QueryError, ServerError, Snapshot, quote_literal};

use crate::amount::{Amount, CountedLoss};
use crate::loss::Loss;

/// How long one count may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long all of them may take; what comes after is estimated.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(10);
/// `query_canceled` and `lock_not_available`.
const TOO_LONG: [&str; 2] = ["57014", "55P03"];
const PURPOSE: &str = "count what would be lost";

/// Counts each loss. Partitions that go with their whole are counted with it and not named.
///
/// # Errors
/// When the connection breaks; whatever the server refuses is said of the loss that it is about.
pub async fn count(snapshot: &Snapshot<'_>, losses: &[Loss]) -> Result<Vec<CountedLoss>, QueryError> {
    let began = Instant::now();
    let mut counted = Vec::new();
    for loss in losses {
        if goes_with_its_whole(snapshot, loss, losses).await? {
            continue;
        }
        let amount = if began.elapsed() < PATIENCE_FOR_ALL {
            amount(snapshot, loss).await?
        } else {
            estimate(snapshot, loss).await?
        };
        counted.push(CountedLoss { loss: loss.clone(), amount });
    }
    Ok(counted)
}

async fn amount(snapshot: &Snapshot<'_>, loss: &Loss) -> Result<Amount, QueryError> {
    let sql = match loss {
        Loss::Table { table } | Loss::MaterializedView { view: table } => {
            format!("SELECT count(*) AS number FROM {table}")
        }
        Loss::Sequence { sequence } => {
            format!("SELECT CASE WHEN is_called THEN last_value END AS number FROM {sequence}")
        }
        Loss::Column { table, column, of_table: true } => {
            format!("SELECT count({column}) AS number FROM {table}")
        }
        Loss::Column { .. } => {
            return Ok(Amount::Unknown { reason: "it may be in any column of the type".to_owned() });
        }
        Loss::Extension { .. } => {
            return Ok(Amount::Unknown { reason: "only the extension knows what it keeps".to_owned() });
        }
        Loss::EnumValue { enum_type, value } => match rows_with_value(snapshot, (enum_type, value)).await? {
            Ok(sql) => sql,
            Err(refused) => return given_up(snapshot, loss, &refused).await,
        },
        Loss::Narrowing { .. } => narrowed(loss, "").unwrap_or_default(),
    };
    let mut answer = snapshot.attempt(PURPOSE, &sql, PATIENCE).await?;
    // `undefined_function`: the type has no equality on this path, and its text always has.
    if let (Err(refused), Some(sql)) = (&answer, narrowed(loss, "::text"))
        && refused.code == "42883"
    {
        answer = snapshot.attempt(PURPOSE, &sql, PATIENCE).await?;
    }
    match answer {
        Err(refused) => given_up(snapshot, loss, &refused).await,
        Ok(rows) => {
            let Some(row) = rows.first() else { return Ok(Amount::Absent) };
            if let Loss::Sequence { .. } = loss {
                let value = row.optional("number")?.map(|_| row.number("number")).transpose()?;
                return Ok(Amount::At(value));
            }
            row.number("number").map(Amount::Exactly)
        }
    }
}

/// A query for the values that do not come back the same from a narrower type, compared as they are or as something else.
fn narrowed(loss: &Loss, compared_as: &str) -> Option<String> {
    let Loss::Narrowing { table, column, from, to } = loss else { return None };
    Some(format!(
        "SELECT count(*) FILTER (WHERE {column}::{to}::{from}{compared_as} IS DISTINCT FROM {column}{compared_as}) \
         AS number FROM {table}"
    ))
}

/// What can be said when the server did not count.
async fn given_up(snapshot: &Snapshot<'_>, loss: &Loss, refused: &ServerError) -> Result<Amount, QueryError> {
    let message = refused.message.clone();
    Ok(match (loss, refused.code.as_str()) {
        (_, code) if TOO_LONG.contains(&code) => return estimate(snapshot, loss).await,
        // `undefined_table`, `undefined_column`, `invalid_schema_name`.
        (_, "42P01" | "42703" | "3F000") => Amount::Absent,
        // `cannot_coerce`: nothing leads from the one type to the other.
        (Loss::Narrowing { .. }, "42846") => {
            Amount::Unknown { reason: "no cast leads there and back".to_owned() }
        }
        // Class 22, data exceptions; and what a domain's constraint refuses.
        (Loss::Narrowing { .. }, code) if code.starts_with("22") || code.starts_with("23") => {
            Amount::Unfit { message }
        }
        _ => Amount::Unknown { reason: message },
    })
}

/// The rows of the tables by the server's last estimate.
async fn estimate(snapshot: &Snapshot<'_>, loss: &Loss) -> Result<Amount, QueryError> {
    let unknown = || Amount::Unknown { reason: "it takes too long".to_owned() };
    let (Loss::Table { table }
    | Loss::MaterializedView { view: table }
    | Loss::Column { table, of_table: true, .. }
    | Loss::Narrowing { table, .. }) = loss
    else {
        return Ok(unknown());
    };
    let sql = format!(
        "WITH RECURSIVE whole AS (SELECT to_regclass({name})::oid AS part UNION ALL \
         SELECT i.inhrelid FROM pg_inherits i JOIN whole ON i.inhparent = whole.part) \
         SELECT sum(greatest(c.reltuples, 0))::bigint AS number, bool_or(c.reltuples >= 0) AS is_known \
         FROM pg_class c JOIN whole ON c.oid = whole.part WHERE c.relkind <> 'p'",
        name = quote_literal(table)
    );
    let rows = snapshot.rows(PURPOSE, &sql).await?;
    match rows.first() {
        Some(row) if row.truth("is_known")? => Ok(Amount::About(row.number("number")?)),
        _ => Ok(unknown()),
    }
}

/// A query for the rows that hold a value of an enum type, in all tables.
async fn rows_with_value(
    snapshot: &Snapshot<'_>,
    (enum_type, value): (&str, &str),
) -> Result<Result<String, ServerError>, QueryError> {
    let sql = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) AS table_name, format('%I', a.attname) AS column_name, \
         t.typcategory = 'A' AS is_array \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_type t ON t.oid = a.atttypid \
         WHERE c.relkind IN ('r', 'm') AND a.attnum > 0 AND NOT a.attisdropped \
         AND {}::regtype IN (t.oid, t.typelem)",
        quote_literal(enum_type)
    );
    let columns = match snapshot.attempt(PURPOSE, &sql, PATIENCE).await? {
        Ok(columns) => columns,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut parts = vec!["SELECT 0::bigint AS part".to_owned()];
    for row in &columns {
        let (table, column) = (row.text("table_name")?, row.text("column_name")?);
        let holds = if row.truth("is_array")? {
            format!("{value} = ANY ({column}::text[])")
        } else {
            format!("{column}::text = {value}")
        };
        parts.push(format!("SELECT count(*) FILTER (WHERE {holds}) FROM ONLY {table}"));
    }
    Ok(Ok(format!("SELECT sum(part) AS number FROM ({}) parts", parts.join(" UNION ALL "))))
}

/// Whether a table is a partition of one that is named itself.
async fn goes_with_its_whole(
    snapshot: &Snapshot<'_>,
    loss: &Loss,
    losses: &[Loss],
) -> Result<bool, QueryError> {
    let Loss::Table { table } = loss else { return Ok(false) };
    let others = losses.iter().filter_map(|other| match other {
        Loss::Table { table } => Some(format!("to_regclass({})", quote_literal(table))),
        _ => None,
    });
    let sql = format!(
        "SELECT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = to_regclass({}) \
         AND i.inhparent IN ({})) AS goes_with_it",
        quote_literal(table),
        others.collect::<Vec<_>>().join(", ")
    );
    let rows = snapshot.rows(PURPOSE, &sql).await?;
    rows.first().map_or(Ok(false), |row| row.truth("goes_with_it"))
}
