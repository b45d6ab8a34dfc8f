//! The one place that opens connections: one resolved server for every session, TLS, the read-only session and the lock.
//!
//! Nothing here knows what a migration is. Both ORMs' sessions are built from the same [`Database`], so that the same
//! settings cannot mean two databases.

mod connect;
mod lock;
mod maintenance;
mod query;
mod reader;
mod server_error;
mod session;
mod setting;
mod tls;
mod wire;

pub use connect::{ConnectError, Database, Endpoint};
pub use lock::{LockError, LockRequest, LockedSession, POOLER_PATIENCE, RUN_LOCK, holder_query, read_holder};
pub use maintenance::{MaintenanceError, beside, create_database, drop_database};
pub use query::{QueryError, Row};
pub use reader::{Reader, SharedView, Snapshot};
pub use server_error::ServerError;
pub use session::{CLEARS_UP, Session, SessionLimits, quote_identifier, quote_literal, search_path};
pub use setting::assignment;
pub use wire::Watch;
