//! One resolved description of a database, from which every connection is built.
//!
//! It must not connect, and what it shows of itself never holds the password.

mod error;
mod hosts;
mod key_value;
mod parameters;
mod password_file;
mod redact;
mod resolve;
mod secret;
mod service;
mod tls;
mod url;
mod variables;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use error::TargetError;
pub(crate) use resolve::{resolve_url, resolve_variables};
pub use secret::Secret;

use crate::environment::Environment;

/// Where servers put their sockets: first the packagers' folder, then `PostgreSQL`'s own.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A target, and what was passed over on the way to it.
pub(crate) struct Resolution {
    pub(crate) target: Target,
    pub(crate) warnings: Vec<String>,
}

/// A database and how to reach it, with nothing left to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where the server may be, in the order of trying. Never empty.
    pub hosts: Vec<Host>,
    /// The database.
    pub database: String,
    /// The user.
    pub user: String,
    /// The password, if any source has one.
    pub password: Option<Secret>,
    /// Encryption and whom to trust. Sockets are never encrypted, whatever it says.
    pub tls: Tls,
    /// Settings for the session in the form of command-line options: `-c search_path=app`.
    pub options: Option<String>,
    /// How the session calls itself.
    pub application_name: Option<String>,
    /// How long to try each host. `None`: as long as it takes.
    pub connect_timeout: Option<Duration>,
    /// What kind of server will do.
    pub target_session_attributes: SessionAttributes,
    /// Which source named it.
    pub origin: Origin,
}

/// Where a server may be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// On the network.
    Tcp {
        /// The name, which a certificate is checked against.
        name: String,
        /// The address, when it is given and need not be looked up.
        address: Option<IpAddr>,
        /// The port.
        port: u16,
    },
    /// On this machine, in a folder of sockets.
    Socket {
        /// The folder.
        directory: PathBuf,
        /// The port, which is a part of the socket's name.
        port: u16,
    },
}

/// Encryption and whom to trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// How much is demanded.
    pub mode: TlsMode,
    /// Whom to trust.
    pub root_certificate: Option<RootCertificate>,
    /// The client's certificate.
    pub certificate: Option<PathBuf>,
    /// The client's key.
    pub key: Option<PathBuf>,
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server insists.
    Allow,
    /// Encrypted if the server can.
    #[default]
    Prefer,
    /// Encrypted, with whoever answers.
    Require,
    /// Encrypted, and the certificate is signed by somebody trusted.
    VerifyCa,
    /// Encrypted, and the certificate is signed by somebody trusted for this very host.
    VerifyFull,
}

impl TlsMode {
    /// Every mode, from the weakest to the strongest.
    pub const ALL: [Self; 6] =
        [Self::Disable, Self::Allow, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// libpq's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// Who signs the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootCertificate {
    /// The authorities in a file.
    File(PathBuf),
    /// The authorities that the operating system trusts.
    System,
}

/// libpq's `target_session_attrs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SessionAttributes {
    /// Any server.
    #[default]
    Any,
    /// One that accepts writes.
    ReadWrite,
    /// One that refuses writes.
    ReadOnly,
    /// One that is not a standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby, or any server when there is none.
    PreferStandby,
}

impl SessionAttributes {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Any, Self::ReadWrite, Self::ReadOnly, Self::Primary, Self::Standby, Self::PreferStandby];

    /// libpq's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }
}

/// Which source named the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--database-url`.
    Flag,
    /// The environment variable `DATABASE_URL`.
    DatabaseUrl,
    /// `DATABASE_URL` in this `.env` file.
    EnvironmentFile(PathBuf),
    /// libpq's own variables (`PGHOST`, `PGDATABASE` and so on).
    LibpqVariables,
    /// The service that `PGSERVICE` names.
    Service(String),
    /// `--shadow-url`.
    ShadowFlag,
    /// The environment variable `CROSSTRACK_SHADOW_URL`.
    ShadowUrl,
    /// `url` under `[shadow]` in the settings file.
    ShadowSettings,
    /// The development server.
    DevelopmentServer,
    /// The program itself.
    Caller,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("--database-url"),
            Self::DatabaseUrl => formatter.write_str("DATABASE_URL"),
            Self::EnvironmentFile(path) => write!(formatter, "DATABASE_URL in {}", path.display()),
            Self::LibpqVariables => formatter.write_str("libpq's variables"),
            Self::Service(name) => write!(formatter, "the service `{name}`"),
            Self::ShadowFlag => formatter.write_str("--shadow-url"),
            Self::ShadowUrl => formatter.write_str("CROSSTRACK_SHADOW_URL"),
            Self::ShadowSettings => formatter.write_str("`url` under `[shadow]` in the settings file"),
            Self::DevelopmentServer => formatter.write_str("the development server"),
            Self::Caller => formatter.write_str("the program"),
        }
    }
}

impl Target {
    /// A database without password and with libpq's defaults for the rest.
    pub fn new(host: Host, database: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            hosts: vec![host],
            database: database.into(),
            user: user.into(),
            password: None,
            tls: Tls::default(),
            options: None,
            application_name: None,
            connect_timeout: None,
            target_session_attributes: SessionAttributes::default(),
            origin: Origin::Caller,
        }
    }

    /// Another database of the same server.
    #[must_use]
    pub fn with_database(&self, name: impl Into<String>) -> Self {
        Self { database: name.into(), ..self.clone() }
    }

    /// `postgresql://user@host:port/database`, never with a password.
    ///
    /// A folder of sockets stands as `host` parameter. libpq reads the text back.
    pub fn redacted(&self) -> String {
        redact::target(self)
    }

    /// Reads a URL or a `key=value` string as libpq does: what it leaves open comes from a service file, from libpq's
    /// variables, from a password file and from libpq's defaults, in this order.
    ///
    /// What [`crate::Settings::warnings`] would say is left unsaid.
    pub fn from_url(url: &str, origin: Origin, environment: &Environment) -> Result<Self, TargetError> {
        resolve_url(url, origin, environment).map(|resolution| resolution.target)
    }

    /// libpq's variables for this target, for the environment of programs such as `psql` and `pg_dump`.
    ///
    /// The password is not among them: a program is given it by `PGPASSFILE`. An empty value stands for a variable to unset:
    /// the program would otherwise inherit one that says something else, or one with a password in it.
    pub fn libpq_variables(&self) -> Vec<(&'static str, String)> {
        variables::of(self)
    }
}

/// Advice that names the values that a parameter can have.
fn values_of(parameter: &str) -> Option<String> {
    let words = match parameter {
        "sslmode" => TlsMode::ALL.map(TlsMode::as_str),
        "target_session_attrs" => SessionAttributes::ALL.map(SessionAttributes::as_str),
        _ => return None,
    };
    Some(format!("one of `{}`", words.join("`, `")))
}
