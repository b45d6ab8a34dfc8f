//! What the catalog says of a real server: one statement, one difference; equal dumps, equal catalogs.
//!
//! Must not look at the queries: what they are worth shows in what they see.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so")]
#![expect(clippy::too_many_lines, reason = "a transcript is read from its beginning to its end")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod dumps;
mod indexes;
mod relations;
mod routines;
mod scope;
mod support;
mod whole_database;
