//! Opens sessions: the server is chosen once, by the first session, and every later one goes to the same.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosstrack_settings::{Host, SessionAttributes, Target, Tls, TlsMode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use crate::reader::Reader;
use crate::session::Session;
use crate::tls::{WatchedConnect, connector};
use crate::wire::{Watch, Watched};

mod error;

pub use error::ConnectError;

/// How long a server may take to answer when no `connect_timeout` says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The server that was chosen, in explicit values that any driver can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Socket {
        /// The directory of the socket.
        directory: PathBuf,
        /// The port, which is a part of the socket's name.
        port: u16,
    },
    /// A TCP address.
    Tcp {
        /// The name as it was given; certificates are verified against it.
        name: String,
        /// The address that answered.
        address: IpAddr,
        /// The port.
        port: u16,
        /// Whether the connection is encrypted.
        encrypted: bool,
    },
}

/// One database on one server: what every session is opened from.
#[derive(Clone, Debug)]
pub struct Database {
    target: Target,
    endpoint: Endpoint,
    application: String,
    is_behind_pooler: bool,
}

impl Database {
    /// Tries the hosts in their order and keeps the first that answers and suits. The session that proved it is given too.
    ///
    /// # Errors
    /// When no host does: the last one's reason.
    pub async fn connect(target: Target, application: String) -> Result<(Self, Reader), ConnectError> {
        let mut reason = None;
        for host in &target.hosts {
            for endpoint in endpoints(host).await.unwrap_or_default() {
                match try_endpoint(&target, endpoint, &application).await {
                    Ok((endpoint, session)) => {
                        let database = Self { target, endpoint, application, is_behind_pooler: false };
                        let reader = Reader::new(session, database.clone());
                        return Ok((database, reader));
                    }
                    Err(error @ (ConnectError::Refused { .. } | ConnectError::TlsSettings { .. })) => {
                        return Err(error);
                    }
                    Err(error) => reason = Some(error),
                }
            }
            reason.get_or_insert_with(|| unresolved(host));
        }
        Err(reason.unwrap_or_else(|| unresolved(&Host::Socket { directory: PathBuf::new(), port: 0 })))
    }

    /// Opens another session. `purpose` is added to the application's name, for those who look into `pg_stat_activity`.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn session(&self, purpose: &str) -> Result<Session, ConnectError> {
        let application = format!("{} {purpose}", self.application);
        open(&self.target, &self.endpoint, &application).await
    }

    /// Opens another read-only session.
    ///
    /// # Errors
    /// When the server does not answer any more or refuses.
    pub async fn reader(&self) -> Result<Reader, ConnectError> {
        Ok(Reader::new(self.session("reads").await?, self.clone()))
    }

    /// Whether a pooler is between: a session is the same only as long as a transaction. Known when the run's lock is held.
    pub fn is_behind_pooler(&self) -> bool {
        self.is_behind_pooler
    }

    pub(crate) fn behind_pooler(self, is_behind_pooler: bool) -> Self {
        Self { is_behind_pooler, ..self }
    }

    /// A database of the same server, as another user for example.
    #[must_use]
    pub fn with_target(&self, target: Target) -> Self {
        Self { target, ..self.clone() }
    }

    /// What the settings say about the database.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The server that was chosen.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What the sessions call themselves.
    pub fn application(&self) -> &str {
        &self.application
    }
}

async fn endpoints(host: &Host) -> std::io::Result<Vec<Endpoint>> {
    let (name, address, port) = match host {
        Host::Socket { directory, port } => {
            return Ok(vec![Endpoint::Socket { directory: directory.clone(), port: *port }]);
        }
        Host::Tcp { name, address, port } => (name, address, *port),
    };
    let addresses = match address {
        Some(address) => vec![SocketAddr::new(*address, port)],
        None => tokio::net::lookup_host((name.as_str(), port)).await?.collect(),
    };
    Ok(addresses
        .into_iter()
        .map(|address| Endpoint::Tcp { name: name.clone(), address: address.ip(), port, encrypted: false })
        .collect())
}

