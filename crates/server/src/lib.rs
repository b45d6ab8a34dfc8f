//! The development server: a private PostgreSQL for one developer, and the server that the tests use.
//!
//! It finds (or downloads) the programs, creates a cluster, starts it, finds it again, stops and deletes it.
//! It must not read environment variables, print, or speak SQL to the server it starts: callers hand over
//! [`ServerSettings`] and receive values and [`Progress`].

mod binaries;
mod cluster;
mod destroy;
mod download;
mod identity;
mod launch;
mod layout;
mod lock;
mod password;
mod place;
mod port;
mod postmaster;
mod process;
mod progress;
mod psql;
mod record;
mod running;
mod server;
mod settings;
mod stop;

pub use binaries::{Binaries, FindError, Search, Version, find_binaries, inspect_binaries};
pub use cluster::CreateError;
pub use destroy::{DestroyError, Destroyed};
pub use download::{DownloadError, DownloadRequest, Source, SourceError, UnpackError, download_binaries};
pub use identity::IdentityError;
pub use launch::LaunchError;
pub use lock::LockError;
pub use password::Password;
pub use place::PlaceError;
pub use process::ProcessError;
pub use progress::Progress;
pub use psql::PsqlError;
pub use record::RecordError;
pub use running::{Running, Status};
pub use server::{DevelopmentServer, StartError, StartStepError};
pub use settings::{Durability, ServerSettings};
pub use stop::{StopError, Stopped};
