//! The shadow server on real servers: what is kept there, what is gone afterwards, and what is refused.
//!
//! Must not touch a server that is not the tests' own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod databases;
mod reach;
mod replacement;
mod servers;
mod support;
mod templates;
