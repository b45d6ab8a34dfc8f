//! Why no session could be opened.

use crate::query::QueryError;
use crate::server_error::ServerError;
use crate::tls::TlsSettingsError;

/// Why no session could be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers.
    #[error("cannot reach the database server at {server}")]
    Unreachable {
        /// Where: host and port, or the socket.
        server: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Nobody answers in time.
    #[error("the database server at {server} did not answer within {seconds} s")]
    TimedOut {
        /// Where: host and port, or the socket.
        server: String,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// The server refuses this user or this database.
    #[error("the server refused to open {database}")]
    Refused {
        /// The database, without its password.
        database: String,
        /// What the server says.
        source: Box<ServerError>,
    },
    /// The connection was made and then failed: TLS, a broken protocol.
    #[error("the connection to {server} failed")]
    Failed {
        /// Where: host and port, or the socket.
        server: String,
        /// What the driver says.
        source: Box<tokio_postgres::Error>,
    },
    /// An ORM's driver refused the connection.
    #[error("the ORM's driver refused the connection to {server}")]
    Driver {
        /// Where: host and port, or the socket.
        server: String,
        /// What the driver says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The certificates that the settings name cannot be used.
    #[error("the TLS settings for {server} cannot be used")]
    TlsSettings {
        /// Where: host and port.
        server: String,
        /// Why not.
        source: Box<TlsSettingsError>,
    },
    /// The server is not of the kind that `target_session_attrs` asks for.
    #[error("the server at {server} is not what `target_session_attrs={wanted}` asks for")]
    Unsuitable {
        /// Where: host and port, or the socket.
        server: String,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The server could not be asked what kind it is.
    #[error("cannot ask the server at {server} whether it takes writes")]
    Inquiry {
        /// Where: host and port, or the socket.
        server: String,
        /// Why not.
        source: QueryError,
    },
}

impl ConnectError {
    /// Whether the server answers and has no database of this name.
    pub fn is_missing_database(&self) -> bool {
        matches!(self, Self::Refused { source, .. } if source.code == "3D000")
    }
}