fn unresolved(host: &Host) -> ConnectError {
    let server = match host {
        Host::Socket { directory, port } => format!("{}/.s.PGSQL.{port}", directory.display()),
        Host::Tcp { name, port, .. } => format!("{name}:{port}"),
    };
    let source = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    ConnectError::Unreachable { server, source }
}

/// Settles whether the connection is encrypted, and whether the server is of the kind that is asked for.
async fn try_endpoint(
    target: &Target,
    endpoint: Endpoint,
    application: &str,
) -> Result<(Endpoint, Session), ConnectError> {
    let attempts: &[bool] = match (&endpoint, target.tls.mode) {
        (Endpoint::Socket { .. }, _) | (_, TlsMode::Disable) => &[false],
        (_, TlsMode::Allow) => &[false, true],
        (_, TlsMode::Prefer) => &[true, false],
        _ => &[true],
    };
    let mut reason = None;
    for encrypted in attempts {
        let endpoint = endpoint.clone().with_encryption(*encrypted);
        match open(target, &endpoint, application).await {
            Ok(session) => {
                check_attributes(target, &endpoint, &session).await?;
                return Ok((endpoint, session));
            }
            // Without the server there is nothing to negotiate.
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. })) => {
                return Err(error);
            }
            // What the server says is worth more than that one of the two ways was not to be had.
            Err(error) if !matches!(reason, Some(ConnectError::Refused { .. })) => reason = Some(error),
            Err(_) => {}
        }
    }
    Err(reason.unwrap_or_else(|| unresolved(&Host::Socket { directory: PathBuf::new(), port: 0 })))
}

async fn check_attributes(
    target: &Target,
    endpoint: &Endpoint,
    session: &Session,
) -> Result<(), ConnectError> {
    let wanted = target.target_session_attributes;
    if wanted == SessionAttributes::Any {
        return Ok(());
    }
    let sql =
        "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only";
    let inquiry = |source| ConnectError::Inquiry { server: endpoint.to_string(), source };
    let rows = session.rows("say whether it takes writes", sql).await.map_err(inquiry)?;
    let Some(row) = rows.first() else { return Ok(()) };
    let standby = row.truth("standby").map_err(inquiry)?;
    let read_only = row.truth("read_only").map_err(inquiry)?;
    let suits = match wanted {
        SessionAttributes::Any | SessionAttributes::PreferStandby => true,
        SessionAttributes::ReadWrite => !read_only,
        SessionAttributes::ReadOnly => read_only,
        SessionAttributes::Primary => !standby,
        SessionAttributes::Standby => standby,
    };
    if suits {
        Ok(())
    } else {
        Err(ConnectError::Unsuitable { server: endpoint.to_string(), wanted: wanted.as_str() })
    }
}

async fn open(target: &Target, endpoint: &Endpoint, application: &str) -> Result<Session, ConnectError> {
    let timeout = target.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
    match tokio::time::timeout(timeout, open_without_limit(target, endpoint, application)).await {
        Ok(result) => result,
        Err(_) => Err(ConnectError::TimedOut { server: endpoint.to_string(), seconds: timeout.as_secs() }),
    }
}

async fn open_without_limit(
    target: &Target,
    endpoint: &Endpoint,
    application: &str,
) -> Result<Session, ConnectError> {
    let config = config(target, application);
    let opening = Opening { target, endpoint, config };
    let unreachable = |source| ConnectError::Unreachable { server: endpoint.to_string(), source };
    match endpoint {
        #[cfg(unix)]
        Endpoint::Socket { directory, port } => {
            let path = directory.join(format!(".s.PGSQL.{port}"));
            opening.plain(tokio::net::UnixStream::connect(path).await.map_err(unreachable)?).await
        }
        #[cfg(not(unix))]
        Endpoint::Socket { .. } => Err(unreachable(std::io::ErrorKind::Unsupported.into())),
        Endpoint::Tcp { name, address, port, encrypted } => {
            let stream = TcpStream::connect((*address, *port)).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            // The session that holds the lock is idle for as long as an index builds: a firewall must not forget it.
            socket2::SockRef::from(&stream).set_keepalive(true).map_err(unreachable)?;
            if *encrypted {
                opening.encrypted(stream, name, &target.tls).await
            } else {
                opening.plain(stream).await
            }
        }
    }
}

