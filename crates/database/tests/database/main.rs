//! Sessions, the read-only session and the lock on a real server.
//!
//! Must not know what a migration is, as the crate does not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod connect;
mod experiment;
mod lock;
mod reader;
mod session;
mod tls;
