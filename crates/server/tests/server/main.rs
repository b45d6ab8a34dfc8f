//! The development server and the throwaway server against real PostgreSQL servers in temporary folders, and against archives on loopback.
//!
//! Must not need the network, and must not leave a server behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
// Sockets, accounts and /proc are asked about here.
#![cfg(target_os = "linux")]

mod account;
mod concurrency;
mod crash;
mod download;
mod find;
mod life;
mod listen;
mod refusal;
mod support;
mod throwaway_crash;
mod throwaway_life;
mod throwaway_privacy;
mod throwaway_support;
