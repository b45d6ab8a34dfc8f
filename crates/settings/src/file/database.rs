//! `[database]`: how long to wait.
//!
//! It must not hold a URL: the file is shared and a URL has a password.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::document::{Node, Read};

const KEYS: [&str; 4] = ["lock_timeout", "lock_attempts", "statement_timeout", "wait_for_lock"];

const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const WAIT_FOR_LOCK: Duration = Duration::from_mins(5);

/// How often a statement is tried that does not get its locks.
const LOCK_ATTEMPTS: usize = 5;
/// How often it may be tried at the most: with the pauses between them that is a quarter of an hour.
pub(super) const ATTEMPTS: RangeInclusive<usize> = 1..=100;

/// How long to wait, as the file says or by default.
pub(crate) struct DeclaredDatabase {
    pub(crate) lock_timeout: Duration,
    pub(crate) lock_attempts: usize,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) wait_for_lock: Duration,
}

pub(super) fn read(node: Option<Node<'_>>) -> Read<DeclaredDatabase> {
    let table = node.map(|node| node.table("`[database]`".to_owned(), &KEYS)).transpose()?;
    let get = |key| table.as_ref().and_then(|table| table.get(key));
    let statement_timeout = get("statement_timeout").map(|node| node.duration()).transpose()?;
    Ok(DeclaredDatabase {
        // Zero is PostgreSQL's word for no limit, and a run without this limit stops everybody behind it.
        lock_timeout: get("lock_timeout").map_or(Ok(LOCK_TIMEOUT), |node| node.some_time())?,
        lock_attempts: get("lock_attempts").map_or(Ok(LOCK_ATTEMPTS), |node| node.count(ATTEMPTS))?,
        statement_timeout: statement_timeout.filter(|timeout| !timeout.is_zero()),
        wait_for_lock: get("wait_for_lock").map_or(Ok(WAIT_FOR_LOCK), |node| node.duration())?,
    })
}
