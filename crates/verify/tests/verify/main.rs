//! What the checks find on a real server, and that what they show mends it.
//!
//! Must not touch a database that is not the test's own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod constraints;
mod declarations;
mod indexes;
mod mending;
mod plain_sql;
mod repository;
mod support;
