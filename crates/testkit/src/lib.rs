//! What tests against a real server need: a server for the run, a database for the test, folders of migrations, dumps to
//! compare, and the suite that every adapter has to pass.
//!
//! A dev-dependency only: nothing that is installed may use it. What goes wrong here panics, for a test has nobody to
//! report to.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test has nobody to report to: everything here panics when it cannot do its work"
)]

mod authority;
mod cable;
pub mod conformance;
mod connection;
mod database;
mod dump;
mod fault;
mod folder;
mod patience;
mod place;
mod pooler;
mod private_server;
mod secret;
mod server;
mod track;

pub use authority::{Authority, Credentials};
pub use cable::Cable;
pub use database::TestDatabase;
pub use dump::{dump, dump_with_data};
#[cfg(unix)]
pub use fault::{Fault, Held};
pub use folder::{Folder, SqlMigration};
pub use patience::{until, wait_until};
pub use place::shadow_folder;
#[cfg(unix)]
pub use pooler::Pooler;
pub use private_server::PrivateServer;
pub use secret::assert_no_secret;
pub use server::TestServer;
pub use track::{TestSession, TestTrack};
