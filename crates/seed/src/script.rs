//! An SQL file in a transaction that is open. What it does to rows that are there is its own business; what it did is counted.
//!
//! It must not decide whether to try again.

use crosstrack_database::{QueryError, Session};
use crosstrack_script::position_of_character;

use crate::error::SeedError;
use crate::mistake::{FileMistake, RowProblem};
use crate::read::SeedFile;
use crate::seed::Counts;

/// What the session's transactions did to tables so far. Only a difference within one transaction means something.
const COUNTS: &str = "SELECT coalesce(sum(n_tup_ins), 0) AS inserted, coalesce(sum(n_tup_upd + n_tup_del), 0) AS changed \
                      FROM pg_catalog.pg_stat_xact_user_tables";

/// Runs the file.
pub(crate) async fn run(session: &Session, file: &SeedFile) -> Result<Counts, SeedError> {
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let before = counts(session).await.map_err(refused)?;
    let ran = session.rows("run the statements of the seed", &file.text).await;
    ran.map_err(|source| mistake(file, source))?;
    let after = counts(session).await.map_err(refused)?;
    Ok(Counts {
        created: after.created.saturating_sub(before.created),
        changed: after.changed.saturating_sub(before.changed),
        present: None,
    })
}

async fn counts(session: &Session) -> Result<Counts, QueryError> {
    let rows = session.rows("count what the seed did", COUNTS).await?;
    let Some(row) = rows.first() else { return Ok(Counts::default()) };
    Ok(Counts { created: row.number("inserted")?, changed: row.number("changed")?, present: None })
}

fn mistake(file: &SeedFile, error: QueryError) -> SeedError {
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let Some(server) = error.server_error() else { return refused(error) };
    let Some(character) = server.position else { return refused(error) };
    let position = position_of_character(&file.text, character);
    let mistake = Box::new(FileMistake {
        problem: RowProblem::Statement,
        path: file.seed.shown.clone(),
        line: position.line,
        column: position.column,
        length: 1,
        text: position.text,
        hint: None,
    });
    SeedError::Mistake { mistake, source: Some(Box::new(server.clone())) }
}
