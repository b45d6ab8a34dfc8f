//! An SQL file in a transaction that is open. What it does to rows that are there is its own business; what it did is counted.
//!
//! It must not decide whether to try again.

use crosstrack_database::{QueryError, ServerError, Session};
use crosstrack_script::{Position, position_of_byte, position_of_character, statements};

use crate::blame::{self, is_about_data};
use crate::error::SeedError;
use crate::mistake::{FileMistake, RowProblem};
use crate::read::SeedFile;
use crate::seed::Counts;
use crate::sequence::{self, Written};

const PURPOSE: &str = "run the statements of the seed";

/// What the session's transactions did to tables so far. Only a difference within one transaction means something.
const COUNTS: &str = "SELECT coalesce(sum(n_tup_ins), 0) AS inserted, coalesce(sum(n_tup_upd + n_tup_del), 0) AS changed \
                      FROM pg_catalog.pg_stat_xact_user_tables";

/// Runs the file.
pub(crate) async fn run(session: &Session, file: &SeedFile) -> Result<Counts, SeedError> {
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let before = counts(session).await.map_err(refused)?;
    session.rows(PURPOSE, "SAVEPOINT crosstrack_seed").await.map_err(refused)?;
    // A constraint that waits for the commit would fail there, where no statement can be named.
    let immediate = format!("{}\n;SET CONSTRAINTS ALL IMMEDIATE", file.text);
    if let Err(source) = session.rows(PURPOSE, &immediate).await {
        return Err(mistake(session, file, source).await);
    }
    session.rows(PURPOSE, "RELEASE SAVEPOINT crosstrack_seed").await.map_err(refused)?;
    let after = counts(session).await.map_err(refused)?;
    let sequences = sequence::move_behind(session, Written::Everything).await.map_err(refused)?;
    Ok(Counts {
        created: after.created.saturating_sub(before.created),
        changed: after.changed.saturating_sub(before.changed),
        present: None,
        sequences,
    })
}

async fn counts(session: &Session) -> Result<Counts, QueryError> {
    let rows = session.rows("count what the seed did", COUNTS).await?;
    let Some(row) = rows.first() else { return Ok(Counts::default()) };
    Ok(Counts { created: row.number("inserted")?, changed: row.number("changed")?, ..Counts::default() })
}

async fn mistake(session: &Session, file: &SeedFile, error: QueryError) -> SeedError {
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let Some(server) = error.server_error() else { return refused(error) };
    let position = match server.position {
        Some(character) => Some(position_of_character(&file.text, character)),
        None => failing_statement(session, file, server).await,
    };
    let Some(position) = position else { return refused(error) };
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

/// The statement that fails with this error, when the statements are run one by one: the server names the place of what it cannot read,
/// and not of a row that violates something.
async fn failing_statement(session: &Session, file: &SeedFile, error: &ServerError) -> Option<Position> {
    if !is_about_data(&error.code) {
        return None;
    }
    session.rows(PURPOSE, "ROLLBACK TO SAVEPOINT crosstrack_seed").await.ok()?;
    for statement in statements(&file.text).ok()? {
        if let Err(other) = session.rows(PURPOSE, statement.text).await {
            let is_same = other.server_error().is_some_and(|other| blame::is_same(other, error));
            return is_same.then(|| position_of_byte(&file.text, statement.start));
        }
    }
    None
}