fn config(target: &Target, application: &str) -> Config {
    let mut config = Config::new();
    config.user(&target.user).dbname(&target.database).application_name(application);
    if let Some(password) = &target.password {
        config.password(password.expose());
    }
    if let Some(options) = &target.options {
        config.options(options);
    }
    config
}

/// A session that is about to be opened on a stream.
struct Opening<'a> {
    target: &'a Target,
    endpoint: &'a Endpoint,
    config: Config,
}

impl Opening<'_> {
    async fn plain<S>(mut self, stream: S) -> Result<Session, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let watch = Watch::default();
        self.config.ssl_mode(SslMode::Disable);
        let stream = Watched::new(stream, watch.clone());
        let (client, connection) =
            self.config.connect_raw(stream, NoTls).await.map_err(|error| self.error(error))?;
        tokio::spawn(connection);
        Ok(Session::new(client, watch))
    }

    async fn encrypted(mut self, stream: TcpStream, name: &str, tls: &Tls) -> Result<Session, ConnectError> {
        let watch = Watch::default();
        self.config.ssl_mode(SslMode::Require);
        let connector = connector(tls).map_err(|source| ConnectError::TlsSettings {
            server: self.endpoint.to_string(),
            source: Box::new(source),
        })?;
        let Ok(connect) = WatchedConnect::new::<TcpStream, _>(connector, name, watch.clone());
        let (client, connection) =
            self.config.connect_raw(stream, connect).await.map_err(|error| self.error(error))?;
        tokio::spawn(connection);
        Ok(Session::new(client, watch))
    }

    fn error(&self, error: tokio_postgres::Error) -> ConnectError {
        match error.as_db_error() {
            Some(server) => {
                let source = Box::new(server.into());
                ConnectError::Refused { database: self.target.redacted(), source }
            }
            None => ConnectError::Failed { server: self.endpoint.to_string(), source: Box::new(error) },
        }
    }
}

impl Endpoint {
    /// The connection in libpq's variables, with this server in the place of all that could have been chosen, for programs such as
    /// `psql`. The password is not among them: `password_file` is where they find it. An empty value stands for a variable that the program
    /// must not inherit.
    pub fn variables(&self, target: &Target, password_file: Option<&Path>) -> Vec<(&'static str, OsString)> {
        let (host, address, port) = match self {
            Self::Socket { directory, port } => (directory.into(), OsString::new(), port),
            Self::Tcp { name, address, port, .. } => (name.into(), address.to_string().into(), port),
        };
        let mut variables =
            vec![("PGHOST", host), ("PGHOSTADDR", address), ("PGPORT", port.to_string().into())];
        variables.extend(password_file.map(|path| ("PGPASSFILE", path.into())));
        for (name, value) in target.libpq_variables() {
            if !variables.iter().any(|(known, _)| *known == name) {
                variables.push((name, value.into()));
            }
        }
        variables
    }

    fn with_encryption(self, encrypted: bool) -> Self {
        match self {
            Self::Tcp { name, address, port, .. } => Self::Tcp { name, address, port, encrypted },
            socket @ Self::Socket { .. } => socket,
        }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket { directory, port } => write!(formatter, "{}/.s.PGSQL.{port}", directory.display()),
            Self::Tcp { name, address, port, .. } if *name == address.to_string() => {
                write!(formatter, "{name}:{port}")
            }
            Self::Tcp { name, address, port, .. } => write!(formatter, "{name}:{port} ({address})"),
        }
    }
}
