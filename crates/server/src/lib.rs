//! Private PostgreSQL servers: the development server of one developer, which the tests use too, and the throwaway
//! server of shadow databases.
//!
//! It finds (or downloads) the programs, creates a cluster, starts it, finds it again, stops and deletes it.
//! It must not read environment variables, print, or speak SQL to the servers it starts: callers hand over
//! [`ServerSettings`] or [`ThrowawaySettings`] and receive values and [`Progress`].

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
mod profile;
mod progress;
mod psql;
mod record;
mod running;
mod server;
mod settings;
mod start_error;
mod stop;
mod throwaway;

pub use binaries::{Binaries, FindError, Search, Version, find_binaries, fitting_binaries, inspect_binaries};
pub use cluster::CreateError;
pub use destroy::{DestroyError, Destroyed};
pub use download::{DownloadError, DownloadRequest, Source, SourceError, UnpackError, download_binaries};
pub use identity::IdentityError;
pub use launch::LaunchError;
pub use lock::LockError;
pub use password::Password;
pub use place::PlaceError;
pub use process::ProcessError;
pub use profile::ServerKind;
pub use progress::Progress;
pub use psql::PsqlError;
pub use record::RecordError;
pub use running::{Running, Status};
pub use server::DevelopmentServer;
pub use settings::{Durability, ServerSettings};
pub use start_error::{StartError, StartStepError};
pub use stop::{StopError, Stopped};
pub use throwaway::{IDLE, Lifetime, PrivacyError, ServerInUse, ThrowawayServer, ThrowawaySettings};
